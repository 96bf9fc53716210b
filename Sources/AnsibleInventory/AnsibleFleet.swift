package import HostInventory
package import StrictYAML

/// What the inventory makes of its masters, and what its caller must know besides.
package struct AnsibleFleet: Sendable {
    package var clusters: [Cluster]
    /// The host pattern that chose the masters, given or found.
    package var masters: String
    /// Terms of the pattern that match nothing here.
    package var unmatched: [String]
    package var notes: [String]
}

extension AnsibleInventory {
    /// The clusters: all masters in one of the inventory's name, or in several by a variable.
    ///
    /// - Parameters:
    ///   - masters: nil stands for the first of the groups that usually hold control planes.
    ///   - clusterVariable: names each master's cluster.
    ///   - labelVariables: become the clusters' labels of their names.
    package mutating func fleet(
        masters: HostExpression? = nil, clusterVariable: String? = nil, labelVariables: [String] = []
    ) throws(YAMLError) -> AnsibleFleet {
        let start = Position(file: 0, line: 1, column: 1)
        guard let expression = masters ?? usualMasters() else {
            let names = tree.groups.dropFirst(2).prefix(20).map { escaped($0.name) }.joined(separator: ", ")
            log.report(
                start, "no group of control planes, such as \(MasterGroup.names[0])",
                hint: names.isEmpty ? "there are no groups" : "name it with --masters; there are \(names)")
            try log.check()
            return AnsibleFleet(clusters: [], masters: "", unmatched: [], notes: [])
        }
        let (matches, unmatched) = expression.matches(in: tree)
        if matches.isEmpty { log.report(start, "no host for the pattern of the masters", text: expression.text) }
        try readFiles(ofHosts: matches.map(\.host))
        var resolver = HostResolver(self, expression, labels: ClusterLabels(labelVariables))
        var clusters: [Cluster] = []
        var places: [String: Int] = [:]
        let usualName = clusterName
        for match in matches {
            guard let name = resolver.clusterName(of: match.host, clusterVariable, otherwise: usualName) else {
                continue
            }
            if places[name] == nil {
                places[name] = clusters.count
                var cluster = Cluster(name: name, hosts: [])
                cluster.source = path
                clusters.append(cluster)
            }
            guard let place = places[name], let host = resolver.host(match, in: name) else { continue }
            clusters[place].hosts.append(host)
            resolver.noteVersion(of: match.host, in: place)
            resolver.noteLabels(of: match.host, in: place)
        }
        for place in clusters.indices {
            resolver.state(version: place, of: &clusters[place])
            resolver.state(labels: place, of: &clusters[place])
        }
        for name in resolver.labels.unset {
            resolver.log.note("no master of \(escaped(path)) has \(escaped(name)), for a label")
        }
        if let etcd = tree.groupIndex["etcd"] {
            let members = tree.hosts(in: etcd)
            for member in members {
                let name = resolver.clusterName(
                    of: member.index, clusterVariable, otherwise: usualName, isQuiet: true)
                guard let place = name.flatMap({ places[$0] }) else { continue }
                clusters[place].etcdMembers = (clusters[place].etcdMembers ?? 0) + 1
            }
        }
        log = resolver.log
        try log.check()
        return AnsibleFleet(clusters: clusters, masters: expression.text, unmatched: unmatched, notes: log.notes)
    }

    private func usualMasters() -> HostExpression? {
        MasterGroup.names.first { tree.groupIndex[$0] != nil }.flatMap { try? HostExpression($0) }
    }

    /// Of the file or folder; names that say nothing, such as `hosts`, give way to the folder's.
    package var clusterName: String {
        let saysNothing: Set<String> = ["hosts", "inventory", "inventories", "host", "main", "all", "ansible", "."]
        for component in path.split(separator: "/").reversed() where component != ".." {
            let end = InventoryFormat.fileExtension(String(component))
            let name = end.isEmpty ? String(component) : String(component.dropLast(end.count + 1))
            if !saysNothing.contains(name.lowercased()) { return name }
        }
        return "cluster"
    }

    /// Every host with its variables, for comparing with what Ansible says.
    package mutating func variables() throws(YAMLError) -> [String: [String: VariableValue]] {
        try readFiles(ofHosts: Array(tree.hosts.indices))
        var variables = HostVariables(self)
        var result: [String: [String: VariableValue]] = [:]
        for host in tree.hosts.indices { result[tree.hosts[host].name] = variables.values(of: host) }
        return result
    }

    /// The hosts of every group that has any, directly or below it.
    package var members: [String: Set<String>] {
        var result: [String: Set<String>] = [:]
        for group in tree.groups.indices {
            let hosts = tree.hosts(in: group).map { tree.hosts[$0.index].name }
            if !hosts.isEmpty { result[tree.groups[group].name] = Set(hosts) }
        }
        return result
    }

    package func hosts(matching expression: HostExpression) -> [String] {
        expression.matches(in: tree).hosts.map { tree.hosts[$0.host].name }
    }
}
