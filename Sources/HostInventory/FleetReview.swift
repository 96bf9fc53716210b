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

    /// - Parameter keys: the fingerprints that a host is known by.
    package init(_ fleet: Fleet, keys: (Host) -> [String]) {
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
        for cluster in fleet.clusters {
            if let members = cluster.etcdMembers, members > 0, members.isMultiple(of: 2) {
                problems.append(
                    Problem(
                        kind: .evenEtcdMembers, detail: "\(members) members of etcd in \(cluster.name)", hosts: []))
            }
            if cluster.hosts.count == 1 {
                notes.append("\(cluster.name) has a single master")
            } else if cluster.etcdMembers == nil, cluster.hosts.count.isMultiple(of: 2) {
                notes.append(
                    "\(cluster.name) has \(cluster.hosts.count) masters: etcd on them would have an even number of members"
                )
            }
            for host in cluster.hosts {
                if let refusal = host.refusal {
                    problems.append(Problem(kind: .notReachedBySSH, detail: refusal, hosts: [host.label]))
                }
            }
        }
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
