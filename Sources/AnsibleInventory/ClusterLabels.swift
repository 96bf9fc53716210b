/// Variables that label clusters: a cluster has the value that all of its masters have.
struct ClusterLabels {
    let variables: [String]
    /// By cluster and variable, what its masters say; nil says nothing.
    private var values: [Int: [String: Set<String?>]] = [:]

    init(_ variables: [String]) { self.variables = variables }

    mutating func add(_ value: String?, of variable: String, in cluster: Int) {
        values[cluster, default: [:]][variable, default: []].insert(value)
    }

    func labels(of cluster: Int) -> [String: String] {
        (values[cluster] ?? [:]).compactMapValues { $0.count == 1 ? $0.first ?? nil : nil }
    }

    /// Variables on which the cluster's masters do not agree.
    func open(in cluster: Int) -> [String] {
        variables.filter { (values[cluster]?[$0]?.count ?? 0) > 1 }
    }

    /// Variables that no master of any cluster has.
    var unset: [String] {
        variables.filter { name in !values.values.contains { $0[name]?.contains { $0 != nil } ?? false } }
    }
}
