/// How to reach a host, as far as one level of the inventory says: `defaults`, a cluster or a host.
struct HostSettings: Equatable {
    static let keys = ["user", "port", "identity_file", "known_hosts"]

    var user: String?
    var port: UInt16?
    var identityFile: String?
    var knownHostsFile: String?

    /// These settings, with what they leave open taken from `outer`.
    func over(_ outer: HostSettings) -> HostSettings {
        HostSettings(
            user: user ?? outer.user, port: port ?? outer.port, identityFile: identityFile ?? outer.identityFile,
            knownHostsFile: knownHostsFile ?? outer.knownHostsFile)
    }
}
