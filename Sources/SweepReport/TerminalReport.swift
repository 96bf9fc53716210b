package import Hardening
import ProcessTable

/// A sweep or an evaluation for people: what is wrong where, then what could not be seen. Every byte that came from a
/// host or a file is escaped.
package struct TerminalReport {
    private let policy: Policy
    private let style: TerminalStyle
    private var text = ""

    package static func render(_ record: SweepRecord, policy: Policy, style: TerminalStyle) -> String {
        var report = TerminalReport(policy: policy, style: style)
        report.sweep(record)
        return report.text
    }

    package static func render(_ record: EvaluationRecord, policy: Policy, style: TerminalStyle) -> String {
        var report = TerminalReport(policy: policy, style: style)
        report.evaluation(record)
        return report.text
    }

    private init(policy: Policy, style: TerminalStyle) {
        self.policy = policy
        self.style = style
    }

    private mutating func sweep(_ record: SweepRecord) {
        let hosts = record.hosts
        line(
            style.heading("kubesweep \(record.tool.version)")
                + "  policy \(printable(record.policy.name))\(record.policy.isExplicit ? ", explicit" : "")"
                + "  \(count(hosts.count, "host")) in \(count(record.clusters.count, "cluster"))"
                + "  \(record.sweep.started)")
        line("")
        clusters(record.clusters)
        let places = record.clusters.flatMap { cluster in
            cluster.hosts.flatMap { host in
                host.processes.map { JudgedPlace(cluster: cluster.name, host: host.name, process: $0) }
            }
        }
        findings(places)
        drift(record.clusters)
        let unseen = record.clusters.flatMap { cluster in
            cluster.hosts.filter { $0.state != .evaluated }.map { (cluster.name, $0) }
        }
        notSeen(
            places, unseen: unseen.map { UnseenPlace(cluster: $0, name: $1.name, state: $1.state, failure: $1.failure) }
        )
        notes(
            record.clusters.flatMap { cluster in
                cluster.hosts.flatMap { host in
                    (host.notes + host.processes.flatMap(\.labelledNotes)).map { (cluster.name, host.name, $0) }
                }
            })
        disabled(record.policy)
        total(record.counts)
    }

    private mutating func evaluation(_ record: EvaluationRecord) {
        line(
            style.heading("kubesweep evaluate")
                + "  policy \(printable(record.policy.name))\(record.policy.isExplicit ? ", explicit" : "")"
                + "  \(count(record.files.count, "file"))")
        line("")
        let places = record.files.flatMap { file in
            file.processes.map { JudgedPlace(cluster: "", host: file.name, process: $0) }
        }
        findings(places)
        let unseen = record.files.filter { $0.state != .evaluated }
        notSeen(
            places, unseen: unseen.map { UnseenPlace(cluster: "", name: $0.name, state: $0.state, failure: $0.failure) }
        )
        notes(
            record.files.flatMap { file in
                (file.notes + file.processes.flatMap(\.labelledNotes)).map { ("", file.name, $0) }
            })
        disabled(record.policy)
        total(record.counts)
    }

    /// One row a cluster: how many hosts were judged and how many checks failed at each severity, worst host counting.
    private mutating func clusters(_ clusters: [ClusterRecord]) {
        line(style.heading("CLUSTERS"))
        let severities = Severity.allCases.reversed()
        var rows = [["cluster", "version", "judged"] + severities.map(\.rawValue) + ["unknown", "drift"]]
        for cluster in clusters {
            let judged = cluster.hosts.count { $0.state == .evaluated }
            let failed = severities.map { severity in
                cluster.checks.count { $0.worst == .fail && $0.severity == severity }
            }
            let unknown = cluster.checks.count { $0.worst.word == "unknown" }
            rows.append(
                [
                    printable(cluster.name, limit: 40), cluster.kubernetesVersion ?? "?",
                    "\(judged)/\(cluster.hosts.count)",
                ]
                    + failed.map { $0 == 0 ? "." : "\($0)" }
                    + [unknown == 0 ? "." : "\(unknown)", cluster.drift.isEmpty ? "." : "\(cluster.drift.count)"])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            let cells = zip(row, widths).map { padded($0, to: $1) }
            line(("  " + cells.joined(separator: "  ")).trimmingSpaces)
        }
        line(
            style.faint(
                "  checks failed, by severity; unknown: checks that no master failed but not every master answered"))
        line("")
    }

    private mutating func findings(_ places: [JudgedPlace]) {
        let groups = places.groups(of: policy.checks.map(\.id)) { $0.verdict == .fail }
        line(style.heading("FINDINGS"))
        if groups.isEmpty { line("  none among what was judged") }
        for group in groups {
            let check = policy.checks.first { $0.id == group.check }
            line(
                "  " + style.severity(group.severity, padded(group.severity.rawValue, to: 8)) + "  "
                    + style.heading(group.check) + "  " + printable(check?.title ?? ""))
            line("            want  \(printable(group.expected))")
            for sighting in group.sightings {
                let severity = sighting.severity == group.severity ? nil : sighting.severity.rawValue
                seen(sighting, severity)
            }
        }
        line("")
    }

    private mutating func seen(_ sighting: FindingGroup.Sighting, _ extra: String?) {
        line("            seen  \(printable(sighting.observed))")
        let note = [extra, sighting.note].compactMap(\.self).joined(separator: ": ")
        if !note.isEmpty { line("                  " + style.faint(printable(note))) }
        line("              on  \(printable(sighting.places.map(\.text).joined(separator: ", "), limit: 2000))")
    }

    private mutating func drift(_ clusters: [ClusterRecord]) {
        let drifting = clusters.filter { !$0.drift.isEmpty }
        if drifting.isEmpty { return }
        line(style.heading("DRIFT") + "  masters of one cluster that disagree")
        for cluster in drifting {
            for drift in cluster.drift {
                line("  \(printable(cluster.name))  \(drift.component.rawValue) --\(printable(drift.flag))")
                for side in drift.values {
                    line("            seen  \(side.value.map { printable($0) } ?? "not set")")
                    line("              on  \(printable(folded(side.hosts), limit: 2000))")
                }
            }
        }
        line("")
    }

    private mutating func notSeen(_ places: [JudgedPlace], unseen: [UnseenPlace]) {
        let groups = places.groups(of: policy.checks.map(\.id)) { $0.verdict.word == "unknown" }
        if groups.isEmpty, unseen.isEmpty { return }
        line(style.heading("NOT SEEN") + "  counts as neither good nor bad")
        for place in unseen {
            let name = [place.cluster, place.name].filter { !$0.isEmpty }.joined(separator: "/")
            line("  \(style.unknown(place.state.rawValue))  \(printable(name, limit: 400))")
            guard let failure = place.failure else { continue }
            line("            \(failure.reason) (\(failure.phase)): \(printable(failure.detail, limit: 400))")
            for hint in failure.hint.split(separator: "\n") {
                line("            \(printable(String(hint), limit: 400))")
            }
        }
        for group in groups {
            line("  \(style.unknown("unknown"))  \(style.heading(group.check))  \(group.verdict.reason ?? "")")
            for sighting in group.sightings { seen(sighting, nil) }
        }
        line("")
    }

    private mutating func notes(_ notes: [(cluster: String, host: String, note: String)]) {
        if notes.isEmpty { return }
        line(style.heading("NOTES"))
        for (cluster, host, note) in notes {
            let place = [cluster, host].filter { !$0.isEmpty }.joined(separator: "/")
            line("  \(printable(place)): \(printable(note, limit: 400))")
        }
        line("")
    }

    private mutating func disabled(_ policy: PolicyIdentity) {
        if policy.disabled.isEmpty { return }
        line(style.heading("SWITCHED OFF") + "  by the policy")
        for (check, reason) in policy.disabled.sorted(by: { $0.key < $1.key }) {
            line("  \(printable(check)): \(printable(reason))")
        }
        line("")
    }

    private mutating func total(_ counts: VerdictCounts) {
        let tenths = Int((counts.coverage * 10).rounded(.down))
        line(
            "\(counts.fail) fail, \(counts.pass) pass, \(counts.unknown) unknown, \(counts.unseen) unseen,"
                + " \(counts.notApplicable) not applicable; coverage \(tenths / 10).\(tenths % 10) %")
    }

    private mutating func line(_ text: String) {
        self.text += text + "\n"
    }
}

/// A host or file that gave nothing to judge.
private struct UnseenPlace {
    let cluster: String
    let name: String
    let state: HostState
    let failure: HostFailure?
}

extension ProcessRecord {
    fileprivate var labelledNotes: [String] { notes.map { "\(component.rawValue) (pid \(pid)): \($0)" } }
}

private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

extension String {
    fileprivate var trimmingSpaces: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
