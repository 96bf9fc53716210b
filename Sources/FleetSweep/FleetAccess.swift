import Glibc
import Hardening
package import HostInventory
import SSH
import SSHConfig

/// How every host of a fleet is reached, found out before the first packet.
package struct FleetAccess: Sendable {
    package struct Options: Sendable {
        package var user: String?
        package var knownHostsFile: String?
        package var proxyJump: String?
        /// Over the inventory's; `none` for no ssh_config at all.
        package var sshConfig: String?
        /// A path, or `none`; over ssh_config's IdentityAgent.
        package var agent: String?
        /// Over ssh_config's ConnectTimeout.
        package var connectLimit: Duration?

        package init() {}
    }

    private var byHost: [Key: HostAccess] = [:]

    /// Several inventories may each have a host of one name.
    private struct Key: Hashable {
        var cluster: String
        var name: String

        init(_ host: Host) { (cluster, name) = (host.cluster, host.name) }
    }

    /// What a reader should know, each once.
    package private(set) var warnings: [String] = []
    /// The certificates that ssh_config names.
    package var certificateFiles: [String] {
        Set((byHost.values + bastions.values.flatMap(\.hops)).flatMap(\.certificateFiles)).sorted()
    }

    /// By the jumps that lead through them.
    private(set) var bastions: [ProxyJump: BastionAccess] = [:]

    private let agent: String?

    package subscript(host: Host) -> HostAccess {
        byHost[Key(host)]
            ?? HostAccess(
                address: host.address, port: host.port, user: host.user ?? "root", agent: AgentSocket(option: agent))
    }

    /// The same fleet with the addresses that are connected to.
    package func applied(to fleet: Fleet) -> Fleet {
        var fleet = fleet
        for cluster in fleet.clusters.indices {
            for host in fleet.clusters[cluster].hosts.indices {
                let access = self[fleet.clusters[cluster].hosts[host]]
                fleet.clusters[cluster].hosts[host].address = access.address
                fleet.clusters[cluster].hosts[host].port = access.port
            }
        }
        return fleet
    }

    /// - Parameter isCancelled: asked now and then; once true, what is not known yet stays unknown.
    package init(
        for fleet: Fleet, _ options: Options, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) async {
        agent = options.agent
        let person = Person.current
        let hosts = fleet.clusters.flatMap(\.hosts)
        var asked: [Source: [SSHConfigQuery]] = [:]
        for host in hosts {
            if let source = Source(host, options) { asked[source, default: []].append(Self.query(host, options)) }
        }
        var answers: [Source: [SSHConfigQuery: Result<SSHSettings, SSHConfigResolver.Failure>]] = [:]
        var ignored: Set<String> = []
        for (source, queries) in asked {
            let report = await SSHConfigResolver(source.resolved, person: person).resolved(
                queries, isCancelled: isCancelled)
            answers[source] = report.settings
            for case .failure(.noSSH(let files)) in report.settings.values.prefix(1) { ignored.formUnion(files) }
        }
        if !ignored.isEmpty {
            warnings.append(
                "there is no ssh here to read ssh_config with; ignored: \(ignored.sorted().joined(separator: "; "))")
        }
        var ends: [Endpoint: String] = [:]
        var jumps: [(jump: ProxyJump, source: SSHConfigResolver.Source?)] = []
        var seen: Set<ProxyJump> = []
        for host in hosts {
            let source = Source(host, options)
            let answer = source.flatMap { answers[$0]?[Self.query(host, options)] }
            let access = Self.reach(host, options, source, answer, person)
            let endpoint = Endpoint(address: access.address, port: access.port, route: access.route)
            if let first = ends[endpoint], access.problem == nil {
                warnings.append("\(first) and \(host.name) both lead to \(access.address):\(access.port)")
            }
            ends[endpoint] = host.name
            byHost[Key(host)] = access
            if case .jump(let jump) = access.route, seen.insert(jump).inserted {
                jumps.append((jump, source?.resolved))
            }
        }
        let queries = jumps.flatMap { jump, source in
            source.map { source in
                jump.hops.map { BastionQuery(source: source, bastion: BastionAccess.query($0)) }
            } ?? []
        }
        let found = await SSHConfigResolver.bastions(Set(queries), person: person, isCancelled: isCancelled)
        for (jump, source) in jumps {
            let bastion = BastionAccess(
                jump, source: source, answers: found, agent: options.agent, person: person)
            bastions[jump] = bastion
            if let obstacle = bastion.obstacle {
                warnings.append("bastion \(jump.name): left to ssh, one process a host; \(obstacle)")
            }
        }
    }

    private struct Endpoint: Hashable {
        var address: String
        var port: UInt16
        var route: SSHRoute
    }

    private struct Source: Hashable {
        var resolved: SSHConfigResolver.Source

        /// Nil where there is no ssh_config for the host.
        init?(_ host: Host, _ options: Options) {
            switch options.sshConfig ?? host.sshConfig {
            case "none": return nil
            case nil: resolved = .standard
            case let path?: resolved = .file(path)
            }
        }
    }

    /// The address as the inventory has it is what a person would type behind ssh.
    private static func query(_ host: Host, _ options: Options) -> SSHConfigQuery {
        SSHConfigQuery(
            host: host.address, user: options.user ?? host.user, port: host.statesPort ? host.port : nil)
    }

    private static func reach(
        _ host: Host, _ options: Options, _ source: Source?,
        _ answer: Result<SSHSettings, SSHConfigResolver.Failure>?, _ person: Person
    ) -> HostAccess {
        var settings = SSHSettings(
            host: host.address, hostName: host.address, user: options.user ?? host.user ?? person.name, port: host.port)
        var problem = host.refusal.map { HostFailure.configuration($0, hint: "reach it by SSH, or leave it out") }
        switch answer {
        case .success(let found): settings = found
        case .failure(.refused(let words)): problem = problem ?? .configuration("ssh -G: \(words)")
        case .failure(.noSSH), nil: break
        }
        var access = HostAccess(of: settings, agent: options.agent)
        access.problem = problem
        access.origins = origins(host, options, settings, person)
        if let alias = host.hostKeyAlias { access.hostKeyAlias = alias }
        if let file = options.knownHostsFile ?? host.knownHostsFile {
            access.knownHostsFiles = [file]
            access.newKeysFile = file
        }
        if let file = host.identityFile {
            access.keys = .named([file])
        } else if !access.keys.files.isEmpty {
            access.origins.identityFiles = .sshConfig
        }
        if let limit = options.connectLimit { access.connectLimit = limit }
        do throws(HostFailure) {
            access.route = try route(host, options, settings, source)
        } catch {
            access.problem = access.problem ?? error
        }
        return access
    }

    /// ssh does not say which of its answers stand in a file: what differs from what it would say without one does.
    private static func origins(
        _ host: Host, _ options: Options, _ settings: SSHSettings, _ person: Person
    ) -> HostAccess.Origins {
        var origins = HostAccess.Origins()
        if settings.hostName != host.address { origins.address = .sshConfig }
        origins.port = host.statesPort ? .inventory : settings.port == host.port ? .usual : .sshConfig
        if options.user != nil {
            origins.user = .option
        } else if host.user != nil {
            origins.user = .inventory
        } else if settings.user != person.name {
            origins.user = .sshConfig
        }
        if options.proxyJump != nil {
            origins.route = .option
        } else if host.gateway != nil {
            origins.route = .inventory
        } else if settings.proxyJump != nil || settings.proxyTemplate != nil {
            origins.route = .sshConfig
        }
        if host.hostKeyAlias != nil {
            origins.hostKeyAlias = .inventory
        } else if settings.hostKeyAlias != nil {
            origins.hostKeyAlias = .sshConfig
        }
        if options.knownHostsFile != nil {
            origins.knownHostsFiles = .option
        } else if host.knownHostsFile != nil {
            origins.knownHostsFiles = .inventory
        } else if settings.userKnownHostsFiles != nil || settings.globalKnownHostsFiles != nil {
            origins.knownHostsFiles = .sshConfig
        }
        if host.identityFile != nil { origins.identityFiles = .inventory }
        if options.connectLimit != nil {
            origins.connectLimit = .option
        } else if settings.connectSeconds != nil {
            origins.connectLimit = .sshConfig
        }
        return origins
    }

    private static func route(
        _ host: Host, _ options: Options, _ settings: SSHSettings, _ source: Source?
    ) throws(HostFailure) -> SSHRoute {
        var configFile: String? = "none"
        if let source {
            if case .file(let path) = source.resolved { configFile = path } else { configFile = nil }
        }
        func jump(_ text: String) throws(HostFailure) -> SSHRoute {
            guard let jump = ProxyJump(text, configFile: configFile) else {
                throw .configuration("not a bastion to go through: \(text)")
            }
            return .jump(jump)
        }
        func command(_ template: String, _ command: String?) throws(HostFailure) -> SSHRoute {
            guard let command else {
                throw .configuration("the host's names cannot be put into the proxy command: \(template)")
            }
            return .command(ProxyCommand(template: template, command: command))
        }
        if let text = options.proxyJump { return text == "none" ? .direct : try jump(text) }
        switch host.gateway {
        case .some(.none): return .direct
        case .jump(let text): return try jump(text)
        case .command(let template): return try command(template, settings.expanded(command: template))
        case nil: break
        }
        if let text = settings.proxyJump { return try jump(text) }
        if let template = settings.proxyTemplate { return try command(template, settings.proxyCommand) }
        return .direct
    }
}

extension HostFailure {
    fileprivate static func configuration(
        _ detail: String,
        hint: String = "correct ssh_config or the inventory, or leave ssh_config out with --ssh-config none"
    ) -> HostFailure {
        HostFailure(phase: "configuration", reason: "sshConfigUnusable", detail: detail, hint: hint)
    }
}
