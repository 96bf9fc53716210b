internal import Yams

/// Reads an inventory's node tree and gathers every problem on the way, so that one run names them all.
struct InventoryReader {
    static let hostLimit = 100_000
    private static let problemLimit = 1_000
    private static let rootKeys = ["version", "defaults", "clusters"]
    private static let clusterKeys =
        ["masters", "labels", "kubernetes_version", "distribution"] + HostSettings.keys

    let file: String
    /// What `~` stands for; nil where the environment does not say.
    let home: String?
    let renamedKeys: [Place: String]

    private(set) var problems: [InventoryProblem] = []
    /// Set once a problem found no room, or hosts were passed over because none would have.
    var isCut = false
    var hosts = HostRegister()

    init(file: String, home: String?, renamedKeys: [Place: String]) {
        self.file = file
        self.home = home
        self.renamedKeys = renamedKeys
    }

    mutating func clusters(in root: Node) -> [Cluster] {
        guard let entries = entries(of: root, "the inventory", keys: Self.rootKeys) else { return [] }
        if !entries.contains(where: { $0.key == "version" }) {
            report(root, "version is missing", hint: "begin with \"version: 1\"")
        }
        var defaults = HostSettings()
        for entry in entries {
            switch entry.key {
            case "version": checkVersion(entry.value)
            case "defaults":
                guard let settings = self.entries(of: entry.value, "defaults", keys: HostSettings.keys) else {
                    continue
                }
                for setting in settings { read(setting, into: &defaults) }
            default: break
            }
        }
        let lists = entries.filter { $0.key == "clusters" }
        if lists.isEmpty { report(root, "clusters are missing") }
        return lists.flatMap { clusters(listed: $0.value, defaults) }
    }

    private mutating func checkVersion(_ node: Node) {
        guard let version = text(node, "version") else { return }
        guard version == "1" else {
            report(node, "unsupported inventory version", text: version, hint: "this program reads version 1")
            return
        }
    }

    private mutating func clusters(listed node: Node, _ defaults: HostSettings) -> [Cluster] {
        guard let entries = entries(of: node, "clusters") else { return [] }
        if entries.isEmpty { report(node, "no clusters") }
        var clusters: [Cluster] = []
        clusters.reserveCapacity(entries.count)
        for entry in entries {
            checkName(entry.key, "cluster name", at: entry.place)
            clusters.append(cluster(entry, defaults))
        }
        return clusters
    }

    private mutating func cluster(_ entry: Entry, _ defaults: HostSettings) -> Cluster {
        var cluster = Cluster(name: entry.key, hosts: [])
        if case .scalar(let scalar) = entry.value, scalar.isNull {
            report(entry.place, "cluster without masters", text: entry.key)
            return cluster
        }
        guard let entries = entries(of: entry.value, "a cluster", keys: Self.clusterKeys) else { return cluster }
        var settings = HostSettings()
        for entry in entries {
            switch entry.key {
            case "labels": cluster.labels = labels(entry.value)
            case "distribution":
                guard let text = text(entry.value, "distribution") else { continue }
                checkName(text, "distribution", at: place(entry.value))
                cluster.distribution = text
            case "kubernetes_version":
                guard let text = text(entry.value, "kubernetes_version") else { continue }
                cluster.kubernetesVersion = KubernetesVersion(text)
                if cluster.kubernetesVersion == nil {
                    report(
                        entry.value, "bad kubernetes_version", text: text,
                        hint: "write it like \"1.31\" or \"v1.31.4\"")
                }
            default: read(entry, into: &settings)
            }
        }
        let lists = entries.filter { $0.key == "masters" }
        if lists.isEmpty { report(entry.place, "cluster without masters", text: entry.key) }
        for list in lists { masters(list.value, of: &cluster, settings.over(defaults)) }
        return cluster
    }

    private mutating func masters(_ node: Node, of cluster: inout Cluster, _ settings: HostSettings) {
        switch node {
        case .scalar(let scalar) where scalar.isNull:
            report(node, "cluster without masters", text: cluster.name)
        case .sequence(let list):
            if list.isEmpty { report(node, "cluster without masters", text: cluster.name) }
            for entry in list {
                cluster.hosts += hosts(entry, in: cluster.name, settings)
            }
        default: reportKind(node, "masters", expected: "a list")
        }
    }

    private mutating func labels(_ node: Node) -> [String: String] {
        guard let entries = entries(of: node, "labels") else { return [:] }
        var labels: [String: String] = [:]
        for entry in entries {
            checkName(entry.key, "label", at: entry.place)
            guard case .scalar(let scalar) = entry.value else {
                reportKind(entry.value, "a label", expected: "text")
                continue
            }
            guard !scalar.isNull, scalar.boolean == nil, !scalar.isNumber else {
                report(
                    entry.value, "a label must be text", text: scalar.string.isEmpty ? entry.key : scalar.string,
                    hint: "put the value in quotes")
                continue
            }
            guard !hasControls(scalar.string) else {
                report(entry.value, "control character in a label", text: scalar.string)
                continue
            }
            labels[entry.key] = scalar.string
        }
        return labels
    }

    mutating func read(_ entry: Entry, into settings: inout HostSettings) {
        switch entry.key {
        case "user":
            guard let user = text(entry.value, "user") else { return }
            checkName(user, "user", at: place(entry.value))
            settings.user = user
        case "port":
            guard let text = text(entry.value, "port") else { return }
            // UInt16's own parser would take "+22".
            guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let port = UInt16(text),
                port > 0
            else {
                report(entry.value, "port must be a number from 1 to 65535", text: text)
                return
            }
            settings.port = port
        case "identity_file": settings.identityFile = path(entry.value, entry.key)
        case "known_hosts": settings.knownHostsFile = path(entry.value, entry.key)
        default: break
        }
    }

    /// A path relative to the inventory's directory, or to the home directory after `~`.
    private mutating func path(_ node: Node, _ key: String) -> String? {
        guard let text = text(node, key) else { return nil }
        if hasControls(text) {
            report(node, "control character in \(key)", text: text)
            return nil
        }
        if text.hasPrefix("/") { return text }
        if text == "~" || text.hasPrefix("~/") {
            guard let home, !home.isEmpty else {
                report(node, "no home directory for ~ in \(key)", text: text, hint: "HOME is not set")
                return nil
            }
            return home + text.dropFirst()
        }
        if text.hasPrefix("~") {
            report(node, "~ of another user in \(key)", text: text, hint: "write the whole path")
            return nil
        }
        guard let slash = file.lastIndex(of: "/") else { return text }
        return file[...slash] + text
    }

    /// True when no further problem has room in the report.
    var isFull: Bool { problems.count >= Self.problemLimit }

    mutating func report(_ place: Place, _ message: String, text: String? = nil, hint: String? = nil) {
        guard !isFull else {
            isCut = true
            return
        }
        problems.append(InventoryProblem(place: place, message: message, text: text, hint: hint))
    }
}
