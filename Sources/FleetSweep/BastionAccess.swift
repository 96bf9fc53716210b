import Hardening
import SSH
import SSHConfig

/// How the bastions of one jump are reached, where this program can log in to them as ssh would.
struct BastionAccess: Sendable {
    /// The nearest first; empty where there is an obstacle.
    private(set) var hops: [HostAccess] = []
    /// Why ssh has to log in.
    private(set) var obstacle: String?

    /// - `source`: nil where no ssh_config is read.
    /// - `agent`: the option's.
    init(
        _ jump: ProxyJump, source: SSHConfigResolver.Source?, answers: SSHConfigResolver.BastionAnswers,
        agent: String?, person: Person
    ) {
        for hop in jump.hops {
            let found: BastionSettings
            switch source.flatMap({ answers[BastionQuery(source: $0, bastion: Self.query(hop))] }) {
            case .success(let settings): found = settings
            case .failure(.refused(let words)):
                stop("ssh -G: \(words)")
                return
            case .failure(.noSSH), nil:
                let settings = SSHSettings(
                    host: hop.host, hostName: hop.host, user: hop.user ?? person.name, port: hop.port ?? 22)
                found = BastionSettings(settings: settings)
            }
            guard found.onlyForSSH.isEmpty else {
                stop("ssh_config sets \(found.onlyForSSH.joined(separator: ", ")) for \(hop.host)")
                return
            }
            hops.append(HostAccess(of: found.settings, agent: agent))
        }
    }

    private mutating func stop(_ obstacle: String) {
        hops = []
        self.obstacle = obstacle
    }

    static func query(_ hop: ProxyJump.Hop) -> SSHConfigQuery {
        SSHConfigQuery(host: hop.host, user: hop.user, port: hop.port)
    }

    /// The hops as targets that are signed in to with these keys.
    func targets(
        _ identities: (HostAccess) -> [Identity], _ knownHosts: ([String]) throws(HostFailure) -> KnownHosts
    ) throws(HostFailure) -> [SSHTarget] {
        var targets: [SSHTarget] = []
        for hop in hops {
            var target = SSHTarget(
                id: 0, knownHostsName: hop.address, address: hop.address, port: hop.port, user: hop.user,
                identities: identities(hop), knownHosts: try knownHosts(hop.knownHostsFiles), command: nil)
            target.hostKeyAlias = hop.hostKeyAlias
            target.connectLimit = hop.connectLimit
            target.addressFamily = hop.addressFamily
            targets.append(target)
        }
        return targets
    }
}
