/// Groups, hosts and variables of one inventory, as its files come one after the other
/// (lib/ansible/inventory/data.py). Tables of numbers rather than objects, so that 50,000 hosts cost what they must.
struct InventoryTree: Sendable {
    /// As many as a fleet may hold.
    static let hostLimit = 100_000
    static let groupLimit = 200_000
    /// Levels of groups in groups.
    static let depthLimit = 64

    struct Group: Sendable {
        var name: String
        var position: Position
        var variables: [Variable] = []
        var hosts: [Member] = []
        var children: [Member] = []
        var parents: [Int] = []
        /// Of the longest way from `all`; only known once the tree is finished.
        var depth = 0
        var priority = 1
    }

    struct Host: Sendable {
        var name: String
        var position: Position
        var variables: [Variable] = []
        /// Those that name it, `all` and `ungrouped` among them.
        var groups: [Int] = []
    }

    /// A host or group in a group, and where that is said.
    struct Member: Sendable {
        var index: Int
        var position: Position
    }

    static let all = 0
    static let ungrouped = 1

    private(set) var groups: [Group] = []
    private(set) var hosts: [Host] = []
    private(set) var groupIndex: [String: Int] = [:]
    private(set) var hostIndex: [String: Int] = [:]
    private var edges: Set<Edge> = []

    private struct Edge: Hashable {
        var parent: Int
        var child: Int
        var isHost: Bool
    }

    enum Full: Error {
        case hosts, groups
    }

    init() {
        let start = Position(file: 0, line: 1, column: 1)
        for name in ["all", "ungrouped"] {
            groupIndex[name] = groups.count
            groups.append(Group(name: name, position: start))
        }
        add(group: Self.ungrouped, to: Self.all, start)
    }

    mutating func group(_ name: String, _ position: Position) throws(Full) -> Int {
        if let known = groupIndex[name] { return known }
        guard groups.count < Self.groupLimit else { throw .groups }
        groupIndex[name] = groups.count
        groups.append(Group(name: name, position: position))
        return groups.count - 1
    }

    /// - Parameter port: counts where the host is met for the first time, as for Ansible.
    mutating func host(_ name: String, port: Int?, in group: Int?, _ position: Position) throws(Full) -> Int {
        let index: Int
        if let known = hostIndex[name] {
            index = known
        } else {
            guard hosts.count < Self.hostLimit else { throw .hosts }
            index = hosts.count
            hostIndex[name] = index
            var host = Host(name: name, position: position)
            if let port {
                host.variables.append(Variable(name: "ansible_port", value: .integer(port), position: position))
            }
            hosts.append(host)
        }
        if let group { add(host: index, to: group, position) }
        return index
    }

    mutating func add(host: Int, to group: Int, _ position: Position) {
        guard edges.insert(Edge(parent: group, child: host, isHost: true)).inserted else { return }
        groups[group].hosts.append(Member(index: host, position: position))
        hosts[host].groups.append(group)
    }

    mutating func add(group child: Int, to parent: Int, _ position: Position) {
        guard edges.insert(Edge(parent: parent, child: child, isHost: false)).inserted else { return }
        groups[parent].children.append(Member(index: child, position: position))
        groups[child].parents.append(parent)
    }

    mutating func set(_ variables: [Variable], ofGroup group: Int) {
        groups[group].variables += variables
    }

    mutating func set(priority: Int, ofGroup group: Int) { groups[group].priority = priority }

    /// A host that is named like a group hands its variables to the group: Ansible looks a name up among the groups first.
    mutating func set(_ variables: [Variable], ofHost host: Int) {
        if let group = groupIndex[hosts[host].name] {
            set(variables, ofGroup: group)
        } else {
            hosts[host].variables += variables
        }
    }

    /// Once all files are read: every group descends from `all`, `ungrouped` holds the hosts that nothing else names, and
    /// depths are known.
    ///
    /// - Returns: the edges that make a group its own ancestor, or that go too deep.
    mutating func finish() -> (loops: [(parent: Int, child: Member)], tooDeep: [Int]) {
        for group in groups.indices.dropFirst() where groups[group].parents.isEmpty {
            add(group: group, to: Self.all, groups[group].position)
        }
        var stray: Set<Int> = []
        for host in hosts.indices {
            let named = hosts[host].groups
            let others = named.contains { $0 != Self.all && $0 != Self.ungrouped }
            if others, named.contains(Self.ungrouped) {
                hosts[host].groups.removeAll { $0 == Self.ungrouped }
                stray.insert(host)
            } else if !others, !named.contains(Self.ungrouped) {
                add(host: host, to: Self.ungrouped, hosts[host].position)
            }
        }
        if !stray.isEmpty { groups[Self.ungrouped].hosts.removeAll { stray.contains($0.index) } }
        return depths()
    }

    /// Kahn's order: a group's depth is known once all its parents' are.
    private mutating func depths() -> (loops: [(parent: Int, child: Member)], tooDeep: [Int]) {
        var waiting = groups.map(\.parents.count)
        var ready = groups.indices.filter { waiting[$0] == 0 }
        var order: [Int] = []
        while let group = ready.popLast() {
            order.append(group)
            for child in groups[group].children {
                groups[child.index].depth = max(groups[child.index].depth, groups[group].depth + 1)
                waiting[child.index] -= 1
                if waiting[child.index] == 0 { ready.append(child.index) }
            }
        }
        let placed = Set(order)
        var loops: [(parent: Int, child: Member)] = []
        for group in groups.indices where !placed.contains(group) {
            for child in groups[group].children where !placed.contains(child.index) && reaches(child.index, group) {
                loops.append((group, child))
                // One edge is enough to say, and looking for all of them would take its time.
                if loops.count == 10 { return (loops, []) }
            }
        }
        return (loops, groups.indices.filter { groups[$0].depth > Self.depthLimit })
    }

    private func reaches(_ start: Int, _ goal: Int) -> Bool {
        var seen: Set<Int> = [start]
        var open = [start]
        while let group = open.popLast() {
            if group == goal { return true }
            for child in groups[group].children where seen.insert(child.index).inserted { open.append(child.index) }
        }
        return false
    }

    /// The groups that a host is in, directly or by their children, without `all`, in the order that their variables
    /// override each other (lib/ansible/inventory/helpers.py, `sort_groups`).
    func precedence(of direct: [Int]) -> [Int] {
        var seen = Set(direct)
        var open = Array(seen)
        while let group = open.popLast() {
            for parent in groups[group].parents where seen.insert(parent).inserted { open.append(parent) }
        }
        seen.remove(Self.all)
        return seen.sorted { left, right in
            let (a, b) = (groups[left], groups[right])
            if (a.depth, a.priority) != (b.depth, b.priority) { return (a.depth, a.priority) < (b.depth, b.priority) }
            return a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
        }
    }

    /// A group's hosts and those of all groups below it, each once, the group's own first.
    func hosts(in group: Int) -> [Member] {
        var seenGroups: Set<Int> = [group]
        var seen: Set<Int> = []
        var result: [Member] = []
        var open = [group]
        var position = 0
        while position < open.count {
            let next = groups[open[position]]
            position += 1
            for host in next.hosts where seen.insert(host.index).inserted { result.append(host) }
            for child in next.children where seenGroups.insert(child.index).inserted { open.append(child.index) }
        }
        return result
    }
}
