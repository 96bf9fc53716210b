package import Hardening

extension SweepContents {
    /// The whole sweep as it was recorded. Hosts that never had their turn, because the sweep was killed, are told as
    /// abandoned.
    ///
    /// - Parameter policy: the sweep's own, read again.
    package func record(from store: SweepStore, policy: Policy) throws(StoreError) -> SweepRecord {
        let record = SweepRecord(
            tool: sweep.tool, policy: sweep.policy, inventory: sweep.inventory, sweep: sweep.identity,
            clusters: try clusters(from: store, policy: policy))
        guard let waivers = try waiverList(store) else { return record }
        return record.applying(waivers, at: record.sweep.ended, places: fleet.waiverPlaces)
    }

    /// - Parameter isWanted: asked for each host.
    func clusters(
        from store: SweepStore, policy: Policy, where isWanted: (HostPlace) -> Bool = { _ in true }
    ) throws(StoreError) -> [ClusterRecord] {
        var records = RecordReader()
        return try clusters(from: store, policy: policy, reading: &records, where: isWanted)
    }

    func clusters(
        from store: SweepStore, policy: Policy, reading records: inout RecordReader, where isWanted: (HostPlace) -> Bool
    ) throws(StoreError) -> [ClusterRecord] {
        let read = try hosts(from: store, reading: &records) { isWanted($0.place) }
        var hosts = Dictionary(grouping: read) { $0.result.cluster }
        var clusters: [ClusterRecord] = []
        let asked = sweep.isPartial ? selection : fleet
        let turns = Dictionary((asked?.clusters ?? []).map { ($0.name, $0.hosts) }) { first, _ in first }
        for cluster in fleet.clusters {
            var records = (hosts.removeValue(forKey: cluster.name) ?? []).map(\.host)
            let had = Set(records.map(\.name))
            records += (turns[cluster.name] ?? []).filter {
                !had.contains($0.name) && isWanted(HostPlace(cluster: cluster.name, host: $0.name))
            }.map(\.abandoned)
            if records.isEmpty { continue }
            clusters.append(
                ClusterRecord(
                    name: cluster.name, kubernetesVersion: cluster.kubernetesVersion,
                    distribution: cluster.distribution, labels: cluster.labels, hosts: records, policy: policy))
        }
        return clusters
    }
}

extension FleetHost {
    /// The record of a host whose turn never came.
    fileprivate var abandoned: HostRecord {
        HostRecord(
            name: name, address: address, state: .abandoned,
            failure: HostFailure(
                phase: "waiting", reason: "cancelled", detail: "the sweep ended before this host's turn",
                hint: "go on with it: kubesweep scan --resume"))
    }
}

extension StoredSweep {
    package var identity: SweepIdentity {
        SweepIdentity(id: id, started: started, ended: ended ?? started, isComplete: summary.isWhole && isFinished)
    }
}
