/// Which host of an older fleet is which of a newer one.
///
/// A host that keeps its cluster and name is the same host, whatever machine the inventory points to now. One that has
/// another cluster or name is known by the key that it proved to hold, and by its address only where the keys do not
/// speak: where a host was not seen, or where several hosts hold one key.
package struct FleetMatch: Sendable {
    package private(set) var change = FleetChange()
    /// Hosts of both fleets, in the newer one's order.
    package private(set) var pairs: [Pair] = []
    /// Of clusters that have another name now, by that.
    private var olderNames: [String: String] = [:]

    package struct Pair: Sendable, Equatable {
        package let older: HostPlace
        package let newer: HostPlace
    }

    package init(_ older: FleetRecord, _ newer: FleetRecord, keys: (older: ProvedKeys, newer: ProvedKeys)) {
        if older == newer {
            pairs = newer.places.map { Pair(older: $0, newer: $0) }
            return
        }
        let before = older.addresses
        let after = newer.addresses
        var gone = older.places.filter { after[$0] == nil }
        var fresh = newer.places.filter { before[$0] == nil }
        pairs = newer.places.filter { before[$0] != nil }.map { Pair(older: $0, newer: $0) }
        match(&gone, &fresh, by: { keys.older.proof(of: $0) }, { keys.newer.proof(of: $0) })
        match(&gone, &fresh, by: { before[$0] }, { after[$0] }) { from, to in
            guard let old = keys.older.proof(of: from), let new = keys.newer.proof(of: to) else { return true }
            return old == new
        }
        change.movedHosts = pairs.filter { $0.older != $0.newer }
            .map { FleetChange.Move(from: $0.older, to: $0.newer) }.sorted { $0.from < $1.from }
        change.removedHosts = gone
        change.addedHosts = fresh
        pairs.sort { $0.newer < $1.newer }
        for pair in pairs {
            guard let from = before[pair.older], let to = after[pair.newer], from != to else { continue }
            let proofs = (keys.older.proof(of: pair.older), keys.newer.proof(of: pair.newer))
            var isOther: Bool?
            if case (let old?, let new?) = proofs { isOther = old != new }
            change.readdressedHosts.append(
                FleetChange.Readdress(place: pair.newer, from: from, to: to, isOtherMachine: isOther))
        }
        compareClusters(older, newer)
    }

    /// Pairs what has the same mark, where the mark stands once on either side.
    private mutating func match(
        _ gone: inout [HostPlace], _ fresh: inout [HostPlace], by older: (HostPlace) -> String?,
        _ newer: (HostPlace) -> String?, unless isAllowed: (HostPlace, HostPlace) -> Bool = { _, _ in true }
    ) {
        let from = Self.unique(gone, by: older)
        let to = Self.unique(fresh, by: newer)
        var found: [Pair] = []
        for (mark, place) in from {
            guard let match = to[mark], isAllowed(place, match) else { continue }
            found.append(Pair(older: place, newer: match))
        }
        if found.isEmpty { return }
        let (left, taken) = (Set(found.map(\.older)), Set(found.map(\.newer)))
        gone.removeAll { left.contains($0) }
        fresh.removeAll { taken.contains($0) }
        pairs += found
    }

    private static func unique(_ places: [HostPlace], by mark: (HostPlace) -> String?) -> [String: HostPlace] {
        let marked = places.compactMap { place in mark(place).map { (mark: $0, place: place) } }
        return Dictionary(grouping: marked, by: \.mark).compactMapValues { $0.count == 1 ? $0[0].place : nil }
    }

    private mutating func compareClusters(_ older: FleetRecord, _ newer: FleetRecord) {
        let before = older.byName
        let after = newer.byName
        // By the older name and then the newer one, the hosts that two clusters have in common.
        var common: [String: [String: Int]] = [:]
        for pair in pairs where after[pair.older.cluster] == nil && before[pair.newer.cluster] == nil {
            common[pair.older.cluster, default: [:]][pair.newer.cluster, default: 0] += 1
        }
        for old in older.clusters {
            for (name, same) in common[old.name] ?? [:]
            where 2 * same > old.hosts.count && 2 * same > (after[name]?.hosts.count ?? 0) {
                change.renamedClusters.append(FleetChange.Rename(from: old.name, to: name))
                olderNames[name] = old.name
            }
        }
        let renamed = Set(olderNames.values)
        change.removedClusters = older.clusters.map(\.name).filter { after[$0] == nil && !renamed.contains($0) }
        change.addedClusters = newer.clusters.map(\.name).filter { before[$0] == nil && olderNames[$0] == nil }
        for new in newer.clusters {
            if let old = before[olderName(of: new.name)] { change.compare(old, new) }
        }
    }
}

extension FleetMatch {
    /// The name that a cluster of the newer fleet had in the older one.
    func olderName(of cluster: String) -> String { olderNames[cluster] ?? cluster }

    /// What a sweep of some of the newer fleet's hosts may speak of. What was not selected is not removed: a host that is
    /// not in the inventory any more is told of only where all of its cluster was looked at.
    package func within(_ selection: Set<HostPlace>, of newer: FleetRecord) -> FleetMatch {
        let touched = Set(selection.map(\.cluster))
        let whole = Set(
            newer.clusters.filter { cluster in
                touched.contains(cluster.name)
                    && cluster.hosts.allSatisfy { selection.contains(HostPlace(cluster: cluster.name, host: $0.name)) }
            }.map(\.name))
        let names = Dictionary(change.renamedClusters.map { ($0.from, $0.to) }) { first, _ in first }
        var match = self
        match.pairs.removeAll { !selection.contains($0.newer) }
        match.change.addedClusters.removeAll { !touched.contains($0) }
        match.change.removedClusters = []
        match.change.renamedClusters.removeAll { !touched.contains($0.to) }
        match.change.versions.removeAll { !touched.contains($0.cluster) }
        match.change.distributions.removeAll { !touched.contains($0.cluster) }
        match.change.labels.removeAll { !touched.contains($0.cluster) }
        match.change.addedHosts.removeAll { !selection.contains($0) }
        match.change.removedHosts.removeAll { !whole.contains(names[$0.cluster] ?? $0.cluster) }
        match.change.movedHosts.removeAll { !selection.contains($0.to) }
        match.change.readdressedHosts.removeAll { !selection.contains($0.place) }
        return match
    }
}

extension FleetChange {
    /// What the inventory says of a cluster as a whole.
    fileprivate mutating func compare(_ old: FleetCluster, _ new: FleetCluster) {
        if old.kubernetesVersion != new.kubernetesVersion {
            versions.append(StatedChange(cluster: new.name, from: old.kubernetesVersion, to: new.kubernetesVersion))
        }
        if old.distribution != new.distribution {
            distributions.append(StatedChange(cluster: new.name, from: old.distribution, to: new.distribution))
        }
        if old.labels == new.labels { return }
        for label in Set(old.labels.keys).union(new.labels.keys).sorted() where old.labels[label] != new.labels[label] {
            labels.append(
                LabelChange(cluster: new.name, label: label, from: old.labels[label], to: new.labels[label]))
        }
    }
}

extension FleetRecord {
    var byName: [String: FleetCluster] { Dictionary(clusters.map { ($0.name, $0) }) { first, _ in first } }

    /// Every host's place, in order.
    package var places: [HostPlace] {
        clusters.flatMap { cluster in cluster.hosts.map { HostPlace(cluster: cluster.name, host: $0.name) } }
    }

    package var addresses: [HostPlace: String] {
        var addresses: [HostPlace: String] = [:]
        addresses.reserveCapacity(hostCount)
        for cluster in clusters {
            for host in cluster.hosts { addresses[HostPlace(cluster: cluster.name, host: host.name)] = host.address }
        }
        return addresses
    }
}
