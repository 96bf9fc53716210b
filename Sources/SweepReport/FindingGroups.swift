import Hardening
import ProcessTable

/// Findings of one verdict, gathered by check, then by where they were seen and what was seen there.
struct FindingGroup {
    let check: String
    let severity: Severity
    let verdict: Verdict
    let expected: String
    var sightings: [Sighting]

    /// Hosts that show the same.
    struct Sighting {
        let severity: Severity
        let observed: String
        let note: String?
        var places: [Place]
    }

    /// Hosts of one cluster, in their order.
    struct Place {
        let cluster: String
        var hosts: [String]
    }
}

/// A process that was judged, and where it runs.
struct JudgedPlace {
    let cluster: String
    let host: String
    let process: ProcessRecord
}

extension Array where Element == JudgedPlace {
    /// The findings that `isWanted`, the highest severity first, then in the order of the checks.
    func groups(of checks: [String], where isWanted: (Finding) -> Bool) -> [FindingGroup] {
        var groups: [String: [FindingGroup]] = [:]
        for place in self {
            for finding in place.process.findings where isWanted(finding) {
                groups[finding.check, default: []].add(finding, at: place)
            }
        }
        let ordered = checks.flatMap { groups[$0] ?? [] }
        return Severity.allCases.reversed().flatMap { severity in ordered.filter { $0.severity == severity } }
    }
}

extension Array where Element == FindingGroup {
    fileprivate mutating func add(_ finding: Finding, at place: JudgedPlace) {
        // A check's failures stand together under its worst severity; unknowns stand apart by their reason.
        guard let index = firstIndex(where: { $0.verdict == finding.verdict }) else {
            append(
                FindingGroup(
                    check: finding.check, severity: finding.severity, verdict: finding.verdict,
                    expected: finding.expected, sightings: [FindingGroup.Sighting(finding, at: place)]))
            return
        }
        var group = self[index]
        if let same = group.sightings.firstIndex(where: { $0.shows(finding) }) {
            group.sightings[same].places.add(place)
        } else {
            group.sightings.append(FindingGroup.Sighting(finding, at: place))
        }
        self[index] = FindingGroup(
            check: group.check, severity: Swift.max(group.severity, finding.severity), verdict: group.verdict,
            expected: group.expected, sightings: group.sightings)
    }
}

extension Array where Element == FindingGroup.Place {
    fileprivate mutating func add(_ place: JudgedPlace) {
        guard let index = indices.last, self[index].cluster == place.cluster else {
            return append(FindingGroup.Place(cluster: place.cluster, hosts: [place.host]))
        }
        // Two processes of one host are one host.
        if self[index].hosts.last != place.host { self[index].hosts.append(place.host) }
    }
}

extension FindingGroup.Sighting {
    fileprivate init(_ finding: Finding, at place: JudgedPlace) {
        self.init(
            severity: finding.severity, observed: finding.observed, note: finding.note,
            places: [FindingGroup.Place(cluster: place.cluster, hosts: [place.host])])
    }

    fileprivate func shows(_ finding: Finding) -> Bool {
        observed == finding.observed && note == finding.note && severity == finding.severity
    }
}

extension FindingGroup.Place {
    /// `cluster/cp[1:3].example`, or the hosts alone where there is no cluster.
    var text: String { cluster.isEmpty ? folded(hosts) : "\(cluster)/\(folded(hosts))" }
}
