import FleetSweep
import Hardening
import HostInventory
import SSH

/// Everything that `doctor` looks at, with a sweep's own options.
struct Checkup {
    let connections: ConnectionOptions
    let isTried: Bool
    let end: SweepEnd

    /// - Parameter inventory: goes with the fleet.
    func run(
        _ fleet: Fleet?, tool: ToolIdentity, policy: PolicyIdentity, checks: Int, inventory: InventoryIdentity?
    ) async throws(CommandFailure) -> (items: [HealthItem], fleet: FleetCheckup?) {
        let machine = MachineCheckup(machineOptions)
        do throws(SSHEngineError) {
            try SSHLibrary.initialise()
        } catch {
            throw CommandFailure(.software, error.message)
        }
        var items = machine.items(tool: tool, policy: policy, checks: checks)
        var access: FleetAccess?
        if let fleet { access = await FleetAccess(for: fleet, connections.accessOptions) { end.cause != nil } }
        let keys = connections.keys
        let hosts = fleet?.clusters.flatMap(\.hosts) ?? []
        let sockets = access.map { access in hosts.map { access[$0].agent }.uniqued } ?? []
        let agents = await AgentCheckup.all(
            of: sockets.isEmpty ? [AgentSocket(option: keys.agent)] : sockets,
            limit: .seconds(connections.authenticationSeconds))
        items += agents.map(\.item)
        var named = keys.identity
        if named.isEmpty, let access { named = hosts.flatMap { access[$0].keys.files }.uniqued }
        items += KeyFileCheckup.items(
            named, held: agents.flatMap(\.keys), hasPassphrase: keys.passphraseFd != nil)
        let known = access.map { access in hosts.flatMap { access[$0].knownHostsFiles } }
        items += KnownHostsCheckup.items(
            known?.uniqued ?? connections.knownHosts.map { [$0] },
            hosts: Dictionary((known ?? []).map { ($0, 1) }, uniquingKeysWith: +))
        guard let fleet, let access, let inventory else { return (items, nil) }
        return (items, try await checkup(of: fleet, access, inventory))
    }

    private func checkup(
        of fleet: Fleet, _ access: FleetAccess, _ inventory: InventoryIdentity
    ) async throws(CommandFailure) -> FleetCheckup {
        let isGiven = connections.keys.passphraseFd != nil
        let keyring = await connections.keys.keyring(
            for: fleet, reachedBy: access, agentLimit: .seconds(connections.authenticationSeconds),
            passphrases: isTried || isGiven ? try connections.keys.passphrases(until: end) : .none,
            until: end)
        for warning in access.warnings + keyring.warnings { Console.talk(warning) }
        let options = connections.captureOptions
        let fleet = access.applied(to: fleet)
        do throws(SSHEngineError) {
            let ssh = try SSHCapture(options, access: access, keyring: keyring, until: end)
            defer { ssh.shutdown() }
            var examining = HostExamination.Options()
            examining.sweep = connections.sweepOptions
            examining.limits = options.limits
            examining.hostKeyPolicy = options.hostKeyPolicy
            examining.awaitsPassphrase = !isTried && !isGiven
            let examination = try HostExamination(examining, ssh, until: end)
            var hosts = await examination.settings(of: fleet)
            if isTried {
                let alarm = connections.alarm(for: end)
                var progress = Progress(total: hosts.count, missing: "not reached")
                hosts = await examination.tried(hosts, of: fleet) { progress.took(isSeen: $0) }
                progress.end()
                alarm?.cancel()
            }
            return FleetCheckup(
                inventory: inventory, limits: options.limits.named, hosts: hosts, isTried: isTried)
        } catch {
            throw CommandFailure(.software, error.message)
        }
    }

    private var machineOptions: MachineCheckup.Options {
        var options = MachineCheckup.Options()
        options.concurrency = connections.concurrency
        options.limits = connections.captureOptions.limits
        options.lanes = connections.captureOptions.laneCount
        return options
    }
}

extension SSHLimits {
    /// Those that an option sets for all hosts.
    fileprivate var named: [FleetCheckup.TimeLimit] {
        [
            .init("resolve", seconds: resolve / .seconds(1)), .init("proxy", seconds: proxy / .seconds(1)),
            .init("handshake", seconds: handshake / .seconds(1)),
            .init("authentication", seconds: authentication / .seconds(1)),
            .init("command", seconds: firstByte / .seconds(1)), .init("output", seconds: output / .seconds(1)),
            .init("host", seconds: host / .seconds(1)),
        ]
    }
}
