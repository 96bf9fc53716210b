import StrictYAML
internal import Yams

/// Reads an inventory's node tree and gathers every problem on the way, so that one run names them all.
struct InventoryReader {
    static let hostLimit = 100_000
    private static let rootKeys = ["version", "defaults", "clusters"]
    private static let clusterKeys =
        ["masters", "labels", "kubernetes_version", "distribution", "etcd_members"] + HostSettings.keys

    var yaml: YAMLReader
    private let file: String
    /// What `~` stands for; nil where the environment does not say.
    private let home: String?
    var hosts = HostRegister()

    init(yaml: YAMLReader, file: String, home: String?) {
        self.yaml = yaml
        self.file = file
        self.home = home
    }

    mutating func clusters(in root: Node) -> [Cluster] {
        guard let entries = yaml.entries(of: root, "the inventory", keys: Self.rootKeys) else { return [] }
        if !entries.contains(where: { $0.key == "version" }) {
            yaml.report(root, "version is missing", hint: "begin with \"version: 1\"")
        }
        var defaults = HostSettings()
        for entry in entries {
            switch entry.key {
            case "version": checkVersion(entry.value)
            case "defaults":
                guard let settings = yaml.entries(of: entry.value, "defaults", keys: HostSettings.keys) else {
                    continue
                }
                for setting in settings { read(setting, into: &defaults) }
            default: break
            }
        }
        let lists = entries.filter { $0.key == "clusters" }
        if lists.isEmpty { yaml.report(root, "clusters are missing") }
        return lists.flatMap { clusters(listed: $0.value, defaults) }
    }

    private mutating func checkVersion(_ node: Node) {
        guard let version = yaml.text(node, "version") else { return }
        guard version == "1" else {
            yaml.report(node, "unsupported inventory version", text: version, hint: "this program reads version 1")
            return
        }
    }

    private mutating func clusters(listed node: Node, _ defaults: HostSettings) -> [Cluster] {
        guard let entries = yaml.entries(of: node, "clusters") else { return [] }
        if entries.isEmpty { yaml.report(node, "no clusters") }
        var clusters: [Cluster] = []
        clusters.reserveCapacity(entries.count)
        for entry in entries {
            checkName(entry.key, "cluster name", at: entry.place)
            clusters.append(cluster(entry, defaults))
        }
        return clusters
    }

    private mutating func cluster(_ entry: YAMLEntry, _ defaults: HostSettings) -> Cluster {
        var cluster = Cluster(name: entry.key, hosts: [])
        if case .scalar(let scalar) = entry.value, scalar.isNull {
            yaml.report(entry.place, "cluster without masters", text: entry.key)
            return cluster
        }
        guard let entries = yaml.entries(of: entry.value, "a cluster", keys: Self.clusterKeys) else { return cluster }
        var settings = HostSettings()
        for entry in entries {
            switch entry.key {
            case "labels": cluster.labels = labels(entry.value)
            case "distribution":
                guard let text = yaml.text(entry.value, "distribution") else { continue }
                checkName(text, "distribution", at: yaml.place(entry.value))
                cluster.distribution = text
            case "etcd_members":
                guard let text = yaml.text(entry.value, "etcd_members") else { continue }
                guard let members = Int(text), (0...99).contains(members) else {
                    yaml.report(
                        entry.value, "bad etcd_members", text: text,
                        hint: "write how many there are, wherever they run, or 0 where there is no etcd")
                    continue
                }
                cluster.etcdMembers = members
            case "kubernetes_version":
                guard let text = yaml.text(entry.value, "kubernetes_version") else { continue }
                cluster.kubernetesVersion = KubernetesVersion(text)
                if cluster.kubernetesVersion == nil {
                    yaml.report(
                        entry.value, "bad kubernetes_version", text: text,
                        hint: "write it like \"1.31\" or \"v1.31.4\"")
                }
            default: read(entry, into: &settings)
            }
        }
        let lists = entries.filter { $0.key == "masters" }
        if lists.isEmpty { yaml.report(entry.place, "cluster without masters", text: entry.key) }
        for list in lists { masters(list.value, of: &cluster, settings.over(defaults)) }
        return cluster
    }

    private mutating func masters(_ node: Node, of cluster: inout Cluster, _ settings: HostSettings) {
        switch node {
        case .scalar(let scalar) where scalar.isNull:
            yaml.report(node, "cluster without masters", text: cluster.name)
        case .sequence(let list):
            if list.isEmpty { yaml.report(node, "cluster without masters", text: cluster.name) }
            for entry in list {
                cluster.hosts += hosts(entry, in: cluster.name, settings)
            }
        default: yaml.reportKind(node, "masters", expected: "a list")
        }
    }

    private mutating func labels(_ node: Node) -> [String: String] {
        guard let entries = yaml.entries(of: node, "labels") else { return [:] }
        var labels: [String: String] = [:]
        for entry in entries {
            checkName(entry.key, "label", at: entry.place)
            guard case .scalar(let scalar) = entry.value else {
                yaml.reportKind(entry.value, "a label", expected: "text")
                continue
            }
            guard !scalar.isNull, scalar.boolean == nil, !scalar.isNumber else {
                yaml.report(
                    entry.value, "a label must be text", text: scalar.string.isEmpty ? entry.key : scalar.string,
                    hint: "put the value in quotes")
                continue
            }
            guard !hasControls(scalar.string) else {
                yaml.report(entry.value, "control character in a label", text: scalar.string)
                continue
            }
            labels[entry.key] = scalar.string
        }
        return labels
    }

    mutating func read(_ entry: YAMLEntry, into settings: inout HostSettings) {
        switch entry.key {
        case "user":
            guard let user = yaml.text(entry.value, "user") else { return }
            checkName(user, "user", at: yaml.place(entry.value))
            settings.user = user
        case "port":
            guard let text = yaml.text(entry.value, "port") else { return }
            // UInt16's own parser would take "+22".
            guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let port = UInt16(text),
                port > 0
            else {
                yaml.report(entry.value, "port must be a number from 1 to 65535", text: text)
                return
            }
            settings.port = port
        case "identity_file": settings.identityFile = path(entry.value, entry.key)
        case "known_hosts": settings.knownHostsFile = path(entry.value, entry.key)
        case "ssh_config":
            guard let text = yaml.text(entry.value, entry.key) else { return }
            settings.sshConfig = text == "none" ? text : path(entry.value, entry.key)
        case "host_key_alias": settings.hostKeyAlias = hostKeyAlias(entry.value)
        case "proxy_jump", "proxy_command":
            if settings.gateway != nil {
                yaml.report(entry.place, "proxy_jump and proxy_command exclude each other", text: entry.key)
            }
            settings.gateway = entry.key == "proxy_jump" ? jump(entry.value) : proxyCommand(entry.value)
        default: break
        }
    }

    /// A path relative to the inventory's directory, or to the home directory after `~`.
    private mutating func path(_ node: Node, _ key: String) -> String? {
        guard let text = yaml.text(node, key) else { return nil }
        if hasControls(text) {
            yaml.report(node, "control character in \(key)", text: text)
            return nil
        }
        if text.hasPrefix("/") { return text }
        if text == "~" || text.hasPrefix("~/") {
            guard let home, !home.isEmpty else {
                yaml.report(node, "no home directory for ~ in \(key)", text: text, hint: "HOME is not set")
                return nil
            }
            return home + text.dropFirst()
        }
        if text.hasPrefix("~") {
            yaml.report(node, "~ of another user in \(key)", text: text, hint: "write the whole path")
            return nil
        }
        guard let slash = file.lastIndex(of: "/") else { return text }
        return file[...slash] + text
    }

    /// Reports a name that a report could not show or a glob could not be typed for.
    @discardableResult
    mutating func checkName(_ name: String, _ what: String, at place: Place) -> Bool {
        if name.isEmpty {
            yaml.report(place, "\(what) is empty")
        } else if name.unicodeScalars.contains(where: isInvisible) {
            yaml.report(place, "\(what) with a space or control character", text: name)
        } else if name.utf8.count > HostAddress.limit {
            yaml.report(place, "\(what) longer than \(HostAddress.limit) bytes", text: name)
        } else {
            return true
        }
        return false
    }
}
