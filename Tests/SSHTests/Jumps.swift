import SSH

extension Server {
    /// An sshd whose log tells who logged in.
    static func bastion(_ options: [String] = [], address: String = "127.0.0.1", port: UInt16? = nil) throws -> Server {
        try Server(address: address, port: port, options: ["LogLevel INFO"] + options)
    }

    var logins: Int { log.split(separator: "Accepted publickey").count - 1 }

    /// With a key that it lets in, and its own host key known.
    func target(id: Int = 1, command: String = "echo here") throws -> SSHTarget {
        let keys = try TestKeys.get()
        return target(
            id: id, keys: [try PrivateKey(path: keys.user("ed25519"))],
            knownHosts: "\(knownName) \(try keys.hostLine("ed25519"))\n", command: command)
    }
}

/// The target behind the bastions. ssh cannot log in to them: no configuration names them.
func behind(_ bastions: [SSHTarget], _ target: SSHTarget, named names: String? = nil) -> SSHTarget {
    var target = target
    let names = names ?? bastions.indices.map { "bastion\($0 + 1)" }.joined(separator: ",")
    target.route = ProxyJump(names, configFile: "none").map(SSHRoute.jump) ?? .direct
    target.bastions = bastions
    return target
}
