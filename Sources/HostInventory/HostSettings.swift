/// How to reach a host, as far as one level of the inventory says: `defaults`, a cluster or a host.
struct HostSettings: Equatable {
    static let keys = [
        "user", "port", "identity_file", "known_hosts", "proxy_jump", "proxy_command", "host_key_alias", "ssh_config",
    ]

    var user: String?
    var port: UInt16?
    var identityFile: String?
    var knownHostsFile: String?
    var gateway: Gateway?
    var hostKeyAlias: String?
    var sshConfig: String?

    /// These settings, with what they leave open taken from `outer`.
    func over(_ outer: HostSettings) -> HostSettings {
        HostSettings(
            user: user ?? outer.user, port: port ?? outer.port, identityFile: identityFile ?? outer.identityFile,
            knownHostsFile: knownHostsFile ?? outer.knownHostsFile, gateway: gateway ?? outer.gateway,
            hostKeyAlias: hostKeyAlias ?? outer.hostKeyAlias, sshConfig: sshConfig ?? outer.sshConfig)
    }
}
