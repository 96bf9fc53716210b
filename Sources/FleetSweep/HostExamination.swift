package import Hardening
package import HostInventory
package import SSH
import Synchronization

/// Finds out of each host how it would be reached, and tries it where that is asked for: everything but the command,
/// by the code that sweeps.
package struct HostExamination: Sendable {
    package struct Options: Sendable {
        package var sweep = Sweep.Options()
        package var limits = SSHLimits()
        package var hostKeyPolicy = HostKeyPolicy.strict
        /// An encrypted key will be unlocked in a sweep; nobody has been asked for its passphrase now.
        package var awaitsPassphrase = false

        package init() {}
    }

    private let options: Options
    private let ssh: SSHCapture
    private let end: SweepEnd
    private let lookup: AddressLookup

    package init(_ options: Options, _ ssh: SSHCapture, until end: SweepEnd) throws(SSHEngineError) {
        self.options = options
        self.ssh = ssh
        self.end = end
        lookup = try AddressLookup()
    }

    /// What would be used, in the order of the fleet. Names are looked up and nobody is connected to.
    package func settings(of fleet: Fleet) async -> [HostCheckup] {
        var wide = Sweep.Options()
        // As many as are looked up at a time.
        wide.concurrency = 8
        wide.perCluster = .max
        let silence = NameSilence()
        let found = await fleet.eachHost(wide, passage: { _ in nil }, onAnswer: { _, _ in }) { host, cluster in
            await settings(of: host, fleet.clusters[cluster].kubernetesVersion?.description, silence)
        }
        let byPlace = Dictionary(found.joined().map { ($0.place, $0) }) { first, _ in first }
        return fleet.clusters.flatMap(\.hosts).compactMap { byPlace[HostPlace(cluster: $0.cluster, host: $0.name)] }
    }

    /// Connects to every host and signs in, under a sweep's limits; one host's end is no other's.
    ///
    /// - Parameter onHost: called as each host ends, with whether it let in; one call at a time.
    package func tried(
        _ hosts: [HostCheckup], of fleet: Fleet, onHost: (Bool) -> Void = { _ in }
    ) async -> [HostCheckup] {
        let trials = await fleet.eachHost(
            options.sweep, passage: { ssh.passage(of: $0) }, isOpen: { [ssh] in ssh.isOpen($0) },
            onAnswer: { (answer: (place: HostPlace, trial: HostTrial), _: Int) in onHost(answer.trial.failure == nil) }
        ) { host, _ in
            (place: HostPlace(cluster: host.cluster, host: host.name), trial: await trial(of: host))
        }
        let byPlace = Dictionary(trials.joined().map { ($0.place, $0.trial) }) { first, _ in first }
        return hosts.map { host in
            var host = host
            host.trial = byPlace[host.place]
            return host
        }
    }

    private func settings(of host: Host, _ version: String?, _ silence: NameSilence) async -> HostCheckup {
        let plan = ssh.plan(host)
        let (access, origins) = (plan.access, plan.access.origins)
        let route: (HostCheckup.Way, String) =
            switch access.route {
            case .direct: (.direct, "direct")
            case .jump(let jump): (.bastion, jump.name)
            case .command(let command): (.command, command.template)
            }
        let connect = access.connectLimit ?? options.limits.connect
        var checkup = HostCheckup(
            cluster: host.cluster, name: host.name, address: Sourced(access.address, origins.address),
            port: Sourced(Int(access.port), origins.port), user: Sourced(access.user, origins.user), way: route.0,
            route: Sourced(route.1, origins.route),
            knownHostsFiles: Sourced(access.knownHostsFiles, origins.knownHostsFiles),
            connectSeconds: Sourced(connect / .seconds(1), origins.connectLimit))
        checkup.kubernetesVersion = version
        checkup.hostKeyAlias = access.hostKeyAlias.map { Sourced($0, origins.hostKeyAlias) }
        if options.hostKeyPolicy == .acceptNew {
            checkup.newKeys = Sourced(access.newKeysFile == nil ? .trusted : .recorded, .option)
            checkup.newKeysFile = access.newKeysFile
        }
        checkup.agent = Sourced(access.agent.path, access.agent.origin)
        checkup.isForced = host.forcedCommand
        checkup.leftToSSH = plan.leftToSSH
        checkup.notes = plan.notes
        checkup.problem = access.problem
        take(plan.keys, into: &checkup)
        if case .failure(let failure) = plan.knownHosts { checkup.problem = checkup.problem ?? failure }
        if access.problem == nil, access.route == .direct { await resolve(access, silence, into: &checkup) }
        if let cause = end.cause {
            checkup.notes.append("its host key was not looked up: \(cause)")
        } else if let trust = plan.trust {
            take(trust, into: &checkup)
        }
        return checkup
    }

    private func take(_ keys: Result<KeyOffer, HostFailure>, into checkup: inout HostCheckup) {
        switch keys {
        case .failure(let failure) where failure.reason == "keyLocked" && options.awaitsPassphrase:
            checkup.notes.append("\(failure.detail): it will be asked for")
        case .failure(let failure): checkup.problem = checkup.problem ?? failure
        case .success(let offer):
            checkup.keysOrigin = offer.origin
            checkup.keys = offer.identities.map(OfferedKey.init)
            let usable = offer.identities.filter { $0.unsupported == nil }
            if usable.isEmpty {
                checkup.problem =
                    checkup.problem
                    ?? HostFailure(
                        phase: "credentials", reason: SSHFailureReason.keyUnusable.rawValue,
                        detail: "the loaded libssh2 can offer none of its keys",
                        hint: SSHFailureReason.keyUnusable.hint)
            } else if usable.count > KeyOffers.limit {
                checkup.notes.append(
                    "\(usable.count) keys, of which only the first \(KeyOffers.limit) are offered: servers stop at 6 tries"
                )
            }
        }
    }

    private func take(_ trust: HostTrust, into checkup: inout HostCheckup) {
        checkup.hostKey = KnownHostKey(trust)
        let files = checkup.knownHostsFiles.value.joined(separator: ", ")
        func refuse(_ reason: SSHFailureReason, _ detail: String, _ hint: String? = nil) {
            checkup.problem =
                checkup.problem
                ?? HostFailure(
                    phase: SSHPhase.hostKey.rawValue, reason: reason.rawValue, detail: detail, hint: hint ?? reason.hint
                )
        }
        switch trust.state {
        case .known, .knownWithoutPort: break
        case .unknown where options.hostKeyPolicy == .acceptNew:
            let becomes = checkup.newKeysFile == nil ? "does not record it" : "records it"
            checkup.notes.append("its host key is not known; a sweep trusts the first that is shown and \(becomes)")
        case .unknown:
            refuse(
                .hostKeyUnknown, "no known_hosts line names \(trust.name) (\(files))",
                "verify the host's fingerprint on its console, then add its key to known_hosts; or trust the first key that is shown: --accept-new-host-keys"
            )
        case .revoked:
            refuse(.hostKeyRevoked, "every key that known_hosts has for \(trust.name) is marked @revoked (\(files))")
        case .authorityOnly:
            refuse(
                .hostKeyAuthorityUnsupported, "known_hosts knows \(trust.name) only through @cert-authority (\(files))")
        case .unsupportedType:
            let types = Set(trust.lines.map(\.type)).sorted().joined(separator: ", ")
            refuse(
                .algorithmsDoNotMatch,
                "known_hosts has only \(types) for \(trust.name), which libssh2 \(SSHLibrary.version) cannot verify",
                "add the host's ed25519 or ecdsa key after verifying it")
        }
    }

    private func resolve(_ access: HostAccess, _ silence: NameSilence, into checkup: inout HostCheckup) async {
        if end.cause != nil || silence.isAssumed {
            return checkup.notes.append(
                "its name was not looked up: \(end.cause ?? "the name service gave no answer again and again")")
        }
        switch await lookup.addresses(of: access.address, family: access.addressFamily, limit: options.limits.resolve) {
        case .success(let addresses):
            checkup.addresses = addresses
            silence.note(wasSilent: false)
        case .failure(let failure):
            silence.note(wasSilent: failure.reason == .timedOut)
            checkup.problem =
                checkup.problem
                ?? HostFailure(
                    phase: SSHPhase.resolve.rawValue, reason: failure.reason.rawValue, detail: failure.detail,
                    hint: failure.reason.hint)
        }
    }

    private func trial(of host: Host) async -> HostTrial {
        var trial = HostTrial()
        if let cause = end.cause {
            trial.attempts = 0
            trial.failure = HostFailure(
                phase: SSHPhase.waiting.rawValue, reason: SSHFailureReason.cancelled.rawValue,
                detail: "\(cause) before this host's turn", hint: SSHFailureReason.cancelled.hint)
            return trial
        }
        let asked: SSHCapture.Asked
        do throws(HostFailure) {
            asked = try await ssh.ask(host, nil)
        } catch {
            trial.attempts = 0
            trial.failure = error
            return trial
        }
        if case .failure(let failure) = asked.result { trial.failure = failure }
        let outcome = asked.outcome
        trial.attempts = asked.earlier.count + 1
        trial.hostKey = outcome.hostKey.map { "\($0.type) \($0.fingerprint)" }
        trial.hostKeyIsNew = outcome.hostKeyIsNew
        trial.key = outcome.identity.map(OfferedKey.init)
        trial.peerAddress = outcome.peerAddress
        trial.serverVersion = outcome.serverBanner
        trial.notes = asked.notes
        trial.times = HostTrial.Times(outcome.times)
        return trial
    }
}

/// A name service that answers nothing is not waited for once a host: after some names it is taken to be silent.
private final class NameSilence: Sendable {
    private static let limit = 16
    private let count = Mutex(0)

    var isAssumed: Bool { count.withLock { $0 >= Self.limit } }

    /// - Parameter wasSilent: an answer, also "no such name", sets the count back.
    func note(wasSilent: Bool) {
        count.withLock { count in count = wasSilent ? count + 1 : 0 }
    }
}

extension OfferedKey {
    init(_ identity: Identity) {
        self.init(
            type: identity.publicKey.type, fingerprint: identity.publicKey.fingerprint, name: identity.name,
            isInAgent: identity.isInAgent, limitation: identity.unsupported ?? identity.limitation)
    }
}

extension KnownHostKey {
    fileprivate init(_ trust: HostTrust) {
        func lines(_ lines: [HostTrust.Line], isRevoked: Bool) -> [Line] {
            lines.map {
                Line(type: $0.type, fingerprint: $0.fingerprint, file: $0.file, line: $0.line, isRevoked: isRevoked)
            }
        }
        self.init(
            name: trust.name, state: trust.state.rawValue,
            lines: lines(trust.lines, isRevoked: false) + lines(trust.revoked, isRevoked: true))
    }
}

extension HostTrial.Times {
    fileprivate init(_ times: PhaseTimes) {
        func microseconds(_ time: Duration) -> Int { Int(time / .microseconds(1)) }
        self.init()
        resolve = microseconds(times.resolve)
        proxy = microseconds(times.proxy)
        connect = microseconds(times.connect)
        handshake = microseconds(times.handshake)
        authenticate = microseconds(times.authenticate)
        total = microseconds(times.total)
    }
}
