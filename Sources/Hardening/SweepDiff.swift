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

    /// Compares two sweeps.
    ///
    /// A change of a finding is proved by judging again, with this program: the older evidence by the newer policy, the
    /// newer evidence by the older policy, and so on for the stated version. Where judging the older evidence by its own
    /// policy does not give what was recorded, the program has changed.
    package static func between(_ older: DiffSide, _ newer: DiffSide) -> SweepDiff {
        var diff = SweepDiff(
            older: Side(sweep: older.sweep, tool: older.tool, policy: older.policy, early: older.early),
            newer: Side(sweep: newer.sweep, tool: newer.tool, policy: newer.policy, early: newer.early))
        let before = older.hosts
        let after = newer.hosts
        let match = FleetMatch(
            older.fleet, newer.fleet, olderKeys: before.compactMapValues { $0.evidence?.hostKey },
            newerKeys: after.compactMapValues { $0.evidence?.hostKey })
        diff.fleet = match.change
        let olderClusters = older.fleet.byName
        let newerClusters = newer.fleet.byName
        for (from, to) in match.pairs {
            guard let host = diff.compared(before[from], after[to], at: to) else { continue }
            let comparison = HostComparison(
                before: host.before, after: host.after, place: to, olderCluster: olderClusters[from.cluster],
                newerCluster: newerClusters[to.cluster], older: older, newer: newer)
            var answers = Rejudgement(comparison)
            for pair in ProcessPair.all(host.before, host.after) {
                diff.compare(pair, at: to, both: host.before.state.isSeen && host.after.state.isSeen)
                diff.findings += comparison.changes(in: pair, &answers)
            }
        }
        diff.drifts = driftChanges(older, newer)
        for place in match.change.addedHosts { diff.take(after[place], at: place, isAdded: true) }
        for place in match.change.removedHosts { diff.take(before[place], at: place, isAdded: false) }
        diff.acceptWaived(newer)
        diff.findings.sort { ($0.place, $0.component.rawValue, $0.check) < ($1.place, $1.component.rawValue, $1.check) }
        return diff
    }

    /// Marks changes whose newer failure is waived: they are told, and are not worse.
    private mutating func acceptWaived(_ newer: DiffSide) {
        let clusters = newer.fleet.byName
        let hosts = newer.hosts
        for index in findings.indices {
            let place = findings[index].place
            guard let finding = findings[index].newer, finding.verdict == .fail, let cluster = clusters[place.cluster],
                let record = hosts[place]
            else { continue }
            let host = FleetHost(name: record.name, address: record.address)
            guard case .active(let id) = newer.waivers.state(finding, cluster, host, newer.sweep.ended) else {
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

    /// Notes what changed of the host as a whole; both records where their findings can be compared.
    private mutating func compared(
        _ before: HostRecord?, _ after: HostRecord?, at place: HostPlace
    ) -> (before: HostRecord, after: HostRecord)? {
        // Neither side has loaded the host where nothing on it changed.
        if before == nil, after == nil { return nil }
        let wasSeen = before?.state.isSeen ?? false
        let isSeen = after?.state.isSeen ?? false
        if wasSeen != isSeen {
            sights.append(
                SightChange(
                    place: place, older: before?.state, newer: after?.state,
                    failure: isSeen ? before?.failure : after?.failure))
        }
        if let key = before?.evidence?.hostKey, let new = after?.evidence?.hostKey, key != new {
            hostKeys.append(HostKeyChange(place: place, from: key, to: new))
        }
        // What is left of a host that was not wholly seen, e.g. a failure on a cut line, is compared all the same.
        guard let before, before.state.isSeen || !before.processes.isEmpty else {
            takeUnseen(after, at: place, isBack: true)
            return nil
        }
        guard let after, after.state.isSeen || !after.processes.isEmpty else {
            takeUnseen(before, at: place, isBack: false)
            return nil
        }
        return (before, after)
    }

    private mutating func takeUnseen(_ host: HostRecord?, at place: HostPlace, isBack: Bool) {
        for process in host?.processes ?? [] {
            for finding in process.findings where finding.verdict == .fail {
                findings.append(
                    FindingChange(
                        isBack ? .new : .unseen, at: place, process.component, older: isBack ? nil : finding,
                        newer: isBack ? finding : nil, because: Attribution(.coverage)))
            }
        }
    }

    /// - Parameter both: the host was seen on both sides, so that a process that is missing is gone.
    private mutating func compare(_ pair: ProcessPair, at place: HostPlace, both: Bool) {
        guard let older = pair.older, let newer = pair.newer else {
            if both {
                processes.append(
                    ProcessChange(place: place, component: pair.component, isThere: pair.newer != nil))
            }
            return
        }
        // A line that is cut or kept in a file shows no flags; it says nothing of them.
        if older.flags.isEmpty || newer.flags.isEmpty { return }
        let before = Dictionary(older.flags.map { ($0.name, $0.value) }) { _, last in last }
        let after = Dictionary(newer.flags.map { ($0.name, $0.value) }) { _, last in last }
        if before == after { return }
        for name in Set(before.keys).union(after.keys).sorted() where before[name] != after[name] {
            flags.append(
                FlagChange(
                    place: place, component: pair.component, flag: name, from: before[name], to: after[name]))
        }
    }

    private static func driftChanges(_ older: DiffSide, _ newer: DiffSide) -> [DriftChange] {
        let before = Dictionary(older.clusters.map { ($0.name, $0) }) { first, _ in first }
        var changes: [DriftChange] = []
        for cluster in newer.clusters {
            let old = before[cluster.name]?.drift ?? []
            for drift in cluster.drift where !old.contains(where: { $0.isAbout(drift) }) {
                changes.append(DriftChange(kind: .appeared, cluster: cluster.name, drift: drift))
            }
            for drift in old where !cluster.drift.contains(where: { $0.isAbout(drift) }) {
                let hosts = Set(drift.values.flatMap(\.hosts))
                let seen = Set(cluster.hosts.filter(\.state.isSeen).map(\.name))
                // A host that left the fleet cannot disagree any more; one that was not seen may.
                let here =
                    newer.fleet.clusters.first { $0.name == cluster.name }.map { Set($0.hosts.map(\.name)) } ?? []
                let isHealed = hosts.intersection(here).isSubset(of: seen)
                changes.append(DriftChange(kind: isHealed ? .healed : .unseen, cluster: cluster.name, drift: drift))
            }
        }
        return changes
    }
}

extension FlagDrift {
    fileprivate func isAbout(_ other: FlagDrift) -> Bool { component == other.component && flag == other.flag }
}

extension FleetRecord {
    fileprivate var byName: [String: FleetCluster] {
        Dictionary(clusters.map { ($0.name, $0) }) { first, _ in first }
    }
}

extension DiffSide {
    fileprivate var hosts: [HostPlace: HostRecord] {
        var hosts: [HostPlace: HostRecord] = [:]
        for cluster in clusters {
            for host in cluster.hosts { hosts[HostPlace(cluster: cluster.name, host: host.name)] = host }
        }
        return hosts
    }
}

/// A process and the one that took its place: by component, and among several of one component by their order.
struct ProcessPair {
    let component: Component
    let older: ProcessRecord?
    let newer: ProcessRecord?
    /// Among the processes of its component on the host.
    let position: Int

    static func all(_ older: HostRecord, _ newer: HostRecord) -> [ProcessPair] {
        Component.allCases.flatMap { component in
            let before = older.processes.filter { $0.component == component }
            let after = newer.processes.filter { $0.component == component }
            return (0..<max(before.count, after.count)).map { position in
                ProcessPair(
                    component: component, older: position < before.count ? before[position] : nil,
                    newer: position < after.count ? after[position] : nil, position: position)
            }
        }
    }
}
