import StrictYAML
internal import Yams

/// The hosts met so far, by what must be unique. A table, so that 100,000 hosts cost what they must.
struct HostRegister {
    private struct Endpoint: Hashable {
        var address: String
        var port: UInt16
    }

    enum Clash {
        case name(Place)
        case endpoint(Place)
    }

    private var names: [String: Place] = [:]
    private var endpoints: [Endpoint: Place] = [:]
    var count = 0
    var isFull = false

    /// Notes the host; what it clashes with, if anything, is where the first one stands.
    mutating func enter(_ host: Host) -> Clash? {
        count += 1
        if let first = names[host.name] { return .name(first) }
        names[host.name] = host.place
        let endpoint = Endpoint(address: HostAddress.canonical(host.address), port: host.port)
        if let first = endpoints[endpoint] { return .endpoint(first) }
        endpoints[endpoint] = host.place
        return nil
    }
}

extension InventoryReader {
    private static var hostKeys: [String] { ["name", "host"] + HostSettings.keys + ["forced_command"] }

    /// One entry of `masters`: a name or a mapping, ranges expanded.
    mutating func hosts(_ node: Node, in cluster: String, _ outer: HostSettings) -> [Host] {
        // A few bytes stand for 10,000 names, right or wrong. Right ones are bounded by the limit on hosts, wrong
        // ones by the room in the report.
        guard !hosts.isFull else { return [] }
        guard !yaml.isFull else {
            yaml.isCut = true
            return []
        }
        switch node {
        case .scalar:
            guard let name = yaml.text(node, "host name"), let pattern = pattern(name, node, "name"),
                isAddress(pattern, name, node, "name")
            else { return [] }
            return expand(pattern, nil, Host(cluster, outer, yaml.place(node)), node)
        case .mapping:
            return hosts(mapping: node, in: cluster, outer)
        default:
            yaml.reportKind(node, "a master", expected: "a name or a mapping")
            return []
        }
    }

    private mutating func hosts(mapping node: Node, in cluster: String, _ outer: HostSettings) -> [Host] {
        guard let entries = yaml.entries(of: node, "a master", keys: Self.hostKeys) else { return [] }
        var settings = HostSettings()
        var forcedCommand = false
        var nameEntry: YAMLEntry?
        var hostEntry: YAMLEntry?
        for entry in entries {
            switch entry.key {
            case "name": nameEntry = entry
            case "host": hostEntry = entry
            case "forced_command": forcedCommand = yaml.boolean(entry.value, entry.key) ?? false
            default: read(entry, into: &settings)
            }
        }
        guard let nameEntry else {
            yaml.report(node, "a master without name", hint: "write it like {name: cp1, host: 10.0.0.1}")
            return []
        }
        var template = Host(cluster, settings.over(outer), yaml.place(node))
        template.forcedCommand = forcedCommand

        var names: HostPattern?
        if let name = yaml.text(nameEntry.value, "name"), let pattern = pattern(name, nameEntry.value, "name"),
            hostEntry != nil || isAddress(pattern, name, nameEntry.value, "name")
        {
            names = pattern
        }
        guard let hostEntry else { return names.map { expand($0, nil, template, node) } ?? [] }
        guard let host = yaml.text(hostEntry.value, "host"), let addresses = pattern(host, hostEntry.value, "host"),
            isAddress(addresses, host, hostEntry.value, "host"), let names
        else { return [] }
        guard names.shape == addresses.shape else {
            yaml.report(hostEntry.value, "ranges of host do not pair with those of name", text: host)
            return []
        }
        return expand(names, addresses, template, node)
    }

    private mutating func pattern(_ text: String, _ node: Node, _ key: String) -> HostPattern? {
        guard checkName(text, "host name", at: yaml.place(node)) else { return nil }
        // `[fd00::1]` is how addresses stand in URLs; as a range it would only puzzle.
        if text.hasPrefix("["), let end = text.firstIndex(of: "]"),
            HostAddress.isIPv6(String(text[..<end].dropFirst()))
        {
            reportAddress(text, node, key)
            return nil
        }
        do throws(RangeProblem) {
            return try HostPattern(text)
        } catch {
            yaml.report(node, error.message, text: error.text)
            return nil
        }
    }

    /// Reports a pattern whose names cannot be connected to.
    private mutating func isAddress(
        _ pattern: HostPattern, _ text: String, _ node: Node, _ key: String
    ) -> Bool {
        // Nearly always the first name tells; but later ones may be too long, or no number of an IP address.
        if HostAddress.isValid(pattern.firstName), pattern.names.allSatisfy(HostAddress.isValid) { return true }
        reportAddress(text, node, key)
        return false
    }

    private mutating func reportAddress(_ text: String, _ node: Node, _ key: String) {
        var name = text[...]
        var user: Substring?
        var port: Substring?
        if let at = name.lastIndex(of: "@") {
            user = name[..<at]
            name = name[name.index(after: at)...]
        }
        if let colon = name.lastIndex(of: ":"), UInt16(name[name.index(after: colon)...]) != nil {
            port = name[name.index(after: colon)...]
            name = name[..<colon]
        }
        if name.first == "[", name.last == "]" { name = name.dropFirst().dropLast() }
        var hint = "write a host name, an IPv4 address, or an IPv6 address without brackets"
        if user != nil || port != nil, HostAddress.isValid(String(name)) {
            hint = "write {\(key): \(name)" + (user.map { ", user: \(shown($0))" } ?? "")
            hint += (port.map { ", port: \(shown($0))" } ?? "") + "}"
        }
        yaml.report(node, "not an address to connect to", text: text, hint: hint)
    }

    /// A piece of the file for a hint: bounded and safe to print.
    private func shown(_ text: Substring) -> String {
        escaped(String(String.UnicodeScalarView(text.unicodeScalars.prefix(80))))
    }

    private mutating func expand(
        _ names: HostPattern, _ addresses: HostPattern?, _ template: Host, _ node: Node
    ) -> [Host] {
        guard hosts.count + names.count <= Self.hostLimit else {
            hosts.isFull = true
            yaml.report(node, "more than \(Self.hostLimit) hosts in one inventory")
            return []
        }
        let names = names.names
        var result: [Host] = []
        result.reserveCapacity(names.count)
        var clash: (message: String, text: String)?
        var clashes = 0
        for (name, address) in zip(names, addresses?.names ?? names) {
            var host = template
            host.name = name
            host.address = address
            if let found = hosts.enter(host) {
                clashes += 1
                if clash == nil {
                    clash =
                        switch found {
                        case .name(let first): ("duplicate host name, first at \(yaml.position(first))", name)
                        case .endpoint(let first):
                            ("duplicate address and port, first at \(yaml.position(first))", "\(address) \(host.port)")
                        }
                }
            }
            result.append(host)
        }
        if let clash {
            // One line an entry: a range given twice would fill the report otherwise.
            yaml.report(
                node, clash.message, text: clash.text,
                hint: clashes > 1 ? "and \(clashes - 1) more of this range" : nil)
        }
        return result
    }
}

extension Host {
    /// A host still to be named.
    fileprivate init(_ cluster: String, _ settings: HostSettings, _ place: Place) {
        self.init(
            cluster: cluster, name: "", address: "", port: settings.port ?? 22, user: settings.user,
            identityFile: settings.identityFile, knownHostsFile: settings.knownHostsFile, place: place)
        statesPort = settings.port != nil
        gateway = settings.gateway
        hostKeyAlias = settings.hostKeyAlias
        sshConfig = settings.sshConfig
    }
}
