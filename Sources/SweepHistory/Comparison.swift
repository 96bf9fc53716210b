package import Hardening
package import ProcessTable

/// Why two sweeps are not compared.
package struct NotComparable: Error, Sendable, Equatable {
    package let reason: String
}

extension SweepStore {
    /// What changed from one sweep to another, and why. Of clusters in which nothing differs nothing is read but that.
    ///
    /// The newer one may have been ended early: it has all its hosts, those that were left out as abandoned. One that was
    /// killed says nothing of them.
    ///
    /// - Parameter facts: of this program, by which findings are judged again.
    package func diff(
        _ older: StoredSweep, _ newer: StoredSweep, facts: [Component: ComponentFacts]
    ) throws(StoreError) -> Result<SweepDiff, NotComparable> {
        if let sweep = !older.isFinished ? older : newer.ended == nil ? newer : nil {
            return .failure(
                NotComparable(reason: "\(sweep.id) did not finish; go on with it: kubesweep scan --resume"))
        }
        if older.isPartial != newer.isPartial {
            let part = older.isPartial ? older.id : newer.id
            return .failure(NotComparable(reason: "\(part) looked at a part of its inventory only"))
        }
        let before = try contents(of: older)
        let after = try contents(of: newer)
        if older.isPartial, Set(before.results.map(\.place)) != Set(after.results.map(\.place)) {
            return .failure(NotComparable(reason: "the two looked at different parts of their inventories"))
        }
        let changed = Self.changedClusters(before, after)
        let sides = (try side(before, changed, facts), try side(after, changed, facts))
        return .success(SweepDiff.between(sides.0, sides.1))
    }

    /// Clusters of either sweep whose records cannot be the same. Another release, policy or waiver may change any.
    private static func changedClusters(_ before: SweepContents, _ after: SweepContents) -> Set<String> {
        let all = Set(before.fleet.clusters.map(\.name)).union(after.fleet.clusters.map(\.name))
        if before.sweep.tool.version != after.sweep.tool.version || before.policy != after.policy
            || before.waivers != nil || after.waivers != nil
        {
            return all
        }
        let old = Dictionary(before.fleet.clusters.map { ($0.name, $0) }) { first, _ in first }
        let new = Dictionary(after.fleet.clusters.map { ($0.name, $0) }) { first, _ in first }
        var changed = all.filter { old[$0] != new[$0] }
        var places: [HostPlace: StoredResult.Contents] = [:]
        for result in before.results { places[result.place] = result.contents }
        for result in after.results where places.removeValue(forKey: result.place) != result.contents {
            changed.insert(result.cluster)
        }
        for place in places.keys { changed.insert(place.cluster) }
        return changed
    }

    private func side(
        _ contents: SweepContents, _ clusters: Set<String>, _ facts: [Component: ComponentFacts]
    ) throws(StoreError) -> DiffSide {
        let judge = try? contents.policy.judge(facts: facts)
        // Without its policy's checks a cluster has no roll-up, which no comparison looks at.
        let policy = judge?.policy ?? .none
        return DiffSide(
            sweep: contents.sweep.identity, tool: contents.sweep.tool, policy: contents.sweep.policy, judge: judge,
            fleet: contents.sweep.isPartial ? contents.selected : contents.fleet,
            clusters: try contents.clusters(from: self, policy: policy) { clusters.contains($0) },
            waivers: try contents.waiverList(self).map(DiffWaivers.init) ?? .none, early: contents.early)
    }
}

extension StoredResult {
    var place: HostPlace { HostPlace(cluster: cluster, host: name) }
}

extension SweepContents {
    fileprivate var early: EarlyEnd? {
        if sweep.isFinished { return nil }
        return EarlyEnd(
            cause: sweep.endedBy, hosts: results.count, abandoned: results.count { $0.state == .abandoned })
    }

    /// Of the inventory, the hosts that had a turn.
    fileprivate var selected: FleetRecord {
        let places = Set(results.map(\.place))
        return FleetRecord(
            clusters: fleet.clusters.compactMap { cluster in
                var cluster = cluster
                cluster.hosts.removeAll { !places.contains(HostPlace(cluster: cluster.name, host: $0.name)) }
                return cluster.hosts.isEmpty ? nil : cluster
            })
    }
}
