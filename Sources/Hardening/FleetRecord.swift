package import StrictJSON

/// What an inventory said of a fleet when it was swept, as far as records and comparisons need it: no account, no key,
/// no path.
package struct FleetRecord: Sendable, Equatable {
    /// In order of name.
    package var clusters: [FleetCluster]

    package init(clusters: [FleetCluster]) {
        self.clusters = clusters.sorted { $0.name < $1.name }
    }

    package var hostCount: Int { clusters.reduce(0) { $0 + $1.hosts.count } }

    /// The same bytes for the same fleet, whatever the order of its inventory.
    package var json: [UInt8] {
        var json = JSONText(capacity: hostCount * 64)
        json.object { json in
            json.array("clusters", clusters) { json, cluster in
                json.object { json in
                    json.field("name", cluster.name)
                    json.field("kubernetesVersion", cluster.kubernetesVersion)
                    json.field("distribution", cluster.distribution)
                    json.field("labels", cluster.labels)
                    json.array("hosts", cluster.hosts) { json, host in
                        json.line { json in
                            json.field("name", host.name)
                            json.field("address", host.address)
                        }
                    }
                }
            }
        }
        return json.bytes
    }

    package init(json bytes: [UInt8]) throws(JSONProblem) {
        var json = JSONReader(bytes)
        var clusters: [FleetCluster] = []
        try json.object(needing: ["clusters"]) { (json, key) throws(JSONProblem) in
            guard key == "clusters" else { return try json.skip() }
            try json.array { json throws(JSONProblem) in clusters.append(try json.cluster()) }
        }
        try json.end()
        self.init(clusters: clusters)
    }
}

package struct FleetCluster: Sendable, Equatable {
    package var name: String
    /// As the inventory states it.
    package var kubernetesVersion: String?
    package var distribution: String?
    package var labels: [String: String]
    /// In order of name.
    package var hosts: [FleetHost]

    package init(
        name: String, kubernetesVersion: String? = nil, distribution: String? = nil, labels: [String: String] = [:],
        hosts: [FleetHost]
    ) {
        self.name = name
        self.kubernetesVersion = kubernetesVersion
        self.distribution = distribution
        self.labels = labels
        self.hosts = hosts.sorted { ($0.name, $0.address) < ($1.name, $1.address) }
    }
}

package struct FleetHost: Sendable, Hashable {
    package var name: String
    /// With the port.
    package var address: String

    package init(name: String, address: String) {
        self.name = name
        self.address = address
    }
}

extension JSONReader {
    fileprivate mutating func cluster() throws(JSONProblem) -> FleetCluster {
        var cluster = FleetCluster(name: "", hosts: [])
        try object(needing: ["name", "hosts"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "name": cluster.name = try json.string()
            case "kubernetesVersion": cluster.kubernetesVersion = try json.optionalString()
            case "distribution": cluster.distribution = try json.optionalString()
            case "labels":
                try json.object { (json, key) throws(JSONProblem) in cluster.labels[key] = try json.string() }
            case "hosts": try json.array { json throws(JSONProblem) in cluster.hosts.append(try json.host()) }
            default: try json.skip()
            }
        }
        return cluster
    }

    private mutating func host() throws(JSONProblem) -> FleetHost {
        var host = FleetHost(name: "", address: "")
        try object(needing: ["name", "address"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "name": host.name = try json.string()
            case "address": host.address = try json.string()
            default: try json.skip()
            }
        }
        return host
    }

    fileprivate mutating func optionalString() throws(JSONProblem) -> String? {
        try optional { json throws(JSONProblem) in try json.string() }
    }
}

extension FleetRecord {
    /// Its hosts as waivers see them.
    package var waiverPlaces: [WaiverPlace] {
        clusters.flatMap { cluster in cluster.hosts.map { WaiverPlace($0, of: cluster) } }
    }
}

extension WaiverPlace {
    package init(_ host: FleetHost, of cluster: FleetCluster) {
        self.init(cluster: cluster.name, labels: cluster.labels, host: host.name, address: host.address)
    }
}
