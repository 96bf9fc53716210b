/// What is wrong with a fleet as a whole, or worth knowing, though each of its inventories can be read.
package struct FleetReview: Sendable, Equatable {
    package struct Problem: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable {
            /// The same address and port in two clusters.
            case hostInTwoClusters
            /// The same address and port twice in one cluster.
            case addressTwice
            /// One host key under two names.
            case hostKeyShared
            /// A number of etcd members that tolerates no more failures than one member fewer.
            case evenEtcdMembers
            /// A host that SSH is not the way to.
            case notReachedBySSH
        }

        package var kind: Kind
        package var detail: String
        /// As `cluster/host`.
        package var hosts: [String]

        package init(kind: Kind, detail: String, hosts: [String]) {
            self.kind = kind
            self.detail = detail
            self.hosts = hosts
        }
    }

    package var problems: [Problem] = []
    package var notes: [String] = []

    /// - Parameters:
    ///   - inventory: what the fleet is a part of, where it is one: a cluster's masters are counted there.
    ///   - keys: the fingerprints that a host is known by.
    package init(_ fleet: Fleet, of inventory: Fleet? = nil, keys: (Host) -> [String]) {
        var ends: [Endpoint: [Host]] = [:]
        var order: [Endpoint] = []
        var keyHolders: [String: [Host]] = [:]
        var keyOrder: [String] = []
        for host in fleet.clusters.flatMap(\.hosts) {
            let end = Endpoint(host)
            if ends[end, default: []].isEmpty { order.append(end) }
            ends[end, default: []].append(host)
            for key in keys(host) {
                if keyHolders[key, default: []].isEmpty { keyOrder.append(key) }
                keyHolders[key, default: []].append(host)
            }
        }
        for end in order {
            guard let hosts = ends[end], hosts.count > 1 else { continue }
            let clusters = Set(hosts.map(\.cluster))
            problems.append(
                Problem(
                    kind: clusters.count > 1 ? .hostInTwoClusters : .addressTwice,
                    detail: "\(hosts[0].address), port \(hosts[0].port)", hosts: hosts.map(\.label)))
        }
        for key in keyOrder {
            // Two names of one address have one key, and are told of above.
            guard let hosts = keyHolders[key], Set(hosts.map(Endpoint.init)).count > 1 else { continue }
            problems.append(Problem(kind: .hostKeyShared, detail: key, hosts: hosts.map(\.label)))
        }
        let whole = Dictionary((inventory ?? fleet).clusters.map { ($0.name, $0) }) { first, _ in first }
        for cluster in fleet.clusters {
            reviewMembers(of: whole[cluster.name] ?? cluster)
            for host in cluster.hosts {
                if let refusal = host.refusal {
                    problems.append(Problem(kind: .notReachedBySSH, detail: refusal, hosts: [host.label]))
                }
            }
        }
    }

    /// Where nobody says how many members etcd has, it is taken to run on every master, as it usually does.
    private mutating func reviewMembers(of cluster: Cluster) {
        let masters = cluster.hosts.count
        if masters == 1 { notes.append("\(cluster.name) has a single master") }
        let members = cluster.etcdMembers ?? masters
        guard members > 0, members.isMultiple(of: 2) else { return }
        let detail =
            cluster.etcdMembers == nil
            ? "\(members) masters in \(cluster.name), with etcd on each unless etcd_members or the group etcd says otherwise"
            : "\(members) members of etcd in \(cluster.name)"
        problems.append(Problem(kind: .evenEtcdMembers, detail: detail, hosts: []))
    }

    private struct Endpoint: Hashable {
        var address: String
        var port: UInt16

        init(_ host: Host) {
            address = HostAddress.canonical(host.address)
            port = host.port
        }
    }
}

extension Host {
    /// As reports name it.
    package var label: String { "\(cluster)/\(name)" }
}
