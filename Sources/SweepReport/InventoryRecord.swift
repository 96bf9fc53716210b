/// What an inventory amounts to: every host with the reason it is there, and what is wrong with the whole.
package struct InventoryRecord: Sendable, Equatable {
    package struct Cluster: Sendable, Equatable {
        package var name: String
        package var inventory: String
        package var kubernetesVersion: String?
        package var versionSource: String?
        package var labels: [String: String]
        package var etcdMembers: Int?
        package var hosts: [Host]

        package init(
            name: String, inventory: String, kubernetesVersion: String?, versionSource: String?,
            labels: [String: String] = [:], etcdMembers: Int?, hosts: [Host]
        ) {
            self.name = name
            self.inventory = inventory
            self.kubernetesVersion = kubernetesVersion
            self.versionSource = versionSource
            self.labels = labels
            self.etcdMembers = etcdMembers
            self.hosts = hosts
        }
    }

    package struct Host: Sendable, Equatable {
        package var name: String
        package var address: String
        package var port: Int
        /// Nil where the inventory leaves it open.
        package var user: String?
        package var identityFile: String?
        /// Bastions, a proxy command, or `none`.
        package var gateway: String?
        /// The host pattern and the group that put it among the masters, in an inventory of Ansible's.
        package var pattern: String?
        package var group: String?
        package var file: String
        package var line: Int
        package var column: Int
        package var refusal: String?

        package init(
            name: String, address: String, port: Int, user: String? = nil, identityFile: String? = nil,
            gateway: String? = nil, pattern: String? = nil, group: String? = nil, file: String, line: Int, column: Int,
            refusal: String? = nil
        ) {
            self.name = name
            self.address = address
            self.port = port
            self.user = user
            self.identityFile = identityFile
            self.gateway = gateway
            self.pattern = pattern
            self.group = group
            self.file = file
            self.line = line
            self.column = column
            self.refusal = refusal
        }
    }

    package struct Problem: Sendable, Equatable {
        package var kind: String
        package var words: String
        package var detail: String
        package var hosts: [String]

        package init(kind: String, words: String, detail: String, hosts: [String]) {
            self.kind = kind
            self.words = words
            self.detail = detail
            self.hosts = hosts
        }
    }

    package var tool: String
    package var version: String
    package var inventories: [String]
    package var clusters: [Cluster]
    package var problems: [Problem]
    package var notes: [String]

    package init(
        tool: String, version: String, inventories: [String], clusters: [Cluster], problems: [Problem], notes: [String]
    ) {
        self.tool = tool
        self.version = version
        self.inventories = inventories
        self.clusters = clusters
        self.problems = problems
        self.notes = notes
    }

    var hostCount: Int { clusters.reduce(0) { $0 + $1.hosts.count } }
}
