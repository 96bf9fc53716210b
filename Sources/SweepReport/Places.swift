/// Hosts of clusters on which something was seen, in the record's order and each once.
struct Places: Hashable {
    private var clusters: [Cluster] = []
    private(set) var hostCount = 0
    /// Of several lists of which some are not whole: there may be more hosts than were counted.
    fileprivate var isAtLeast = false
    /// Hosts whose names are kept; those after them are only counted.
    private let limit: Int
    /// The latest host that is not kept.
    private var beyond: Beyond?

    private struct Cluster: Hashable {
        let name: String
        var hosts: [String]
    }

    private struct Beyond: Hashable {
        let cluster: String
        let host: String
        /// Over the names of all that are not kept, so that two lists are equal only where those are too.
        let digest: Int
    }

    init(limit: Int = .max) { self.limit = limit }

    /// Whether each host that was counted is also named.
    var isWhole: Bool { beyond == nil && !isAtLeast }

    /// `cluster` is empty where there are no clusters. Calls come in the record's order.
    mutating func add(_ cluster: String, _ host: String) {
        if hostCount >= limit { return count(cluster, host) }
        guard let last = clusters.indices.last, clusters[last].name == cluster else {
            clusters.append(Cluster(name: cluster, hosts: [host]))
            hostCount += 1
            return
        }
        // Two processes of one host are one host.
        if clusters[last].hosts.last == host { return }
        clusters[last].hosts.append(host)
        hostCount += 1
    }

    private mutating func count(_ cluster: String, _ host: String) {
        let latest = beyond.map { ($0.cluster, $0.host) } ?? clusters.last.map { ($0.name, $0.hosts.last ?? "") }
        if let latest, latest == (cluster, host) { return }
        var hasher = Hasher()
        hasher.combine(beyond?.digest)
        hasher.combine(cluster)
        hasher.combine(host)
        beyond = Beyond(cluster: cluster, host: host, digest: hasher.finalize())
        hostCount += 1
    }

    fileprivate func forEach(_ body: (_ cluster: String, _ host: String) -> Void) {
        for cluster in clusters { for host in cluster.hosts { body(cluster.name, host) } }
    }

    /// `12 hosts in 4 clusters`, or the hosts alone where there are no clusters.
    func extent(_ noun: String) -> String {
        let hosts = counted(hostCount, noun)
        if clusters.allSatisfy(\.name.isEmpty) { return hosts }
        return "\(hosts) in \(counted(clusters.count, "cluster"))"
    }

    /// `cluster/cp[1:3].example, …` in lines of at most `width` columns; after the limit the rest is counted on one line more.
    func text(width: Int, lines limit: Int, noun: String) -> [String] {
        var lines: [String] = []
        var line = ""
        var rest = hostCount
        for cluster in clusters {
            for run in folded(cluster.hosts) {
                let text = printable(cluster.name.isEmpty ? run.text : "\(cluster.name)/\(run.text)", limit: 200)
                rest -= run.count
                let item = rest == 0 ? text : text + ","
                if line.isEmpty {
                    line = item
                } else if columns(line) + 1 + columns(item) <= width {
                    line += " " + item
                } else {
                    lines.append(line)
                    if lines.count == limit {
                        let more = isAtLeast ? "more \(noun)s" : counted(rest + run.count, "more \(noun)")
                        return lines + ["and \(more)"]
                    }
                    line = item
                }
            }
        }
        lines.append(line)
        if isAtLeast { return lines + ["and more \(noun)s"] }
        return rest == 0 ? lines : lines + ["and \(counted(rest, "more \(noun)"))"]
    }
}

/// `1 host`, `2 hosts`.
func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

extension Sequence<Places> {
    /// Each host once, in the order of clusters and hosts by name.
    var joined: Places {
        var clusters: [String: Set<String>] = [:]
        for places in self { places.forEach { clusters[$0, default: []].insert($1) } }
        var joined = Places()
        for (cluster, hosts) in clusters.sorted(by: { $0.key < $1.key }) {
            for host in hosts.sorted() { joined.add(cluster, host) }
        }
        joined.isAtLeast = contains { !$0.isWhole }
        return joined
    }
}
