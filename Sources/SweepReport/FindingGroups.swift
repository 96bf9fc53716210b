import Hardening

/// Findings of one verdict, gathered by check, then by what was seen.
struct FindingGroup {
    let check: String
    let verdict: Verdict
    let expected: String
    /// The highest of its sightings.
    private(set) var severity: Severity
    /// The highest severity first, then what most hosts show, then in the record's order.
    fileprivate(set) var sightings: [Sighting] = []
    /// Where yet other values were seen than the ones that were kept.
    fileprivate(set) var others: Places
    private(set) var places: Places

    /// Hosts that show the same.
    struct Sighting {
        let severity: Severity
        let observed: String
        let note: String?
        /// The one over these findings, if there is one.
        let waiver: FindingWaiver?
        fileprivate(set) var places: Places

        fileprivate init(_ finding: Finding, places: Places) {
            severity = finding.severity
            observed = finding.observed
            note = finding.note
            waiver = finding.waiver
            self.places = places
        }
    }

    fileprivate init(_ finding: Finding, places: Places) {
        self.places = places
        others = places
        check = finding.check
        verdict = finding.verdict
        expected = finding.expected
        severity = finding.severity
    }

    fileprivate mutating func add(_ finding: Finding, at place: JudgedPlace) {
        severity = max(severity, finding.severity)
        places.add(place.cluster, place.host)
    }
}

/// A process that was judged, and where it runs.
struct JudgedPlace {
    let cluster: String
    let host: String
    let process: ProcessRecord
    /// The host's name, with the process id where the host runs several of the component.
    let label: String

    /// A host's processes, each in its place.
    static func all(of processes: [ProcessRecord], cluster: String, host: String) -> [JudgedPlace] {
        processes.map { process in
            let isAlone = processes.count { $0.component == process.component } == 1
            return JudgedPlace(
                cluster: cluster, host: host, process: process, label: isAlone ? host : "\(host) (pid \(process.pid))")
        }
    }
}

/// Gathers findings in one pass, finding each one's group and sighting by hash, so that their number does not matter.
struct FindingGathering {
    private let keeping: Keeping
    private var groups: [FindingGroup] = []
    private var known: [GroupKey: Int] = [:]
    private var sightings: [SightingKey: Int] = [:]

    private struct GroupKey: Hashable {
        let check: String
        let verdict: Verdict
    }

    private struct SightingKey: Hashable {
        let group: Int
        let severity: Severity
        let observed: String
        let note: String?
        /// Its id.
        let waiver: String?
    }

    init(keeping: Keeping) { self.keeping = keeping }

    var isEmpty: Bool { groups.isEmpty }

    /// Adds the place's findings that `isWanted`.
    mutating func add(_ place: JudgedPlace, where isWanted: (Finding) -> Bool) {
        for position in place.process.findings.indices where isWanted(place.process.findings[position]) {
            add(place.process.findings[position], at: place)
        }
    }

    private mutating func add(_ finding: Finding, at place: JudgedPlace) {
        let group = self.group(of: finding)
        groups[group].add(finding, at: place)
        let key = SightingKey(
            group: group, severity: finding.severity, observed: finding.observed, note: finding.note,
            waiver: finding.waiver?.id)
        let sighting = sightings[key] ?? groups[group].sightings.count
        if sighting == groups[group].sightings.count {
            guard sighting < keeping.sights else { return groups[group].others.add(place.cluster, place.label) }
            sightings[key] = sighting
            groups[group].sightings.append(FindingGroup.Sighting(finding, places: Places(limit: keeping.places)))
        }
        groups[group].sightings[sighting].places.add(place.cluster, place.label)
    }

    private mutating func group(of finding: Finding) -> Int {
        let key = GroupKey(check: finding.check, verdict: finding.verdict)
        if let group = known[key] { return group }
        known[key] = groups.count
        groups.append(FindingGroup(finding, places: Places(limit: keeping.places)))
        return groups.count - 1
    }

    /// The highest severity first, then in the order of the checks. A check's failures stand together under its worst
    /// severity; unknowns stand apart by their reason.
    func groups(of checks: [String]) -> [FindingGroup] {
        let ranks = Dictionary(checks.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        // A check that the policy does not know comes last: it is shown all the same.
        let ordered = groups.enumerated().sorted { a, b in
            (b.element.severity, ranks[a.element.check] ?? .max, a.offset)
                < (a.element.severity, ranks[b.element.check] ?? .max, b.offset)
        }
        return ordered.map { _, group in
            var group = group
            group.sightings = group.sightings.enumerated().sorted { a, b in
                (b.element.severity, b.element.places.hostCount, a.offset)
                    < (a.element.severity, a.element.places.hostCount, b.offset)
            }.map(\.element)
            return group
        }
    }
}
