import ArgumentParser
import FleetSweep
import Hardening
import HostInventory
import SSH

/// How hosts are reached. An option wins over the inventory.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The account to sign in to.", valueName: "name"))
    var user: String?

    @OptionGroup var keys: KeyOptions

    @Option(help: ArgumentHelp("The known_hosts file to check host keys against.", valueName: "file"))
    var knownHosts: String?

    @Option(
        help: ArgumentHelp(
            "Read this file as ssh -F does, in place of ~/.ssh/config and /etc/ssh/ssh_config; none reads no file.",
            valueName: "file"))
    var sshConfig: String?

    @Option(
        help: ArgumentHelp(
            "Reach all hosts through these bastions, as ssh -J does; none reaches them directly.",
            valueName: "bastions"))
    var proxyJump: String?

    @Flag(
        help:
            "Trust the key of a host that known_hosts does not name, and record it there. A changed key is still refused."
    )
    var acceptNewHostKeys = false

    @Option(
        help: ArgumentHelp(
            "New attempts at a host that did not let itself be reached; never after a refused key.", valueName: "number"
        ))
    var retries = 2

    @Option(help: ArgumentHelp("Hosts under way at once.", valueName: "number"))
    var concurrency = 128

    @Option(help: ArgumentHelp("Of these, hosts of one cluster.", valueName: "number"))
    var perCluster = 4

    @Option(
        help: ArgumentHelp(
            "Of these, hosts behind one bastion or proxy command. (default: 64 behind a bastion that kubesweep logs in to, else 8)",
            valueName: "number"))
    var perBastion: Int?

    @Option(
        help: ArgumentHelp(
            "Connections begun in one second, once the rate has grown from 200 to this.",
            valueName: "number"))
    var connectionsPerSecond = 1000

    @Option(help: ArgumentHelp("Seconds to resolve a name.", valueName: "seconds"))
    var resolveSeconds = 5.0

    @Option(
        help: ArgumentHelp(
            "Seconds to connect. Default: ssh_config's ConnectTimeout, or 5.", valueName: "seconds"))
    var connectSeconds: Double?

    @Option(
        help: ArgumentHelp("Seconds to open the way through a bastion or proxy command.", valueName: "seconds"))
    var proxySeconds = 30.0

    @Option(help: ArgumentHelp("Seconds for banner and key exchange.", valueName: "seconds"))
    var handshakeSeconds = 15.0

    @Option(help: ArgumentHelp("Seconds to sign in.", valueName: "seconds"))
    var authenticationSeconds = 20.0

    @Option(help: ArgumentHelp("Seconds until the listing's first byte.", valueName: "seconds"))
    var commandSeconds = 10.0

    @Option(help: ArgumentHelp("Seconds from the listing's first byte to its last.", valueName: "seconds"))
    var outputSeconds = 20.0

    @Option(help: ArgumentHelp("Seconds for one host, all phases and attempts together.", valueName: "seconds"))
    var hostSeconds = 60.0

    @Option(
        help: ArgumentHelp(
            "Seconds for the whole sweep; what was not seen by then is reported so.", valueName: "seconds"))
    var deadlineSeconds: Double?

    mutating func validate() throws {
        let limits = [
            ("--resolve-seconds", resolveSeconds), ("--connect-seconds", connectSeconds ?? 1),
            ("--proxy-seconds", proxySeconds),
            ("--handshake-seconds", handshakeSeconds), ("--authentication-seconds", authenticationSeconds),
            ("--command-seconds", commandSeconds), ("--output-seconds", outputSeconds), ("--host-seconds", hostSeconds),
            ("--deadline-seconds", deadlineSeconds ?? 1),
        ]
        for (name, seconds) in limits where !(0.001...86_400).contains(seconds) {
            throw ValidationError("\(name) must be between 0.001 and 86400")
        }
        guard (1...100_000).contains(concurrency) else {
            throw ValidationError("--concurrency must be between 1 and 100000")
        }
        guard (1...100_000).contains(connectionsPerSecond) else {
            throw ValidationError("--connections-per-second must be between 1 and 100000")
        }
        guard (0...10).contains(retries) else { throw ValidationError("--retries must be between 0 and 10") }
        guard (1...100_000).contains(perBastion ?? 1) else {
            throw ValidationError("--per-bastion must be between 1 and 100000")
        }
        guard (1...100_000).contains(perCluster) else {
            throw ValidationError("--per-cluster must be between 1 and 100000")
        }
    }

    /// - Parameters:
    ///   - first: hosts that are talked to before others.
    ///   - remark: called with what a person should know of this machine and its settings.
    ///   - onHost: called as each host ends, with its cluster's name.
    func sweep(
        _ fleet: Fleet, first: Set<HostPlace>, judge: Judge, until end: SweepEnd, remark: (String) -> Void,
        onHost: (HostRecord, _ cluster: String) -> Void
    ) async throws(CommandFailure) -> [ClusterRecord] {
        let access = await FleetAccess(for: fleet, accessOptions) { end.cause != nil }
        let keyring = await keys.keyring(
            for: fleet, reachedBy: access, agentLimit: .seconds(authenticationSeconds),
            passphrases: try keys.passphrases(until: end), until: end)
        for warning in access.warnings + keyring.warnings { remark(warning) }
        // The runtime opens what its timers need with the first of them, and ends the program where it cannot: that is
        // to be before hosts take what there is.
        try? await Task.sleep(for: .nanoseconds(1))
        let ssh: SSHCapture
        do throws(SSHEngineError) {
            ssh = try SSHCapture(captureOptions, access: access, keyring: keyring, until: end)
        } catch {
            throw CommandFailure(.software, error.message)
        }
        if let complaint = ssh.complaint(about: min(concurrency, fleet.hostCount)) { remark(complaint) }
        for warning in ssh.lookUpWarnings(for: fleet) { remark(warning) }
        var options = sweepOptions
        options.first = first
        let fleet = access.applied(to: fleet)
        let sweep = Sweep(
            judge: judge, options: options, passage: { ssh.passage(of: $0) }, isOpen: { ssh.isOpen($0) }
        ) { host in
            await ssh.capture(host)
        }
        let alarm = alarm(for: end)
        var progress = Progress(total: fleet.hostCount)
        let clusters = await sweep.run(fleet, until: end) { host, cluster in
            progress.took(host)
            onHost(host, cluster)
        }
        progress.end()
        for warning in ssh.warnings { remark(warning) }
        alarm?.cancel()
        ssh.shutdown()
        return clusters
    }

    /// Ends the sweep at its deadline, where it has one.
    func alarm(for end: SweepEnd) -> Task<Void, any Error>? {
        deadlineSeconds.map { seconds in
            Task {
                try await Task.sleep(for: .seconds(seconds))
                let number = Int(exactly: seconds).map(String.init) ?? "\(seconds)"
                end.raise("the sweep's deadline of \(number) s was reached")
            }
        }
    }

    var sweepOptions: Sweep.Options {
        var options = Sweep.Options()
        options.concurrency = concurrency
        options.perCluster = perCluster
        return options
    }

    var accessOptions: FleetAccess.Options {
        var options = FleetAccess.Options()
        options.user = user
        options.knownHostsFile = knownHosts
        options.proxyJump = proxyJump
        options.sshConfig = sshConfig
        options.agent = keys.agent
        options.connectLimit = connectSeconds.map { .seconds($0) }
        return options
    }

    var captureOptions: SSHCapture.Options {
        var options = SSHCapture.Options()
        options.retry.limit = retries
        options.perPassage = perBastion
        options.hostKeyPolicy = acceptNewHostKeys ? .acceptNew : .strict
        options.limits.resolve = .seconds(resolveSeconds)
        options.limits.connect = .seconds(connectSeconds ?? 5)
        options.limits.proxy = .seconds(proxySeconds)
        options.limits.handshake = .seconds(handshakeSeconds)
        options.limits.authentication = .seconds(authenticationSeconds)
        options.limits.firstByte = .seconds(commandSeconds)
        options.limits.output = .seconds(outputSeconds)
        options.limits.host = .seconds(hostSeconds)
        options.limits.startsPerSecond = connectionsPerSecond
        options.limits.connecting = min(concurrency, options.limits.connecting)
        options.limits.connected = concurrency
        return options
    }
}
