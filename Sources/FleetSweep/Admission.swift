import Hardening
import HostInventory

/// Whose turn it is: clusters take turns, and of one cluster, or behind one bastion, only a few hosts are talked to at a
/// time, so that a sweep never leans on one control plane, and a slow bastion holds up its own hosts only. Urgent hosts
/// have their turns, by the same rules, before all others.
struct Admission {
    /// A host waiting for its turn, with what is to be given back when it ends.
    struct Candidate {
        let cluster: Int
        let host: Host
        /// The bastion it takes a place of; nil for a host that is reached directly.
        let passage: Passage?
        var isUrgent = false
    }

    /// Hosts of one cluster that are reached the same way and are equally urgent.
    private struct Group {
        let cluster: Int
        let passage: Passage?
        let isUrgent: Bool
        var waiting: ArraySlice<Host>
    }

    private let perCluster: Int
    private let isOpen: (Passage) -> Bool
    private var groups: [Group] = []
    private var running: [Int]
    private var crowds: [Passage: Crowd] = [:]
    /// Groups that have a host waiting and room in their cluster, the one whose turn is next first.
    private var urgent = Turns()
    private var ordinary = Turns()
    /// Groups that had a turn while their cluster was full.
    private var heldByCluster: [[Int]]

    /// - Parameters:
    ///   - perCluster: hosts of one cluster under way at once, at least 1.
    ///   - first: the urgent hosts.
    ///   - passage: the bastion or proxy command that leads to a host.
    ///   - isOpen: whether it lets hosts through now, as far as is known.
    init(
        _ fleet: Fleet, perCluster: Int, first: Set<HostPlace> = [],
        passage: (Host) -> Passage? = { _ in nil }, isOpen: @escaping (Passage) -> Bool = { _ in true }
    ) {
        self.perCluster = max(1, perCluster)
        self.isOpen = isOpen
        running = Array(repeating: 0, count: fleet.clusters.count)
        heldByCluster = Array(repeating: [], count: fleet.clusters.count)
        for (number, cluster) in fleet.clusters.enumerated() {
            var order: [Kind] = []
            var hosts: [Kind: [Host]] = [:]
            for host in cluster.hosts {
                let isUrgent = first.contains(HostPlace(cluster: cluster.name, host: host.name))
                let kind = Kind(passage: passage(host), isUrgent: isUrgent)
                if hosts[kind] == nil { order.append(kind) }
                hosts[kind, default: []].append(host)
            }
            for kind in order {
                let waiting = (hosts[kind] ?? [])[...]
                groups.append(
                    Group(cluster: number, passage: kind.passage, isUrgent: kind.isUrgent, waiting: waiting))
                if let passage = kind.passage, !kind.isUrgent {
                    crowds[passage, default: Crowd()].ordinaryLeft += waiting.count
                }
            }
        }
        for index in groups.indices { wait(index) }
    }

    private struct Kind: Hashable {
        let passage: Passage?
        let isUrgent: Bool
    }

    private mutating func wait(_ index: Int) {
        if groups[index].isUrgent { urgent.append(index) } else { ordinary.append(index) }
    }

    /// The next host, or nil where none may start before another has ended.
    mutating func next() -> Candidate? {
        while let index = urgent.popFirst() ?? ordinary.popFirst() {
            let group = groups[index]
            guard running[group.cluster] < perCluster else {
                heldByCluster[group.cluster].append(index)
                continue
            }
            if let passage = group.passage {
                let places = places(of: passage)
                guard crowds[passage, default: Crowd()].admits(isUrgent: group.isUrgent, places: places) else {
                    crowds[passage, default: Crowd()].hold(index, isUrgent: group.isUrgent)
                    continue
                }
            }
            guard let host = groups[index].waiting.popFirst() else { continue }
            running[group.cluster] += 1
            if let passage = group.passage { crowds[passage, default: Crowd()].began(isUrgent: group.isUrgent) }
            if !groups[index].waiting.isEmpty { wait(index) }
            return Candidate(cluster: group.cluster, host: host, passage: group.passage, isUrgent: group.isUrgent)
        }
        return nil
    }

    /// Says that a host has ended: whoever was held up for its place has a turn again.
    mutating func ended(_ candidate: Candidate) {
        running[candidate.cluster] -= 1
        for index in heldByCluster[candidate.cluster] { wait(index) }
        heldByCluster[candidate.cluster] = []
        guard let passage = candidate.passage else { return }
        let places = places(of: passage)
        let released = crowds[passage, default: Crowd()].ended(isUrgent: candidate.isUrgent, places: places)
        for index in released { wait(index) }
    }

    private func places(of passage: Passage) -> Int {
        isOpen(passage) ? passage.places : min(passage.places, Passage.trialPlaces)
    }
}

/// The hosts behind one bastion or proxy command.
private struct Crowd {
    /// Hosts that are not urgent and have not had their turn.
    var ordinaryLeft = 0
    private var running = 0
    private var urgentRunning = 0
    /// Groups that had a turn while there was no place.
    private var heldUrgent = Turns()
    private var heldOrdinary = Turns()

    /// Urgent hosts take at most half of the places while others wait: an earlier sweep did not see them, so that all of
    /// them may be down, which would hold up the others for a whole time limit, and look as if the bastion were.
    func admits(isUrgent: Bool, places: Int) -> Bool {
        running < places && (!isUrgent || ordinaryLeft == 0 || urgentRunning < max(1, places / 2))
    }

    mutating func hold(_ group: Int, isUrgent: Bool) {
        if isUrgent { heldUrgent.append(group) } else { heldOrdinary.append(group) }
    }

    mutating func began(isUrgent: Bool) {
        running += 1
        if isUrgent { urgentRunning += 1 } else { ordinaryLeft -= 1 }
    }

    /// The groups that have a turn again: one of each kind for each free place. Should one be held up elsewhere by then,
    /// the next end brings on another.
    mutating func ended(isUrgent: Bool, places: Int) -> [Int] {
        running -= 1
        if isUrgent { urgentRunning -= 1 }
        var released: [Int] = []
        for _ in 0..<max(0, places - running) {
            let pair = [heldUrgent.popFirst(), heldOrdinary.popFirst()].compactMap { $0 }
            guard !pair.isEmpty else { break }
            released += pair
        }
        return released
    }
}

/// Groups by their numbers, first in, first out.
private struct Turns {
    private var groups: [Int] = []
    private var taken = 0

    mutating func append(_ index: Int) { groups.append(index) }

    mutating func popFirst() -> Int? {
        guard taken < groups.count else { return nil }
        defer {
            taken += 1
            // Half of it is used up: moving the rest costs no more than what was appended since.
            if taken > 32, taken * 2 > groups.count {
                groups.removeFirst(taken)
                taken = 0
            }
        }
        return groups[taken]
    }
}
