import Glibc
package import Hardening
import SSH

/// The files that host keys are checked against.
package enum KnownHostsCheckup {
    /// Lines of one kind that are shown; JSON has no more either, since a file may be anybody's.
    private static let lineLimit = 20

    /// Tries from which on looking hosts up is worth a word: a second or more of CPU.
    private static let tryLimit = 10_000_000

    /// What is to be said of looking so many hosts up among so many hashed names; nil where it takes no time.
    package static func remark(hosts: Int, hashedNames: Int) -> String? {
        let (tries, isHuge) = hosts.multipliedReportingOverflow(by: hashedNames)
        guard isHuge || tries > tryLimit else { return nil }
        return "looking \(hosts) hosts up among \(hashedNames) hashed names takes long, since each is to be tried; "
            + "ssh-keygen cannot take hashes back: name a file with plain names, --known-hosts FILE"
    }

    /// - Parameters:
    ///   - paths: nil for the usual ones.
    ///   - hosts: how many are looked up in each.
    package static func items(_ paths: [String]?, hosts: [String: Int] = [:]) -> [HealthItem] {
        let usual = HostAccess.usualKnownHostsFiles
        let paths = paths ?? usual.user + usual.global
        var found = 0
        var items: [HealthItem] = []
        for path in paths {
            do throws(KnownHostsSurvey.Problem) {
                items.append(item(path, try KnownHostsSurvey(path: path), hosts: hosts[path] ?? 0))
                found += 1
            } catch {
                switch error {
                // A second file that ssh looks for and hardly anybody has.
                case .missing where path.hasSuffix("known_hosts2"): continue
                case .missing: items.append(HealthItem(.knownHosts, path, .ok, "there is no such file"))
                case .unreadable(let words):
                    let detail = words.hasPrefix("\(path): ") ? String(words.dropFirst(path.count + 2)) : words
                    items.append(
                        HealthItem(
                            .knownHosts, path, .problem, detail,
                            hint: "make the file readable or name another with --known-hosts"))
                }
            }
        }
        if found == 0, !items.contains(where: { $0.health == .problem }) {
            items.append(
                HealthItem(
                    .knownHosts, "known_hosts", .warning, "no host key is known: every host will be refused",
                    hint: "add the hosts' keys once they are verified, or let --accept-new-host-keys record them"))
        }
        return items
    }

    private static func item(_ path: String, _ survey: KnownHostsSurvey, hosts: Int) -> HealthItem {
        var health = Health.ok
        var hints: [String] = []
        func worsen(to other: Health, _ hint: String) {
            if other == .problem || health == .ok { health = other }
            hints.append(hint)
        }
        var details = ["\(counted(survey.keys, "key")) in \(counted(survey.lines, "line"))"]
        if survey.hashed > 0 { details.append("\(survey.hashed) hashed") }
        if let remark = remark(hosts: hosts, hashedNames: survey.hashed) { worsen(to: .warning, remark) }
        if survey.revoked > 0 { details.append("\(survey.revoked) revoked") }
        if survey.authorities > 0 {
            details.append("\(survey.authorities) @cert-authority, which cannot be used")
            worsen(to: .warning, "hosts that only @cert-authority names are refused: add their own keys")
        }
        if survey.malformedCount > 0 {
            details.append("\(counted(survey.malformedCount, "line")) passed over")
            worsen(to: .warning, "correct or remove those lines: one may have been meant to revoke a key")
        }
        if !survey.conflicts.isEmpty {
            details.append("\(counted(survey.conflicts.count, "name")) with different keys of one type")
            worsen(to: .warning, "each of these keys is trusted: remove the old ones")
        }
        if survey.mode & 0o022 != 0 {
            let isAnybodys = survey.mode & 0o002 != 0
            details.append("\(isAnybodys ? "anybody" : "its group") may change it")
            worsen(to: isAnybodys ? .problem : .warning, "chmod go-w '\(path)'")
        }
        if survey.owner != 0, survey.owner != getuid() {
            details.append("it belongs to user \(survey.owner)")
            worsen(to: .warning, "whoever owns the file decides which hosts are trusted")
        }
        let malformed = survey.malformed.prefix(lineLimit).map { "line \($0.line): \($0.reason)" }
        let conflicts = survey.conflicts.prefix(lineLimit).map {
            "\($0.name): \($0.type) in lines \($0.lines.prefix(8).map(String.init).joined(separator: ", "))"
        }
        return HealthItem(
            .knownHosts, path, health, details.joined(separator: ", "), hint: hints.joined(separator: "\n"),
            facts: [
                .init("mode", .text("0" + String(survey.mode, radix: 8))), .init("lines", .number(survey.lines)),
                .init("keys", .number(survey.keys)), .init("hashed", .number(survey.hashed)),
                .init("revoked", .number(survey.revoked)), .init("authorities", .number(survey.authorities)),
                .init("malformed", .number(survey.malformedCount)),
                .init("malformedLines", .list(malformed), label: "passed over"),
                .init("conflicts", .number(survey.conflicts.count)),
                .init("conflictingNames", .list(conflicts), label: "two keys"),
            ])
    }

    private static func counted(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
