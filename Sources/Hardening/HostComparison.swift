import ProcessTable

/// A host of both sweeps, and where it stands in them.
struct HostComparison {
    let before: HostRecord
    let after: HostRecord
    /// Of the newer side.
    let place: HostPlace
    /// As each side's inventory has it; nil where it does not name the cluster.
    let olderCluster: FleetCluster?
    let newerCluster: FleetCluster?
    let older: DiffSide
    let newer: DiffSide

    /// The changes of a pair's findings, each with what made it.
    func changes(in pair: ProcessPair, _ answers: inout Rejudgement) -> [FindingChange] {
        var changes: [FindingChange] = []
        let old = Dictionary((pair.older?.findings ?? []).map { ($0.check, $0) }) { first, _ in first }
        let new = Dictionary((pair.newer?.findings ?? []).map { ($0.check, $0) }) { first, _ in first }
        let checks =
            (pair.newer?.findings ?? []).map(\.check)
            + (pair.older?.findings ?? []).map(\.check).filter { new[$0] == nil }
        for check in checks {
            let (older, newer) = (old[check], new[check])
            if let kind = FindingChange.kind(older, newer) {
                let attribution = answers.attribution(of: check, kind, pair, older, newer)
                changes.append(
                    FindingChange(kind, at: place, pair.component, older: older, newer: newer, because: attribution))
            }
            if let older, let newer, older.verdict == .fail, newer.verdict == .fail,
                let change = waiverChange(older, newer, pair.component)
            {
                changes.append(change)
            }
        }
        return changes
    }

    /// A failure that is waived on one side only. What made it is found by asking the waivers of either side for the
    /// finding, the place and the time of either side.
    private func waiverChange(_ before: Finding, _ after: Finding, _ component: Component) -> FindingChange? {
        guard let olderCluster, let newerCluster else { return nil }
        let olderHost = FleetHost(name: self.before.name, address: self.before.address)
        let newerHost = FleetHost(name: self.after.name, address: self.after.address)
        let (then, today) = (older.sweep.ended, newer.sweep.ended)
        let was = older.waivers.state(before, olderCluster, olderHost, then)
        let now = newer.waivers.state(after, newerCluster, newerHost, today)
        guard was.isActive != now.isActive else { return nil }
        var causes: [ChangeCause] = []
        // The file, or the day.
        if newer.waivers.state(before, olderCluster, olderHost, today).isActive == now.isActive {
            causes.append(.waiver)
        }
        if older.waivers.state(after, olderCluster, olderHost, then).isActive == now.isActive { causes.append(.host) }
        if older.waivers.state(before, newerCluster, newerHost, then).isActive == now.isActive {
            causes.append(.inventory)
        }
        return FindingChange(
            now.isActive ? .waived : .unwaived, at: place, component, older: before, newer: after,
            waiver: now.id ?? was.id,
            because: causes.isEmpty
                ? Attribution([.host, .inventory, .waiver], .together) : Attribution(causes, .either))
    }
}

extension DiffWaiver {
    fileprivate var id: String? {
        switch self {
        case .none: nil
        case .active(let id), .expired(let id): id
        }
    }
}
