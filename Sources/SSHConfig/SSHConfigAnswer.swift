/// What `ssh -G` printed: a keyword in lower case and its value on each line. Most paths stand there as they were
/// written, with their tokens; `settings` puts one host's in.
struct SSHConfigAnswer: Equatable {
    private var values: [String: [String]] = [:]

    /// - `keepsAll`: also what is not used here.
    init(_ output: [UInt8], keepsAll: Bool = false) {
        for line in output.split(separator: 0x0a) {
            guard let space = line.firstIndex(of: 0x20) else { continue }
            let keyword = String(decoding: line[..<space], as: UTF8.self)
            guard keepsAll || keyword == "host" || SSHConfigText.used.contains(keyword) else { continue }
            values[keyword, default: []].append(String(decoding: line[(space + 1)...], as: UTF8.self))
        }
    }

    var own: SSHConfigOwn? {
        values["hostname"]?.first.map { SSHConfigOwn(hostName: $0, hostKeyAlias: values["hostkeyalias"]?.first) }
    }

    func keywords(otherThanIn other: SSHConfigAnswer) -> Set<String> {
        Set(values.keys).union(other.values.keys).filter { values[$0] != other.values[$0] }
    }

    /// The same answer for another host of the shape.
    func with(_ own: SSHConfigOwn, typed: String) -> SSHConfigAnswer {
        var copy = self
        copy.values["hostname"] = [own.hostName]
        copy.values["hostkeyalias"] = own.hostKeyAlias.map { [$0] }
        // Older releases do not print it.
        if copy.values["host"] != nil { copy.values["host"] = [typed] }
        return copy
    }

    /// Whether nothing in it has a token for a host's own names, so that only these differ from host to host.
    var hasNoTokens: Bool { values.values.allSatisfy { $0.allSatisfy { !$0.utf8.contains(UInt8(ascii: "%")) } } }

    /// Nil where the answer lacks what ssh always says.
    func settings(typed: String, person: Person) -> SSHSettings? {
        guard let hostName = values["hostname"]?.first, let user = values["user"]?.first,
            let port = values["port"]?.first.flatMap({ UInt16($0) })
        else { return nil }
        var settings = SSHSettings(host: typed, hostName: hostName, user: user, port: port)
        settings.hostKeyAlias = values["hostkeyalias"]?.first
        settings.addressFamily = values["addressfamily"]?.first ?? "any"
        settings.connectSeconds = values["connecttimeout"]?.first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        settings.identitiesOnly = values["identitiesonly"]?.first == "yes"
        settings.identityAgent = values["identityagent"]?.first
        let jump = values["proxyjump"]?.first
        let expansion = TokenExpansion(settings: settings, jump: jump ?? "", person: person)
        settings.userKnownHostsFiles = files("userknownhostsfile", usual: "\(person.home)/.ssh/known_hosts")
        settings.globalKnownHostsFiles = files("globalknownhostsfile", usual: "/etc/ssh/ssh_known_hosts")
        let identities = values["identityfile"] ?? []
        if !Self.areDefaults(identities) {
            settings.identityFiles = paths(identities, "IdentityFile", expansion, &settings.notes)
        }
        settings.certificateFiles = paths(
            values["certificatefile"] ?? [], "CertificateFile", expansion, &settings.notes)
        if let jump, jump != "none" {
            // Left as it is where it cannot be expanded: it is no usable bastion then, and no reason to go directly.
            settings.proxyJump = expansion.command(jump) ?? jump
        }
        if let command = values["proxycommand"]?.first, command != "none" {
            settings.proxyTemplate = command
            settings.proxyCommand = expansion.command(command)
        }
        return settings
    }

    /// A list of paths without spaces; ssh prints no quotes, so others cannot be told apart. Nil for ssh's default, which
    /// is a file and the same name with a 2.
    private func files(_ keyword: String, usual: String) -> [String]? {
        let files = (values[keyword]?.first ?? "").split(separator: " ").map(String.init)
        return files == [usual, usual + "2"] ? nil : files.filter { $0 != "none" }
    }

    private func paths(
        _ values: [String], _ name: String, _ expansion: TokenExpansion, _ notes: inout [String]
    ) -> [String] {
        var paths: [String] = []
        for value in values where value != "none" {
            if let path = expansion.path(value) {
                paths.append(path)
            } else {
                notes.append("\(name) \(value) cannot be expanded")
            }
        }
        return paths
    }

    /// Where none is configured ssh lists all of its own, in an order that changes from release to release.
    private static func areDefaults(_ identities: [String]) -> Bool {
        identities.count > 2 && identities.allSatisfy { $0.hasPrefix("~/.ssh/id_") }
            && ["rsa", "ecdsa", "ed25519"].allSatisfy { identities.contains("~/.ssh/id_\($0)") }
    }
}
