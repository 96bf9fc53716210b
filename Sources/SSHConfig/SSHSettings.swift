/// A host as it would be typed behind `ssh`, with `-l` and `-p` where they are given.
package struct SSHConfigQuery: Sendable, Hashable {
    package var host: String
    package var user: String?
    package var port: UInt16?

    package init(host: String, user: String? = nil, port: UInt16? = nil) {
        self.host = host
        self.user = user
        self.port = port
    }
}

/// How ssh would reach a host: the part of `ssh -G`'s answer that is used here.
package struct SSHSettings: Sendable, Equatable {
    /// As it was typed.
    package var host: String
    /// What is connected to.
    package var hostName: String
    package var user: String
    package var port: UInt16
    /// Nil where nothing but ssh's own default names is configured.
    package var identityFiles: [String]?
    package var identitiesOnly = false
    /// A path, `none` or `SSH_AUTH_SOCK`; nil where nothing is configured.
    package var identityAgent: String?
    package var certificateFiles: [String] = []
    package var proxyJump: String?
    package var proxyCommand: String?
    /// `proxyCommand` before anything of the host was put in.
    package var proxyTemplate: String?
    /// Nil where nothing but ssh's own default files is configured, likewise below.
    package var userKnownHostsFiles: [String]?
    package var globalKnownHostsFiles: [String]?
    package var hostKeyAlias: String?
    /// Seconds; nil where nothing is configured.
    package var connectSeconds: Int?
    /// `any`, `inet` or `inet6`.
    package var addressFamily = "any"
    /// What could not be used, one line each.
    package var notes: [String] = []

    package init(host: String, hostName: String, user: String, port: UInt16) {
        self.host = host
        self.hostName = hostName
        self.user = user
        self.port = port
    }
}

extension SSHSettings {
    /// The same for another host, where nothing but the names is its own.
    func with(_ own: SSHConfigOwn, typed: String) -> SSHSettings {
        var copy = self
        copy.host = typed
        copy.hostName = own.hostName
        copy.hostKeyAlias = own.hostKeyAlias
        return copy
    }

    /// A proxy command that did not come from ssh_config, with this host put in; nil where a name of the host could be
    /// read as more than a word.
    package func expanded(command: String) -> String? {
        TokenExpansion(settings: self, jump: "", person: .current).command(command)
    }
}
