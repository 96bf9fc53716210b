package import Hardening
import ProcessTable

/// A sweep or an evaluation for people: what is wrong where, then what could not be seen. Every byte that came from a
/// host or a file is escaped. What is the same on many hosts stands once, and long lists are cut and counted: the JSON
/// report has all.
package struct TerminalReport {
    private let checks: [Check]
    private let style: TerminalStyle
    /// What is counted: "host" or "file".
    private let noun: String
    private var text = TerminalText()

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

    package static func render(_ record: EvaluationRecord, policy: Policy, style: TerminalStyle) -> String {
        var report = TerminalReport(policy, style, noun: "file")
        report.evaluation(record)
        return report.text.text
    }

    private init(_ policy: Policy, _ style: TerminalStyle, noun: String) {
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
        let places = hosts.flatMap { cluster, host in
            JudgedPlace.all(of: host.processes, cluster: cluster, host: host.name)
        }
        findings(places)
        drift(record.clusters)
        let unseen = hosts.filter { $0.host.state != .evaluated }.map { cluster, host in
            UnseenPlace(cluster: cluster, name: host.name, state: host.state, failure: host.failure)
        }
        notSeen(places, unseen: unseen)
        notes(hosts.flatMap { cluster, host in notes(host.notes, host.processes).map { (cluster, host.name, $0) } })
        parameters(record.policy)
        disabled(record.policy)
        total(record.counts, places: places, states: hosts.map(\.host.state))
    }

    private mutating func evaluation(_ record: EvaluationRecord) {
        let files = record.files
        text.line(
            style.heading("kubesweep evaluate") + "  \(words(record.policy))  \(counted(files.count, "file"))")
        text.line()
        let places = files.flatMap { file in
            JudgedPlace.all(of: file.processes, cluster: "", host: file.name)
        }
        findings(places)
        let unseen = files.filter { $0.state != .evaluated }
        notSeen(
            places, unseen: unseen.map { UnseenPlace(cluster: "", name: $0.name, state: $0.state, failure: $0.failure) }
        )
        notes(files.flatMap { file in notes(file.notes, file.processes).map { ("", file.name, $0) } })
        parameters(record.policy)
        disabled(record.policy)
        total(record.counts, places: places, states: files.map(\.state))
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

    private mutating func findings(_ places: [JudgedPlace]) {
        let groups = places.groups(of: checks.map(\.id)) { $0.verdict == .fail }
        let severities = Severity.allCases.reversed().compactMap { severity in
            let number = groups.count { $0.severity == severity }
            return number == 0 ? nil : "\(number) \(severity.rawValue)"
        }
        let sum =
            groups.isEmpty ? "" : "  \(counted(groups.count, "check")) failed: \(severities.joined(separator: ", "))"
        text.line(style.heading("FINDINGS") + sum)
        if groups.isEmpty { text.line(places.isEmpty ? "  nothing was judged" : "  none among what was judged") }
        let judged = places.judged
        for group in groups {
            let title = checks.first { $0.id == group.check }.map { printable($0.title) + "  " } ?? ""
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
            }
            more(group.sightings.map(\.places).dropFirst(Self.valueLimit), "value")
        }
        text.line()
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

    private mutating func notSeen(_ places: [JudgedPlace], unseen: [UnseenPlace]) {
        let unknowns = places.unknowns(of: checks.map(\.id))
        if unknowns.isEmpty, unseen.isEmpty { return }
        text.line(style.heading("NOT SEEN") + "  counts as neither good nor bad")
        for group in unseen.groups() { failure(group) }
        let judged = places.judged
        for group in unknowns {
            text.line("  \(style.unknown("unknown"))  \(style.heading(group.reason.rawValue))  \(group.reason.words)")
            for sight in group.cases.prefix(Self.valueLimit) {
                undecided(sight.checks)
                if let observed = sight.observed { text.entry("seen", observed) }
                note(sight.note ?? "")
                on(sight.places, of: judged)
            }
            more(group.cases.map(\.places).dropFirst(Self.valueLimit), "case")
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
            self.hint(hint)
            return
        }
        for failure in group.cases.prefix(Self.failureLimit) {
            on(failure.places)
            if !failure.detail.isEmpty { text.entry("seen", failure.detail) }
            if group.commonHint == nil { hint(failure.hint) }
        }
        more(group.cases.map(\.places).dropFirst(Self.failureLimit), "case")
        if let hint = group.commonHint { self.hint(hint) }
    }

    /// Hints show commands, which stay whole so that they can be copied.
    private mutating func hint(_ hint: String) {
        let lines = hint.split(separator: "\n").prefix(10).map { printable(String($0), limit: 4096) }
        text.entry("hint", lines)
    }

    private mutating func note(_ note: String) {
        if !note.isEmpty { text.entry("", note, paint: style.faint) }
    }

    /// - Parameter judged: all hosts that were judged, for saying so where the list would be long.
    private mutating func on(_ places: Places, of judged: Places? = nil) {
        let lines = places.text(width: TerminalText.width - TerminalText.indent, lines: Self.listLimit, noun: noun)
        let isAll = lines.count > Self.listLimit && places.hostCount == judged?.hostCount
        text.entry("on", isAll ? ["every \(noun) that was judged: \(places.extent(noun))"] : lines)
    }

    /// What the limit leaves out, with the hosts it was seen on.
    private mutating func more(_ rest: ArraySlice<Places>, _ what: String) {
        if rest.isEmpty { return }
        text.entry("and", ["\(counted(rest.count, "more \(what)")), not shown"])
        on(rest.joined)
    }

    private func notes(_ notes: [String], _ processes: [ProcessRecord]) -> [String] {
        // Without the process id, so that hosts with the same note stand together.
        notes + processes.flatMap { process in process.notes.map { "\(process.component.rawValue): \($0)" } }
    }

    private mutating func notes(_ notes: [(cluster: String, host: String, note: String)]) {
        if notes.isEmpty { return }
        text.line(style.heading("NOTES"))
        let groups = NoteGroup.gather(notes)
        for group in groups.prefix(Self.noteLimit) {
            text.entry("note", group.note)
            on(group.places)
        }
        more(groups.map(\.places).dropFirst(Self.noteLimit), "note")
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
    private mutating func total(_ counts: VerdictCounts, places: [JudgedPlace], states: [HostState]) {
        let others = HostState.allCases.compactMap { state in
            let number = states.count { $0 == state }
            return state == .evaluated || number == 0 ? nil : "\(number) \(state.rawValue)"
        }
        let judged = states.count { $0 == .evaluated }
        text.line(
            "judged \(judged) of \(counted(states.count, noun))"
                + (others.isEmpty ? "" : "; not judged: \(others.joined(separator: ", "))"))
        let severities = failures(in: places.lazy.map(\.process)).filter { $0.count > 0 }
            .map { "\($0.count) \($0.severity.rawValue)" }
        let tenths = counts.coverageTenths
        text.line(
            "\(counts.fail) fail\(severities.isEmpty ? "" : " (\(severities.joined(separator: ", ")))"),"
                + " \(counts.pass) pass, \(counts.unknown) unknown, \(counts.unseen) unseen,"
                + " \(counts.notApplicable) not applicable; coverage \(tenths / 10).\(tenths % 10) %")
    }
}

extension Array where Element == JudgedPlace {
    fileprivate var judged: Places {
        reduce(into: Places()) { $0.add($1.cluster, $1.host) }
    }
}
