import FleetSweep
import Glibc
import Hardening
import HostInventory
import ProcessTable
import StrictYAML
import Testing

/// A listing, or why there is none, and what must come of it in `stackrox-2019` at 1.24 or at `version`.
private struct Example: Sendable {
    var reason: String
    /// The check that has the verdict; nil where the reason is the host's.
    var check: String?
    var capture: Capture
    var version: String? = "1.24"
}

private let header = "UID PID PPID C STIME TTY TIME CMD\nroot 1 0 0 10:14 ? 00:00:01 /sbin/init\n"
private let marker = "\nkubesweep-end status=0\n"

private func apiServer(_ flags: String) -> String { "root 7 1 0 10:14 ? 00:00:01 kube-apiserver \(flags)\n" }

private func captured(
    _ text: String, _ origin: ListingOrigin = .remoteCommand, isCut: Bool = false
) -> Capture {
    Capture(
        .success(
            CapturedListing(bytes: Array(text.utf8), origin: origin, hostKey: nil, isCut: isCut, milliseconds: 1)))
}

private func whole(_ flags: String) -> Capture { captured(header + apiServer(flags) + marker) }

private let verdicts = [
    Example(
        reason: "versionNeeded", check: "apiserver-insecure-port", capture: whole("--service-account-issuer=i"),
        version: nil),
    Example(
        reason: "configuredInFile", check: "apiserver-authorization-rbac", capture: whole("--authorization-config=/z"),
        version: "1.30"),
    Example(
        reason: "needsReview", check: "apiserver-admission-security-context-deny", capture: whole("--profiling=false"),
        version: "1.25"),
    Example(
        reason: "truncated", check: "apiserver-profiling",
        capture: captured(
            "PID USER COMMAND\n1 root init\n7 root kube-apiserver --profiling=false --a="
                + String(repeating: "x", count: 2048 - 44) + "\n" + marker)),
    Example(
        reason: "incomplete", check: "apiserver-profiling", capture: captured(header + apiServer("--profiling=false"))),
    Example(
        reason: "ambiguous", check: "apiserver-profiling", capture: whole("--profiling=false --audit-log-path=/my dir")),
    Example(
        reason: "unparsable", check: "apiserver-profiling", capture: whole("--profiling=false --secure-port=https")),
    Example(reason: "removed", check: "apiserver-insecure-port", capture: whole("--profiling=false")),
    Example(
        reason: "notYetIntroduced", check: "apiserver-tls-cipher-suites", capture: whole("--profiling=false"),
        version: "1.9"),
    Example(reason: "featureOff", check: "apiserver-audit-log-maxage", capture: whole("--profiling=false")),
    Example(
        reason: "localDatastore", check: "apiserver-etcd-cafile", capture: whole("--etcd-servers=unix:///run/kine.sock")
    ),
]

/// Said by a cluster's roll-up only.
private let rollups = [
    Example(
        reason: "unseen", check: "apiserver-profiling", capture: captured(header + marker)),
    Example(
        reason: "noSuchProcess", check: "etcd-auto-tls",
        capture: whole("--etcd-servers=https://e:2379 --advertise-address=10.0.0.1")),
]

private let listings = [
    Example(reason: "proven", capture: whole("--a")),
    Example(
        reason: "cut: hiddenRows", check: "apiserver-profiling",
        capture: captured(
            "UID PID PPID C STIME TTY TIME CMD\n" + apiServer("--profiling=false") + marker)),
    Example(reason: "cut: noEndMarker", capture: captured(header + apiServer("--a"))),
    Example(
        reason: "cut: noFinalNewline",
        capture: captured(header + apiServer("--a").dropLast(), .forcedCommand(orderlyClose: true))),
    Example(reason: "cut: outputLimit", capture: captured(header + apiServer("--a"), isCut: true)),
    Example(reason: "cut: commandFailed", capture: captured(header + apiServer("--a") + "\nkubesweep-end status=1\n")),
    Example(reason: "cut: unreadableRows", capture: captured(header + "what\n" + apiServer("--a") + marker)),
]

private let states = [
    Example(reason: "evaluated", capture: whole("--a")),
    Example(reason: "noControlPlane", capture: captured(header + marker)),
    Example(
        reason: "hidden",
        capture: captured("UID PID PPID C STIME TTY TIME CMD\nme 9 8 0 10:14 ? 00:00:00 ps -efww\n" + marker)),
    Example(reason: "incomplete", capture: captured(header)),
    Example(reason: "unreadable", capture: captured("This account is not available.\n")),
    Example(
        reason: "unreachable",
        capture: Capture(.failure(HostFailure(phase: "connect", reason: "timeout", detail: "", hint: "")))),
]

/// The closed lists of the README, each case made from what a host could send.
struct ReasonsTests {
    private func judge(_ policy: String) throws -> Judge {
        let facts = try BuiltIn.facts()
        return Judge(policy: try PolicySource.load(policy).policy(facts: facts), facts: facts)
    }

    private func sweep(
        _ example: Example, policy: String = "stackrox-2019", end: SweepEnd = SweepEnd()
    ) async throws -> ClusterRecord {
        let host = Host(
            cluster: "c", name: "m", address: "a", place: Place(file: "f", line: 1, column: 1))
        let cluster = Cluster(
            name: "c", kubernetesVersion: example.version.flatMap { KubernetesVersion($0) }, hosts: [host])
        let sweep = Sweep(judge: try judge(policy), options: Sweep.Options()) { _ in example.capture }
        return try #require(await sweep.run(Fleet(source: "f", clusters: [cluster]), until: end).first)
    }

    @Test(arguments: verdicts.indices)
    func `a verdict's reason comes of a listing`(index: Int) async throws {
        let example = verdicts[index]
        let cluster = try await sweep(example)
        let findings = cluster.hosts.flatMap(\.processes).flatMap(\.findings)
        let finding = try #require(findings.first { $0.check == example.check })
        #expect(finding.verdict.reason == example.reason)
    }

    @Test(arguments: rollups.indices)
    func `a roll-up's reason comes of a listing`(index: Int) async throws {
        let example = rollups[index]
        let cluster = try await sweep(example, policy: "cis-1.12")
        #expect(cluster.checks.first { $0.check == example.check }?.worst.reason == example.reason)
    }

    @Test(arguments: listings.indices)
    func `a listing's quality comes of its bytes`(index: Int) async throws {
        let example = listings[index]
        let host = try #require(try await sweep(example).hosts.first)
        if example.reason == "cut: hiddenRows" {
            // The judge's own word for it stands in what it takes back.
            let finding = host.processes.flatMap(\.findings).first { $0.check == example.check }
            #expect(finding?.verdict == .unknown(.incomplete))
            #expect("cut: \(finding?.note ?? "")" == example.reason)
        } else {
            #expect(host.evidence?.wholeness.word == example.reason)
        }
    }

    @Test func `a saved listing is assumed whole, or an excerpt`() throws {
        #expect(try HostEvidence.read(Array((header + apiServer("--a")).utf8), origin: .saved).wholeness == .assumed)
        #expect(try HostEvidence.read(Array(apiServer("--a").utf8), origin: .saved).wholeness == .excerpt)
    }

    @Test(arguments: states.indices)
    func `a host's state comes of what it answered`(index: Int) async throws {
        #expect(try await sweep(states[index]).hosts.first?.state.rawValue == states[index].reason)
    }

    @Test func `a host whose turn never came is abandoned`() async throws {
        let end = SweepEnd()
        end.raise("deadline")
        #expect(try await sweep(states[0], end: end).hosts.first?.state == .abandoned)
    }

    /// A new case needs an example above and a row in the README.
    @Test func `every case of the closed lists has an example and a row in the README`() throws {
        let reasons = UnknownReason.allCases.map(\.rawValue) + NotApplicableReason.allCases.map(\.rawValue)
        #expect(Set((verdicts + rollups).map(\.reason)) == Set(reasons))
        #expect(Set(states.map(\.reason) + ["abandoned"]) == Set(HostState.allCases.map(\.rawValue)))
        let words = CutSign.allCases.map { Wholeness.cut($0).word } + ["proven", "assumed", "excerpt"]
        #expect(Set(listings.map(\.reason) + ["assumed", "excerpt"]) == Set(words))
        let readme = try text("README.md")
        let rows = readme.split(separator: "\n").compactMap { line -> String? in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingSpaces }
            guard cells.count == 5 || cells.count == 6, cells[1].hasPrefix("`"), cells[1].hasSuffix("`"),
                !cells[2].isEmpty, !cells[3].isEmpty
            else { return nil }
            return String(cells[1].dropFirst().dropLast())
        }
        let all = reasons + HostState.allCases.map(\.rawValue) + words
        for word in all {
            #expect(rows.count { $0 == word } == all.count { $0 == word }, "README.md has no row for \(word)")
        }
    }

    private func text(_ path: String) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try #require(fopen("/\(root)/\(path)", "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
