/// How the bytes get to a host. Whatever the way, the host key that is checked is the host's own.
package enum SSHRoute: Sendable, Hashable {
    /// A TCP connection of this process.
    case direct
    /// The standard input and output of a program, as ssh's ProxyCommand.
    case command(ProxyCommand)
    /// A connection that a bastion makes, as ssh's ProxyJump.
    case jump(ProxyJump)

    /// The bastion or command, for messages and limits; nil where there is none.
    package var gateway: String? {
        switch self {
        case .direct: nil
        case .command(let command): command.template
        case .jump(let jump): jump.name
        }
    }
}

/// A program whose standard input and output lead to one host.
package struct ProxyCommand: Sendable, Hashable {
    /// As it was configured, before anything of one host was put in: what hosts of one proxy have in common.
    package var template: String
    /// For `/bin/sh -c`.
    package var command: String

    package init(template: String, command: String) {
        self.template = template
        self.command = command
    }
}

/// Bastions on the way to a host, each reached through the one before. The system's ssh logs in to them, with what
/// ssh_config says of each.
package struct ProxyJump: Sendable, Hashable {
    /// At least one, the nearest first.
    package var hops: [Hop]
    /// ssh's `-F`; nil for the files that ssh reads by itself.
    package var configFile: String?

    package struct Hop: Sendable, Hashable {
        package var user: String?
        package var host: String
        package var port: UInt16?

        /// Nil for what cannot be handed to ssh as it is: a name that begins with `-` or holds what a shell or
        /// ssh's own expansion would read.
        package init?(user: String? = nil, host: String, port: UInt16? = nil) {
            guard Self.isPlain(host), user.map(Self.isPlain) ?? true, port != 0 else { return nil }
            self.user = user
            self.host = host
            self.port = port
        }

        /// `[user@]host[:port]`, the host in brackets where it is an IPv6 address, or `ssh://` before it.
        package init?(_ text: String) {
            var rest = text[...]
            var isURI = false
            if rest.hasPrefix("ssh://") {
                rest = rest.dropFirst(6)
                isURI = true
                if rest.hasSuffix("/") { rest = rest.dropLast() }
            }
            var user: String?
            if let at = rest.lastIndex(of: "@") {
                user = String(rest[..<at])
                rest = rest[rest.index(after: at)...]
            }
            var port: UInt16?
            if rest.first == "[" {
                guard let end = rest.firstIndex(of: "]") else { return nil }
                let after = rest[rest.index(after: end)...]
                if !after.isEmpty {
                    guard after.first == ":", let number = UInt16(after.dropFirst()) else { return nil }
                    port = number
                }
                rest = rest[rest.index(after: rest.startIndex)..<end]
            } else if let colon = rest.firstIndex(of: ":"), isURI || colon == rest.lastIndex(of: ":") {
                guard let number = UInt16(rest[rest.index(after: colon)...]) else { return nil }
                port = number
                rest = rest[..<colon]
            }
            self.init(user: user, host: String(rest), port: port)
        }

        /// Letters, digits and what names and addresses hold besides.
        private static func isPlain(_ text: String) -> Bool {
            guard let first = text.utf8.first, first != UInt8(ascii: "-"), text.utf8.count <= 255 else { return false }
            return text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: ":"):
                    true
                default: false
                }
            }
        }

        /// As it is written in ssh_config.
        package var text: String {
            let user = user.map { "\($0)@" } ?? ""
            guard let port else { return user + host }
            return host.contains(":") ? "\(user)[\(host)]:\(port)" : "\(user)\(host):\(port)"
        }
    }

    package init(hops: [Hop], configFile: String? = nil) {
        self.hops = hops
        self.configFile = configFile
    }

    /// Hops separated by commas; nil where one of them cannot be used.
    package init?(_ text: String, configFile: String? = nil) {
        var hops: [Hop] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let hop = Hop(String(part)) else { return nil }
            hops.append(hop)
        }
        self.init(hops: hops, configFile: configFile)
    }

    /// As it is written in ssh_config.
    package var name: String { hops.map(\.text).joined(separator: ",") }

    /// What a person runs to see whether the last of them lets in.
    var trial: String {
        var words = ["ssh", "-o", "BatchMode=yes"]
        if let configFile { words += ["-F", configFile] }
        if hops.count > 1 { words += ["-J", hops.dropLast().map(\.text).joined(separator: ",")] }
        if let hop = hops.last {
            if let port = hop.port { words += ["-p", String(port)] }
            words.append((hop.user.map { "\($0)@" } ?? "") + hop.host)
        }
        return PeerText.printable((words + ["true"]).joined(separator: " ").utf8, limit: 1024)
    }
}
