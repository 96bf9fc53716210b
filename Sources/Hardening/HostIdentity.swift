/// Which host of which cluster, across sweeps.
package struct HostIdentity: Hashable, Sendable {
    package let cluster: String
    package let name: String

    package init(cluster: String, name: String) {
        self.cluster = cluster
        self.name = name
    }
}
