package import StrictYAML

/// The room of inventories: a file of clusters and their control-plane hosts becomes a `Fleet`, or every
/// problem of that file with its place. It knows nothing of SSH: it neither resolves a name nor opens a
/// key file, it only says what was asked for.
package struct Fleet: Sendable, Equatable {
    /// The inventory's path as it was given; several with commas between them.
    package var source: String
    /// In the order of the file.
    package var clusters: [Cluster]
    /// What a reader should know of the inventories, each once.
    package var notes: [String] = []

    package init(source: String, clusters: [Cluster]) {
        self.source = source
        self.clusters = clusters
    }

    /// The number of hosts in all clusters.
    package var hostCount: Int { clusters.reduce(0) { $0 + $1.hosts.count } }
}

/// One Kubernetes cluster.
package struct Cluster: Sendable, Equatable {
    package var name: String
    package var labels: [String: String]
    /// Nil where the inventory does not say.
    package var kubernetesVersion: KubernetesVersion?
    /// `kubeadm`, `k3s`, … as written; nil where the inventory does not say.
    package var distribution: String?
    /// Where an inventory of Ansible's says the version: the variable and its place.
    package var versionSource: String?
    /// The path of the inventory that holds it.
    package var source = ""
    /// As the inventory states it; of Ansible's, the hosts of the group `etcd`. Nil where it does not say.
    package var etcdMembers: Int?
    /// In the order of the file, ranges expanded.
    package var hosts: [Host]

    package init(
        name: String, labels: [String: String] = [:], kubernetesVersion: KubernetesVersion? = nil,
        distribution: String? = nil, hosts: [Host]
    ) {
        self.name = name
        self.labels = labels
        self.kubernetesVersion = kubernetesVersion
        self.distribution = distribution
        self.hosts = hosts
    }
}

/// One control-plane machine, with the settings of its cluster and of `defaults` filled in.
package struct Host: Sendable, Equatable {
    /// The name of the cluster it belongs to.
    package var cluster: String
    /// Unique within its cluster.
    package var name: String
    /// A host name, or an IPv4 or IPv6 literal without brackets. Unique together with `port`, unless several inventories
    /// or one of Ansible's name the host more than once.
    package var address: String
    /// 22 where the inventory does not say.
    package var port: UInt16
    /// Whether the inventory says which port.
    package var statesPort = false
    package var user: String?
    /// A path for `open`: `~` expanded, relative paths already joined to the inventory's directory.
    package var identityFile: String?
    /// As `identityFile`.
    package var knownHostsFile: String?
    /// Nil where the inventory leaves it to ssh_config.
    package var gateway: Gateway?
    /// Looked up in known_hosts in place of the address.
    package var hostKeyAlias: String?
    /// As `identityFile`, or `none`; nil stands for the files that ssh reads by itself.
    package var sshConfig: String?
    /// True where the account is pinned to `ps -ef` and no command can be chosen.
    package var forcedCommand: Bool
    /// Why SSH is not the way to it, as the inventory has it; it is reported as not seen.
    package var refusal: String?
    /// What put it among the masters, where that is not plainly its place.
    package var membership: Membership?
    /// Where the host stands in the inventory; hosts of one range share it.
    package var place: Place

    package init(
        cluster: String, name: String, address: String, port: UInt16 = 22, user: String? = nil,
        identityFile: String? = nil, knownHostsFile: String? = nil, forcedCommand: Bool = false, place: Place
    ) {
        self.cluster = cluster
        self.name = name
        self.address = address
        self.port = port
        self.user = user
        self.identityFile = identityFile
        self.knownHostsFile = knownHostsFile
        self.forcedCommand = forcedCommand
        self.place = place
    }
}

/// How a host of an Ansible inventory came to be a master.
package struct Membership: Sendable, Equatable {
    /// The host pattern that chose it.
    package var pattern: String
    /// The group that the place is in; nil where the pattern names the host itself.
    package var group: String?

    package init(pattern: String, group: String?) {
        self.pattern = pattern
        self.group = group
    }
}
