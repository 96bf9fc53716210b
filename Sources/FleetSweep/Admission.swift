import HostInventory

/// Whose turn it is: clusters take turns, and of one cluster, or behind one bastion, only a few hosts are talked to at a
/// time, so that a sweep never leans on one control plane, and a slow bastion holds up its own hosts only.
struct Admission {
    /// A host waiting for its turn, with what is to be given back when it ends.
    struct Candidate {
        let cluster: Int
        let host: Host
        /// The bastion it takes a place of; nil for a host that is reached directly.
        let gateway: String?
    }

    /// Hosts of one cluster that are reached the same way.
    private struct Group {
        let cluster: Int
        let gateway: String?
        var waiting: ArraySlice<Host>
    }

    private let perCluster: Int
    private let perGateway: Int
    private var groups: [Group] = []
    private var running: [Int]
    private var runningBehind: [String: Int] = [:]
    /// Groups that have a host waiting and room in their cluster, the one whose turn is next first.
    private var turns: [Int] = []
    private var nextTurn = 0
    /// Groups that had a turn while their cluster or bastion was full.
    private var heldByCluster: [[Int]]
    private var heldByGateway: [String: [Int]] = [:]

    /// - Parameters:
    ///   - perCluster: hosts of one cluster under way at once, at least 1.
    ///   - perGateway: hosts behind one bastion or proxy command, likewise.
    ///   - gateway: the bastion or proxy command that leads to a host.
    init(
        _ fleet: Fleet, perCluster: Int, perGateway: Int = .max, gateway: (Host) -> String? = { _ in nil }
    ) {
        self.perCluster = max(1, perCluster)
        self.perGateway = max(1, perGateway)
        running = Array(repeating: 0, count: fleet.clusters.count)
        heldByCluster = Array(repeating: [], count: fleet.clusters.count)
        for (number, cluster) in fleet.clusters.enumerated() {
            var order: [String?] = []
            var hosts: [String?: [Host]] = [:]
            for host in cluster.hosts {
                let gateway = gateway(host)
                if hosts[gateway] == nil { order.append(gateway) }
                hosts[gateway, default: []].append(host)
            }
            for gateway in order {
                groups.append(Group(cluster: number, gateway: gateway, waiting: (hosts[gateway] ?? [])[...]))
            }
        }
        turns = Array(groups.indices)
    }

    /// The next host, or nil where none may start before another has ended.
    mutating func next() -> Candidate? {
        while nextTurn < turns.count {
            let index = turns[nextTurn]
            nextTurn += 1
            if nextTurn > 1024 {
                turns.removeFirst(nextTurn)
                nextTurn = 0
            }
            let group = groups[index]
            guard running[group.cluster] < perCluster else {
                heldByCluster[group.cluster].append(index)
                continue
            }
            if let gateway = group.gateway, runningBehind[gateway, default: 0] >= perGateway {
                heldByGateway[gateway, default: []].append(index)
                continue
            }
            guard let host = groups[index].waiting.popFirst() else { continue }
            running[group.cluster] += 1
            if let gateway = group.gateway { runningBehind[gateway, default: 0] += 1 }
            if !groups[index].waiting.isEmpty { turns.append(index) }
            return Candidate(cluster: group.cluster, host: host, gateway: group.gateway)
        }
        return nil
    }

    /// Says that a host has ended: whoever was held up for its place has a turn again.
    mutating func ended(_ candidate: Candidate) {
        running[candidate.cluster] -= 1
        turns += heldByCluster[candidate.cluster]
        heldByCluster[candidate.cluster] = []
        guard let gateway = candidate.gateway else { return }
        runningBehind[gateway, default: 1] -= 1
        // One place is free. Should its group be held up elsewhere by then, the next end brings on another.
        if var held = heldByGateway[gateway], !held.isEmpty {
            turns.append(held.removeFirst())
            heldByGateway[gateway] = held
        }
    }
}
