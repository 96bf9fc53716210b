package import ProcessTable

/// A flag's value that is rare among the clusters of one environment, whether a check looks at the flag or not.
package struct FlagOutlier: Sendable, Equatable {
    /// The environment's label value; empty for clusters without the label.
    package let environment: String
    package let component: Component
    package let flag: String
    /// Nil is a flag that is not set.
    package let value: String?
    /// The clusters that have it, with their hosts that do.
    package let places: [HostPlace]
    /// What most of the environment's clusters have, and how many of how many.
    package let usual: String?
    package let usualClusters: Int
    package let clusters: Int

    /// When a value counts as rare. Values that differ from cluster to cluster anyway (names, networks) have no usual
    /// one, and so no outlier.
    package struct Rule: Sendable, Equatable {
        /// The label whose values are the environments; nil is the one of `usualLabels` that the clusters have.
        package var label: String?
        /// Clusters of an environment, below which nothing is called usual.
        package var fewestClusters = 5
        /// The part of an environment's clusters, in percent, that has the usual value.
        package var usualPercent = 80
        /// The part, in percent, up to which a value is rare; one cluster always may be.
        package var rarePercent = 10

        package init() {}

        package static let usualLabels = ["environment", "env"]

        func label(of clusters: [ClusterRecord]) -> String? {
            label ?? Self.usualLabels.first { label in clusters.contains { $0.labels[label] != nil } }
        }
    }

    /// Outliers in the order of environments, components, flags and values. A cluster that has several values of a flag
    /// counts for each; one whose component was not seen counts for none.
    package static func all(in clusters: [ClusterRecord], by rule: Rule) -> [FlagOutlier] {
        let label = rule.label(of: clusters)
        return Dictionary(grouping: clusters) { cluster in label.flatMap { cluster.labels[$0] } ?? "" }
            .sorted { $0.key < $1.key }
            .flatMap { environment, clusters in
                Component.allCases.flatMap { outliers(of: $0, in: clusters, environment, rule) }
            }
    }

    private static func outliers(
        of component: Component, in clusters: [ClusterRecord], _ environment: String, _ rule: Rule
    ) -> [FlagOutlier] {
        let seen = clusters.compactMap { ClusterFlags($0, component) }
        guard seen.count >= rule.fewestClusters else { return [] }
        return Set(seen.flatMap(\.flags)).sorted().flatMap { flag -> [FlagOutlier] in
            var places: [String?: [HostPlace]] = [:]
            var counts: [String?: Int] = [:]
            for cluster in seen {
                for (value, hosts) in cluster.values(of: flag) {
                    places[value, default: []] += hosts
                    counts[value, default: 0] += 1
                }
            }
            guard let usual = counts.max(by: { ($0.value, $1.key ?? "") < ($1.value, $0.key ?? "") }),
                usual.value * 100 >= seen.count * rule.usualPercent
            else { return [] }
            let most = max(1, seen.count * rule.rarePercent / 100)
            return counts.filter { $0.key != usual.key && $0.value <= most }
                .sorted { ($0.key ?? "") < ($1.key ?? "") }
                .map { value, _ in
                    FlagOutlier(
                        environment: environment, component: component, flag: flag, value: value,
                        places: (places[value] ?? []).sorted(), usual: usual.key, usualClusters: usual.value,
                        clusters: seen.count)
                }
        }
    }
}

/// The flags of one component on the hosts of one cluster; nil where none shows its flags.
private struct ClusterFlags {
    let cluster: String
    private let hosts: [(name: String, values: [String: String])]
    let flags: Set<String>

    init?(_ cluster: ClusterRecord, _ component: Component) {
        self.cluster = cluster.name
        var flags: Set<String> = []
        hosts = cluster.hosts.flatMap { host in
            host.flags(of: component).map { line in
                let shared = line.filter { !$0.isPerHost }
                flags.formUnion(shared.map(\.name))
                return (host.name, Dictionary(shared.map { ($0.name, $0.value) }) { _, last in last })
            }
        }
        if hosts.isEmpty { return nil }
        self.flags = flags
    }

    func values(of flag: String) -> [String?: [HostPlace]] {
        var values: [String?: [HostPlace]] = [:]
        for host in hosts {
            values[host.values[flag], default: []].append(HostPlace(cluster: cluster, host: host.name))
        }
        return values
    }
}
