import Hardening

/// What could not be decided for one reason.
struct UnknownGroup {
    let reason: UnknownReason
    /// What most hosts show first, then in the order of the checks.
    fileprivate(set) var cases: [Case] = []
    /// Where yet other cases were seen than the ones that were kept.
    fileprivate(set) var others: [Places] = []

    /// Checks that could not be decided on the same hosts by the same sight.
    struct Case {
        fileprivate(set) var checks: [String]
        /// Nil where the checks saw different things and it does not matter what.
        fileprivate(set) var observed: String?
        let note: String?
        let places: Places
    }
}

extension FindingGathering {
    /// What was gathered of unknown findings by reason, in the order in which the reasons are declared.
    func unknowns(of checks: [String]) -> [UnknownGroup] {
        let findings = groups(of: checks)
        let ranks = Dictionary(checks.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let ordered = findings.enumerated().sorted { a, b in
            (ranks[a.element.check] ?? .max, a.offset) < (ranks[b.element.check] ?? .max, b.offset)
        }
        return UnknownReason.allCases.compactMap { reason in
            var group = UnknownGroup(reason: reason)
            var known: [CaseKey: Int] = [:]
            for (_, finding) in ordered where finding.verdict == .unknown(reason) {
                for sighting in finding.sightings { group.add(sighting, of: finding.check, &known) }
                if finding.others.hostCount > 0 { group.others.append(finding.others) }
            }
            if group.cases.isEmpty { return nil }
            group.cases = group.cases.enumerated().sorted { a, b in
                (b.element.places.hostCount, a.offset) < (a.element.places.hostCount, b.offset)
            }.map(\.element)
            return group
        }
    }
}

private struct CaseKey: Hashable {
    let observed: String?
    let note: String?
    let places: Places
}

extension UnknownGroup {
    fileprivate mutating func add(
        _ sighting: FindingGroup.Sighting, of check: String, _ known: inout [CaseKey: Int]
    ) {
        let observed = reason.isAboutTheLine ? nil : sighting.observed
        let key = CaseKey(observed: observed, note: sighting.note, places: sighting.places)
        guard let index = known[key] else {
            known[key] = cases.count
            cases.append(
                Case(checks: [check], observed: sighting.observed, note: sighting.note, places: sighting.places))
            return
        }
        if cases[index].checks.last != check { cases[index].checks.append(check) }
        if cases[index].observed != sighting.observed { cases[index].observed = nil }
    }
}

extension UnknownReason {
    /// What is in doubt is the whole line or listing, so what one check saw of it says nothing more.
    fileprivate var isAboutTheLine: Bool {
        switch self {
        case .truncated, .incomplete, .ambiguous, .unparsable: true
        case .versionNeeded, .configuredInFile, .needsReview, .unseen: false
        }
    }

    /// For people.
    var words: String {
        switch self {
        case .versionNeeded: "the answer depends on the Kubernetes version: state it"
        case .configuredInFile: "the setting stands in a file that the process table does not show"
        case .needsReview: "only a person can tell whether this setting is right"
        case .truncated: "the row was cut off; what stands behind the cut is not known"
        case .incomplete: "the listing is not known to be whole"
        case .ambiguous: "the line can be read in more than one way"
        case .unparsable: "the component could not have started with this line"
        case .unseen: "not seen at all"
        }
    }
}
