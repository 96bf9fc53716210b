/// The part of a fleet that a call asks for.
package struct FleetSelection: Sendable, Equatable {
    /// Clusters with at least one selected host, in the order of the file.
    package var fleet: Fleet
    /// Cluster globs that match no cluster of the fleet, in the order given.
    package var unmatchedClusters: [String]
    /// Host globs that match no host of the selected clusters, in the order given.
    package var unmatchedHosts: [String]
}

extension Fleet {
    /// Keeps the hosts whose cluster matches one of `clusters` and whose name or address matches one of `hosts`.
    /// An empty list selects everything. Globs match whole names, case and all.
    package func selecting(clusters clusterGlobs: [String], hosts hostGlobs: [String]) -> FleetSelection {
        var unmatchedClusters = clusterGlobs.map { (text: $0, glob: Glob($0)) }
        let wantedClusters = unmatchedClusters.map(\.glob)
        var unmatchedHosts = hostGlobs.map { (text: $0, glob: Glob($0)) }
        let wantedHosts = unmatchedHosts.map(\.glob)

        var selected: [Cluster] = []
        for var cluster in clusters {
            unmatchedClusters.removeAll { $0.glob.matches(cluster.name) }
            guard wantedClusters.isEmpty || wantedClusters.contains(where: { $0.matches(cluster.name) }) else {
                continue
            }
            if !wantedHosts.isEmpty {
                cluster.hosts.removeAll { host in
                    unmatchedHosts.removeAll { $0.glob.matches(host.name) || $0.glob.matches(host.address) }
                    return !wantedHosts.contains { $0.matches(host.name) || $0.matches(host.address) }
                }
            }
            if !cluster.hosts.isEmpty { selected.append(cluster) }
        }
        var fleet = self
        fleet.clusters = selected
        return FleetSelection(
            fleet: fleet, unmatchedClusters: unmatchedClusters.map(\.text),
            unmatchedHosts: unmatchedHosts.map(\.text))
    }
}
