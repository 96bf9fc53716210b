import SSH

/// A bastion that the system's ssh can log in to: its ssh_config and the files that names.
struct BastionSetup {
    let workshop: Workshop
    /// For ssh's `-F`.
    let configFile: String

    /// - `bastions`: by the name that ssh_config gives each; an address nobody answers at is as good.
    /// - `knows`: whether known_hosts holds the bastions' key.
    /// - `isLeftToSSH`: whether something is set for the bastions that only ssh can do.
    init(
        _ bastions: [(name: String, address: String, port: UInt16)], knows: Bool = true, identity: String = "ed25519",
        isLeftToSSH: Bool = false
    ) throws {
        let keys = try TestKeys.get()
        workshop = try Workshop()
        var known = ""
        var config = ""
        for bastion in bastions {
            if knows { known += "[\(bastion.address)]:\(bastion.port) \(try keys.hostLine("ed25519"))\n" }
            config += "Host \(bastion.name)\n  HostName \(bastion.address)\n  Port \(bastion.port)\n"
            if isLeftToSSH { config += "  Ciphers aes128-ctr\n" }
        }
        let knownHosts = try workshop.write(known, to: "known_hosts")
        let key = identity == "stranger" ? keys.stranger : keys.user(identity)
        config += """
            Host *
              User root
              IdentityFile \(key)
              IdentitiesOnly yes
              IdentityAgent none
              UserKnownHostsFile \(knownHosts)
              GlobalKnownHostsFile /dev/null

            """
        configFile = try workshop.write(config, to: "ssh_config")
    }

    init(_ bastion: Server) throws { try self.init([("bastion", bastion.address, bastion.port)]) }

    func jump(_ hops: String = "bastion") -> SSHRoute {
        ProxyJump(hops, configFile: configFile).map(SSHRoute.jump) ?? .direct
    }
}
