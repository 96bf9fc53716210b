package import Hardening
import ProcessTable

/// A sweep or an evaluation for people: what is wrong where, then what could not be seen. Every byte that came from a
/// host or a file is escaped. What is the same on many hosts stands once, and long lists are cut and counted: the JSON
/// report has all.
package struct TerminalReport {
    private let checks: [Check]
    let style: TerminalStyle
    /// What is counted: "host" or "file".
    private let noun: String
    var text = TerminalText()

    /// Lines of a list of hosts.
    private static let listLimit = 4
    /// Values shown of one check, or cases of one reason.
    private static let valueLimit = 10
    /// Failures of one kind that are shown with commands of their own.
    private static let failureLimit = 20
    private static let noteLimit = 20

    package static func render(_ record: SweepRecord, policy: Policy, style: TerminalStyle) -> String {
        var report = TerminalReport(policy, style, noun: "host")
        report.sweep(record)
        return report.text.text
    }

    init(_ policy: Policy, _ style: TerminalStyle, noun: String) {
        checks = policy.checks
        self.style = style
        self.noun = noun
    }

    private mutating func sweep(_ record: SweepRecord) {
        let hosts = record.clusters.flatMap { cluster in cluster.hosts.map { (cluster: cluster.name, host: $0) } }
        let selected = hosts.count == record.inventory.hosts ? "" : "of \(record.inventory.hosts) "
        text.line(
            style.heading("kubesweep \(printable(record.tool.version))") + "  \(words(record.policy))"
                + "  \(hosts.count) \(selected)host\(hosts.count == 1 && selected.isEmpty ? "" : "s")"
                + " in \(counted(record.clusters.count, "cluster"))  \(printable(record.sweep.started))")
        text.line()
        clusters(record.clusters)
        var gathered = Gathered(keeping: .all)
        for (cluster, host) in hosts { gathered.add(host, of: cluster) }
        findings(gathered)
        waived(gathered)
        drift(record.clusters)
        notSeen(gathered)
        notes(gathered.notes)
        waivers(record.waivers)
        parameters(record.policy)
        disabled(record.policy)
        total(
            record.counts, failures: failures(in: hosts.lazy.flatMap(\.host.processes)),
            states: hosts.reduce(into: [:]) { $0[$1.host.state, default: 0] += 1 })
    }

    mutating func evaluation(_ gathered: Gathered, _ policy: PolicyIdentity, _ summary: EvaluationSummary) {
        text.line(
            style.heading("kubesweep evaluate") + "  \(words(policy))  \(counted(summary.fileCount, "file"))")
        text.line()
        findings(gathered)
        waived(gathered)
        notSeen(gathered)
        notes(gathered.notes)
        waivers(summary.waivers)
        parameters(policy)
        disabled(policy)
        total(summary.counts, failures: summary.failuresBySeverity, states: summary.states)
    }

    private func words(_ policy: PolicyIdentity) -> String {
        "policy \(printable(policy.name))\(policy.isExplicit ? ", explicit" : "")"
    }

    /// One row a cluster: how many hosts were judged and how many checks failed at each severity, worst host counting.
    private mutating func clusters(_ clusters: [ClusterRecord]) {
        text.line(style.heading("CLUSTERS"))
        if clusters.isEmpty { text.line("  none") } else { text.table(ClusterTable.rows(clusters, style)) }
        if !clusters.isEmpty {
            text.line(
                style.faint(
                    "  checks failed, by severity; unknown: checks that no master failed but not every master answered")
            )
        }
        text.line()
    }

    private mutating func findings(_ gathered: Gathered) {
        let groups = gathered.failed.groups(of: checks.map(\.id))
        let severities = Severity.allCases.reversed().compactMap { severity in
            let number = groups.count { $0.severity == severity }
            return number == 0 ? nil : "\(number) \(severity.rawValue)"
        }
        let sum =
            groups.isEmpty ? "" : "  \(counted(groups.count, "check")) failed: \(severities.joined(separator: ", "))"
        text.line(style.heading("FINDINGS") + sum)
        if groups.isEmpty {
            let isWaived = !gathered.waived.isEmpty
            text.line(
                gathered.judged.hostCount == 0
                    ? "  nothing was judged"
                    : isWaived ? "  none but those that are waived" : "  none among what was judged")
        }
        self.groups(groups, of: gathered.judged)
        text.line()
    }

    private mutating func waived(_ gathered: Gathered) {
        if gathered.waived.isEmpty { return }
        let groups = gathered.waived.groups(of: checks.map(\.id))
        text.line(style.heading("WAIVED") + "  failures that were accepted and do not count")
        self.groups(groups, of: gathered.judged)
        text.line()
    }

    private mutating func groups(_ groups: [FindingGroup], of judged: Places) {
        for group in groups {
            let known = checks.first { $0.id == group.check }?.title ?? IntegrityCheck.named(group.check)?.title
            let title = known.map { printable($0) + "  " } ?? ""
            text.line(
                "  " + style.severity(group.severity, padded(group.severity.rawValue, to: 8)) + "  "
                    + style.heading(printable(group.check)) + "  " + title
                    + style.faint("(\(group.places.extent(noun)))"))
            text.entry("want", group.expected)
            for sighting in group.sightings.prefix(Self.valueLimit) {
                text.entry("seen", sighting.observed)
                let severity = sighting.severity == group.severity ? nil : sighting.severity.rawValue
                note([severity, sighting.note].compactMap(\.self).joined(separator: ": "))
                on(sighting.places, of: judged)
                if let waiver = sighting.waiver { self.waiver(waiver) }
            }
            more(group.sightings.map(\.places).dropFirst(Self.valueLimit), "value", others: [group.others])
        }
    }

    private mutating func drift(_ clusters: [ClusterRecord]) {
        let drifting = clusters.filter { !$0.drift.isEmpty }
        if drifting.isEmpty { return }
        text.line(style.heading("DRIFT") + "  masters of one cluster that disagree")
        for cluster in drifting {
            for drift in cluster.drift {
                text.line("  \(printable(cluster.name))  \(drift.component.rawValue) --\(printable(drift.flag))")
                for side in drift.values {
                    text.entry("seen", side.value ?? "not set")
                    var places = Places()
                    for host in side.hosts { places.add("", host) }
                    on(places)
                }
            }
        }
        text.line()
    }

    private mutating func notSeen(_ gathered: Gathered) {
        let unknowns = gathered.unknown.unknowns(of: checks.map(\.id))
        let failures = gathered.unseen.groups
        if unknowns.isEmpty, failures.isEmpty { return }
        text.line(style.heading("NOT SEEN") + "  counts as neither good nor bad")
        for group in failures { failure(group) }
        for group in unknowns {
            text.line("  \(style.unknown("unknown"))  \(style.heading(group.reason.rawValue))  \(group.reason.words)")
            for sight in group.cases.prefix(Self.valueLimit) {
                undecided(sight.checks)
                if let observed = sight.observed { text.entry("seen", observed) }
                note(sight.note ?? "")
                on(sight.places, of: gathered.judged)
            }
            more(group.cases.map(\.places).dropFirst(Self.valueLimit), "case", others: group.others)
        }
        text.line()
    }

    private mutating func undecided(_ undecided: [String]) {
        if undecided.count > 1, undecided.count == checks.count {
            return text.entry("checks", ["all \(checks.count) of the policy"])
        }
        text.entry(
            undecided.count == 1 ? "check" : "\(undecided.count) checks",
            wrapped(
                undecided.map { printable($0) }.joined(separator: ", "), width: TerminalText.width - TerminalText.indent
            ))
    }

    /// Hosts without a listing. Where one hint serves them all, the hosts stand together and one of them speaks for the
    /// others; where each has its own, each is shown, and so is each host's key.
    private mutating func failure(_ group: FailureGroup) {
        let kind = group.kind
        var reason = "\(printable(kind.reason)) (\(printable(kind.phase)))  "
        if kind.reason.isEmpty || kind.reason == kind.state.rawValue { reason = "" }
        text.line("  \(style.unknown(kind.state.rawValue))  \(reason)\(group.places.extent(noun))")
        if let hint = group.commonHint, group.cases.count > 3, kind.phase != "hostKey", let first = group.cases.first {
            on(group.places)
            text.entry("e.g.", first.detail)
            text.hint(hint)
            return
        }
        for failure in group.cases.prefix(Self.failureLimit) {
            on(failure.places)
            if !failure.detail.isEmpty { text.entry("seen", failure.detail) }
            if group.commonHint == nil { text.hint(failure.hint) }
        }
        more(group.cases.map(\.places).dropFirst(Self.failureLimit), "case", others: [group.others])
        if let hint = group.commonHint { text.hint(hint) }
    }

    private mutating func note(_ note: String) {
        if !note.isEmpty { text.entry("", note, paint: style.faint) }
    }

    /// - Parameter judged: all hosts that were judged, for saying so where the list would be long.
    private mutating func on(_ places: Places, of judged: Places? = nil) {
        let lines = places.text(width: TerminalText.width - TerminalText.indent, lines: Self.listLimit, noun: noun)
        let isLong = lines.count > Self.listLimit || !places.isWhole
        let isAll = isLong && places.hostCount == judged?.hostCount
        text.entry("on", isAll ? ["every \(noun) that was judged: \(places.extent(noun))"] : lines)
    }

    /// What the limit leaves out, with the hosts it was seen on.
    ///
    /// - Parameter others: hosts of what was not even kept.
    private mutating func more(_ rest: ArraySlice<Places>, _ what: String, others: [Places]) {
        let others = others.filter { $0.hostCount > 0 }
        if rest.isEmpty, others.isEmpty { return }
        let number = others.isEmpty ? counted(rest.count, "more \(what)") : "more than \(rest.count) more \(what)s"
        text.entry("and", ["\(number), not shown"])
        on((rest + others).joined)
    }

    private mutating func notes(_ notes: NoteGathering) {
        let groups = notes.groups
        if groups.isEmpty { return }
        text.line(style.heading("NOTES"))
        for group in groups.prefix(Self.noteLimit) {
            text.entry("note", group.note)
            on(group.places)
        }
        more(groups.map(\.places).dropFirst(Self.noteLimit), "note", others: [notes.others])
        text.line()
    }

    private mutating func parameters(_ policy: PolicyIdentity) {
        if policy.parameters.isEmpty { return }
        text.line(style.heading("SET") + "  by the policy")
        for (name, value) in policy.parameters.sorted(by: { $0.key < $1.key }) {
            text.line("  \(printable(name)): \(printable(value))")
        }
        text.line()
    }

    private mutating func disabled(_ policy: PolicyIdentity) {
        if policy.disabled.isEmpty { return }
        text.line(style.heading("SWITCHED OFF") + "  by the policy")
        for (check, reason) in policy.disabled.sorted(by: { $0.key < $1.key }) {
            text.line("  \(printable(check)): \(printable(reason))")
        }
        text.line()
    }

    /// Two lines that sum up: hosts, then answers.
    private mutating func total(
        _ counts: VerdictCounts, failures: [(severity: Severity, count: Int)], states: [HostState: Int]
    ) {
        let others = HostState.allCases.compactMap { state in
            let number = states[state] ?? 0
            return state == .evaluated || number == 0 ? nil : "\(number) \(state.rawValue)"
        }
        text.line(
            "judged \(states[.evaluated] ?? 0) of \(counted(states.values.reduce(0, +), noun))"
                + (others.isEmpty ? "" : "; not judged: \(others.joined(separator: ", "))"))
        let severities = failures.filter { $0.count > 0 }.map { "\($0.count) \($0.severity.rawValue)" }
        let waived = counts.waived > 0 ? ", \(counts.waived) waived" : ""
        let tenths = counts.coverageTenths
        text.line(
            "\(counts.fail) fail\(severities.isEmpty ? "" : " (\(severities.joined(separator: ", ")))"),"
                + " \(counts.pass) pass, \(counts.unknown) unknown, \(counts.unseen) unseen,"
                + " \(counts.notApplicable) not applicable\(waived); coverage \(tenths / 10).\(tenths % 10) %")
    }
}
