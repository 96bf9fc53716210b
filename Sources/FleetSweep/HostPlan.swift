package import Hardening
package import SSH

/// What is used to reach one host, each part found out whether or not the others can be used.
package struct HostPlan: Sendable {
    package let access: HostAccess
    package let keys: Result<KeyOffer, HostFailure>
    package let knownHosts: Result<KnownHosts, HostFailure>
    /// The bastions that the engine logs in to by itself, the nearest first; none where ssh does.
    var bastions: Result<[SSHTarget], HostFailure> = .success([])
    /// Why ssh logs in to the bastion, with a process a host; nil where the engine does, or there is none.
    package var leftToSSH: String?

    /// What a reader should know of the host's settings and keys.
    package var notes: [String] { access.notes + ((try? keys.get().notes) ?? []) }

    /// What known_hosts says of the host; nil where it cannot be read.
    package var trust: HostTrust? {
        guard let knownHosts = try? knownHosts.get() else { return nil }
        return target(id: 0, [], knownHosts, command: nil).trust
    }

    /// Throws the first of what keeps the host from being reached.
    func target(id: Int, command: String?) throws(HostFailure) -> SSHTarget {
        if let problem = access.problem { throw problem }
        var target = target(id: id, try keys.get().identities, try knownHosts.get(), command: command)
        target.bastions = try bastions.get()
        return target
    }

    private func target(
        id: Int, _ identities: [Identity], _ knownHosts: KnownHosts, command: String?
    ) -> SSHTarget {
        var target = SSHTarget(
            id: id, knownHostsName: access.address, address: access.address, port: access.port, user: access.user,
            identities: identities, knownHosts: knownHosts, command: command)
        target.route = access.route
        target.hostKeyAlias = access.hostKeyAlias
        target.connectLimit = access.connectLimit
        target.addressFamily = access.addressFamily
        return target
    }
}

/// The keys that a host is offered, in their order, and why some are not.
package struct KeyOffer: Sendable {
    package var identities: [Identity]
    package var notes: [String]
    package var origin: SettingOrigin
}
