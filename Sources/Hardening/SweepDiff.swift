import ProcessTable

/// What changed between two sweeps, and why. Everything is in the order of clusters, hosts, components and checks.
package struct SweepDiff: Sendable {
    package struct Side: Sendable, Equatable {
        package let sweep: SweepIdentity
        package let tool: ToolIdentity
        package let policy: PolicyIdentity
        /// Where it was ended early.
        package let early: EarlyEnd?
    }

    package let older: Side
    package let newer: Side
    package internal(set) var fleet = FleetChange()
    package internal(set) var sights: [SightChange] = []
    package internal(set) var findings: [FindingChange] = []
    package internal(set) var processes: [ProcessChange] = []
    package internal(set) var flags: [FlagChange] = []
    package internal(set) var drifts: [DriftChange] = []
    package internal(set) var hostKeys: [HostKeyChange] = []
    /// Failures that are as they were, by the cluster's newer name.
    package internal(set) var unchanged: [String: Int] = [:]

    fileprivate init(older: Side, newer: Side, unchanged: [String: Int]) {
        self.older = older
        self.newer = newer
        self.unchanged = unchanged
    }

    /// Whether there is nothing to tell.
    package var isEmpty: Bool {
        fleet.isEmpty && sights.isEmpty && findings.isEmpty && processes.isEmpty && flags.isEmpty && drifts.isEmpty
            && hostKeys.isEmpty
    }

    /// Whether nobody needs to be told: nothing changed, and no host was left out by an early end.
    package var isQuiet: Bool { isEmpty && newer.early == nil }

    /// Findings that fail now and did not before, were waived before, or fail at a higher severity.
    package var regressions: [FindingChange] {
        findings.filter { change in
            if change.isAccepted { return false }
            return switch change.kind {
            case .new, .unwaived: true
            case .changedSeverity: (change.newer?.severity ?? .low) > (change.older?.severity ?? .low)
            default: false
            }
        }
    }

    /// Whether something that was seen before was not seen any more.
    package var sawLess: Bool {
        findings.contains { $0.kind == .unknown || $0.kind == .unseen } || sights.contains { !$0.isBack }
            || processes.contains { !$0.isThere && $0.attribution.causes.contains(.coverage) } || newer.early != nil
    }

    /// Compares two sweeps.
    ///
    /// A change of a finding is proved by judging again, with this program: the older evidence by the newer policy, the
    /// newer evidence by the older policy, and so on for the stated version. Where judging the older evidence by its own
    /// policy does not give what was recorded, the program has changed.
    ///
    /// - Parameters:
    ///   - match: nil finds it by the sides' keys.
    ///   - last: hosts, by their older places, that the older sweep did not see or not wholly, as they were seen last.
    ///   - unchanged: failures of clusters that are not among the sides' because nothing differs in them.
    package static func between(
        _ older: DiffSide, _ newer: DiffSide, match: FleetMatch? = nil, last: [HostPlace: HostSighting] = [:],
        unchanged: [String: Int] = [:]
    ) -> SweepDiff {
        var diff = SweepDiff(older: Side(older), newer: Side(newer), unchanged: unchanged)
        let match = match ?? FleetMatch(older, newer)
        diff.fleet = match.change
        let before = Sightings(older)
        let after = Sightings(newer)
        for pair in match.pairs {
            let (old, new) = (before[pair.older], after[pair.newer])
            // Neither side has loaded a host on which nothing changed.
            if old == nil, new == nil { continue }
            diff.take(
                HostComparison(
                    place: pair.newer, older: old, last: last[pair.older], newer: new, keys: (older.keys, newer.keys)))
        }
        diff.drifts = driftChanges(older, newer, match, last, DriftComparison.Causes(diff.flags, diff.processes))
        for place in match.change.addedHosts { diff.take(after[place]?.host, at: place, isAdded: true) }
        for place in match.change.removedHosts { diff.take(before[place]?.host, at: place, isAdded: false) }
        diff.acceptWaived(after)
        diff.findings.sort { ($0.place, $0.component.rawValue, $0.check) < ($1.place, $1.component.rawValue, $1.check) }
        return diff
    }

    private mutating func take(_ comparison: HostComparison) {
        if let sight = comparison.sight { sights.append(sight) }
        if let key = comparison.hostKey { hostKeys.append(key) }
        let changes = comparison.changes()
        findings += changes.findings
        processes += changes.processes
        flags += changes.flags
        if changes.unchanged > 0 { unchanged[comparison.place.cluster, default: 0] += changes.unchanged }
    }

    /// Marks changes whose newer failure is waived: they are told, and are not worse.
    private mutating func acceptWaived(_ newer: Sightings) {
        for index in findings.indices {
            guard let finding = findings[index].newer, finding.verdict == .fail,
                let sighting = newer[findings[index].place], let cluster = sighting.cluster
            else { continue }
            let host = FleetHost(name: sighting.host.name, address: sighting.host.address)
            let basis = sighting.basis
            guard case .active(let id) = basis.waivers.state(finding, cluster, host, basis.sweep.ended) else {
                continue
            }
            findings[index].waiver = id
            findings[index].isAccepted = true
        }
    }

    /// The failures that a host brings with it, or takes away.
    private mutating func take(_ host: HostRecord?, at place: HostPlace, isAdded: Bool) {
        for process in host?.processes ?? [] {
            for finding in process.findings where finding.verdict == .fail {
                findings.append(
                    FindingChange(
                        isAdded ? .new : .gone, at: place, process.component, older: isAdded ? nil : finding,
                        newer: isAdded ? finding : nil, because: Attribution(.inventory)))
            }
        }
    }

    private static func driftChanges(
        _ older: DiffSide, _ newer: DiffSide, _ match: FleetMatch, _ last: [HostPlace: HostSighting],
        _ causes: DriftComparison.Causes
    ) -> [DriftChange] {
        let before = Dictionary(older.clusters.map { ($0.name, $0) }) { first, _ in first }
        let newerPlaces = Dictionary(match.pairs.map { ($0.older, $0.newer) }) { first, _ in first }
        return newer.clusters.flatMap { cluster -> [DriftChange] in
            let old = before[match.olderName(of: cluster.name)]
            let places = (old?.hosts ?? []).map { HostPlace(cluster: old?.name ?? "", host: $0.name) }
            var hosts = old?.hosts ?? []
            var drift = old?.drift ?? []
            if places.contains(where: { last[$0] != nil }) {
                for (index, place) in places.enumerated() {
                    if let last = last[place] { hosts[index] = hosts[index].completed(by: last.host) }
                }
                drift = FlagDrift.between(hosts)
            }
            if drift == cluster.drift { return [] }
            var names: [String: String] = [:]
            for place in places {
                if let to = newerPlaces[place], to.cluster == cluster.name { names[place.host] = to.host }
            }
            return DriftComparison(
                cluster: cluster.name, older: hosts, newer: cluster.hosts, drift: (drift, cluster.drift), names: names,
                causes: causes
            ).changes()
        }
    }
}

extension SweepDiff.Side {
    fileprivate init(_ side: DiffSide) {
        self.init(sweep: side.sweep, tool: side.tool, policy: side.policy, early: side.early)
    }
}

extension FleetMatch {
    init(_ older: DiffSide, _ newer: DiffSide) {
        self.init(older.fleet, newer.fleet, keys: (older.keys, newer.keys))
        if let selection = newer.selection { self = within(selection, of: newer.fleet) }
    }
}

/// The hosts of one side.
private struct Sightings {
    private let hosts: [HostPlace: HostRecord]
    private let clusters: [String: FleetCluster]
    private let basis: SweepBasis

    init(_ side: DiffSide) {
        hosts = side.clusters.hosts
        clusters = side.fleet.byName
        basis = side.basis
    }

    subscript(place: HostPlace) -> HostSighting? {
        hosts[place].map { HostSighting($0, of: clusters[place.cluster], by: basis) }
    }
}
