/// One command on one host.
package struct SSHTarget: Sendable {
    /// The caller's own number; it comes back with the outcome.
    package var id: Int
    /// The name to look up in known_hosts. `[name]:port` is derived from it where `port` is not 22.
    package var knownHostsName: String
    /// A host name or an IP literal.
    package var address: String
    package var port: UInt16
    package var user: String
    /// How the connection is made. Through a bastion it is the bastion that resolves `address`.
    package var route = SSHRoute.direct
    /// The bastions of a jump, the nearest first, where this program logs in to them by itself; empty where the system's
    /// ssh does. Their commands, routes and limits are not used.
    package var bastions: [SSHTarget] = []
    /// Looked up in known_hosts in place of `knownHostsName`, and without the port, as for ssh(1).
    package var hostKeyAlias: String?
    /// In place of the engine's limit on connecting.
    package var connectLimit: Duration?
    package var addressFamily = AddressFamily.any
    /// Offered in this order, the first five of them: each refused one counts towards the server's MaxAuthTries.
    package var identities: [Identity]
    package var knownHosts: KnownHosts
    /// Sent as the one exec request. Nil ends with the sign-in: no channel is opened, and the output is empty.
    package var command: String?
    /// For this attempt, where less than `SSHLimits.host` is left.
    package var timeLimit: Duration?

    package init(
        id: Int, knownHostsName: String, address: String, port: UInt16 = 22, user: String,
        identities: [Identity], knownHosts: KnownHosts, command: String?
    ) {
        self.id = id
        self.knownHostsName = knownHostsName
        self.address = address
        self.port = port
        self.user = user
        self.identities = identities
        self.knownHosts = knownHosts
        self.command = command
    }

    /// What known_hosts is asked for.
    var trustedName: String { hostKeyAlias ?? knownHostsName }
    /// 22 stands for a name without its port.
    var trustedPort: UInt16 { hostKeyAlias == nil ? port : 22 }

    /// C strings end at the first NUL, so a name holding one would silently become another name.
    var problem: String? {
        if knownHostsName.isEmpty { return "the host has no name" }
        if address.isEmpty { return "the host has no address" }
        if user.isEmpty { return "no user name is given" }
        if hostKeyAlias?.isEmpty == true { return "the host key alias is empty" }
        if case .jump = route, address.utf8.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "]") }) {
            return "the address cannot be handed to a bastion"
        }
        if port == 0 { return "port 0 cannot be connected to" }
        if identities.isEmpty { return "no private key is given" }
        for (label, text) in [("name", knownHostsName), ("address", address), ("user name", user)]
        where text.utf8.contains(0) {
            return "the \(label) holds a NUL byte"
        }
        return nil
    }
}

/// The addresses of a name that are tried, as ssh_config's AddressFamily.
package enum AddressFamily: String, Sendable {
    case any, inet, inet6
}

/// What to do with a host that known_hosts does not name.
package enum HostKeyPolicy: String, Sendable, CaseIterable {
    /// Refuse it.
    case strict
    /// Trust its key on first use, and say so in the outcome. A name known with another key is refused all the same.
    case acceptNew
}
