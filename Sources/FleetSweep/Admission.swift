import HostInventory

/// Whose turn it is: clusters take turns, and of one cluster only a few hosts are talked to at a time, so that a sweep
/// never leans on one control plane.
struct Admission {
    /// A host waiting for its turn, with what its cluster says of it.
    struct Candidate {
        let cluster: Int
        let host: Host
    }

    private let perCluster: Int
    private var waiting: [ArraySlice<Host>]
    private var running: [Int]
    /// Clusters that have a host waiting and room for it, the one whose turn is next first.
    private var turns: [Int]
    private var nextTurn = 0

    /// - Parameter perCluster: hosts of one cluster under way at once, at least 1.
    init(_ fleet: Fleet, perCluster: Int) {
        self.perCluster = max(1, perCluster)
        waiting = fleet.clusters.map { $0.hosts[...] }
        running = Array(repeating: 0, count: fleet.clusters.count)
        turns = fleet.clusters.indices.filter { !fleet.clusters[$0].hosts.isEmpty }
    }

    /// The next host, or nil where none may start before another has ended.
    mutating func next() -> Candidate? {
        guard nextTurn < turns.count else { return nil }
        let cluster = turns[nextTurn]
        guard let host = waiting[cluster].popFirst() else { return nil }
        running[cluster] += 1
        nextTurn += 1
        if mayStart(cluster) { turns.append(cluster) }
        if nextTurn > 1024 {
            turns.removeFirst(nextTurn)
            nextTurn = 0
        }
        return Candidate(cluster: cluster, host: host)
    }

    /// Says that a host of the cluster has ended.
    mutating func ended(_ cluster: Int) {
        // A cluster at its limit has no turn; this end gives it one.
        let hadTurn = mayStart(cluster)
        running[cluster] -= 1
        if !hadTurn, mayStart(cluster) { turns.append(cluster) }
    }

    private func mayStart(_ cluster: Int) -> Bool {
        !waiting[cluster].isEmpty && running[cluster] < perCluster
    }
}
