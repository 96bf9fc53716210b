import Glibc
package import Hardening
package import HostInventory
import ProcessTable
package import SSH
import Synchronization

/// Asks hosts for their process table over SSH, again where that can help. Known hosts are read once each, whatever the
/// number of hosts that use them.
package final class SSHCapture: Sendable {
    package struct Options: Sendable {
        package var hostKeyPolicy = HostKeyPolicy.strict
        package var limits = SSHLimits()
        package var retry = Retry()
        /// Threads that talk to hosts.
        package var lanes = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

        package init() {}
    }

    private let engine: SSHEngine
    private let end: SweepEnd
    private let options: Options
    private let access: FleetAccess
    private let keyring: Keyring
    private let memory = KeyMemory()
    private let knownHosts = Mutex<[[String]: Result<KnownHosts, HostFailure>]>([:])
    private let bastions = Mutex<[ProxyJump: Result<[SSHTarget], HostFailure>]>([:])
    private let lastID = Mutex(0)

    /// - Parameter end: when it is raised, every host still being talked to is given up.
    package init(
        _ options: Options, access: FleetAccess, keyring: Keyring, until end: SweepEnd
    ) throws(SSHEngineError) {
        let engine = try SSHEngine(lanes: options.lanes, limits: options.limits, hostKeyPolicy: options.hostKeyPolicy)
        self.engine = engine
        self.end = end
        self.options = options
        self.keyring = keyring
        self.access = access
        end.onRaise { engine.cancelAll(reason: end.cause ?? "the sweep was ended") }
    }

    package func shutdown() { engine.shutdown() }

    /// Why not so many hosts can be under way at once; nil where they can.
    package func complaint(about hosts: Int) -> String? { engine.complaint(about: hosts) }

    /// Lines of known_hosts files that were passed over, each with its place: one may have been meant to revoke a key.
    package var warnings: [String] {
        let indexes = knownHosts.withLock { $0.values.compactMap { try? $0.get() } }
        let passedOver = Set(
            indexes.flatMap { index in
                let told = index.skippedLines.map { "\($0.file):\($0.line): line passed over, \($0.reason)" }
                let untold = index.skippedCount - index.skippedLines.count
                return untold > 0 ? told + ["\(index.firstFile): and \(untold) more lines passed over"] : told
            }
        ).sorted()
        return passedOver + engine.bastionNotes.sorted()
    }

    package func capture(_ host: Host) async -> Capture {
        var target: SSHTarget
        var notes: [String]
        do throws(HostFailure) {
            (target, notes) = try self.target(host)
        } catch {
            return Capture(.failure(error), attempts: 0)
        }
        var earlier: [SSHFailure] = []
        var spent = Duration.zero
        var outcome = await outcome(of: target)
        while case .failure(let failure) = outcome.result,
            options.retry.isWorthwhile(after: failure, attempts: earlier.count + 1)
        {
            let pause = options.retry.pause(attempts: earlier.count + 1)
            spent += outcome.times.total - outcome.times.held + pause
            guard spent < options.limits.host, await end.waits(pause) else { break }
            earlier.append(failure)
            target.id = nextID()
            target.timeLimit = options.limits.host - spent
            outcome = await self.outcome(of: target)
        }
        if let identity = outcome.identity { memory.note(identity, cluster: host.cluster, user: target.user) }
        notes += noteNewKey(outcome, of: host)
        switch outcome.result {
        case .failure(var failure):
            switch earlier.count {
            case 0: break
            case 1: failure.detail += "; tried twice"
            default: failure.detail += "; tried \(earlier.count + 1) times"
            }
            return Capture(.failure(HostFailure(failure)), notes: notes, attempts: earlier.count + 1)
        case .success(let output):
            let isOrderly =
                output.sawEOF && output.sawClose && output.exitStatus == 0 && output.exitSignal == nil && !output.isCut
            let listing = CapturedListing(
                bytes: output.stdout,
                origin: host.forcedCommand ? .forcedCommand(orderlyClose: isOrderly) : .remoteCommand,
                hostKey: outcome.hostKey.map { "\($0.type) \($0.fingerprint)" }, complaint: output.stderr,
                isCut: output.isCut, milliseconds: Int(outcome.times.total / .milliseconds(1)), hold: outcome.hold)
            if !earlier.isEmpty {
                let ends = earlier.map { "\($0.reason.rawValue) (\($0.phase.rawValue))" }.joined(separator: ", ")
                notes.append("answered at attempt \(earlier.count + 1), after \(ends)")
            }
            return Capture(.success(listing), notes: notes, attempts: earlier.count + 1)
        }
    }

    private func outcome(of target: SSHTarget) async -> SSHOutcome {
        await withCheckedContinuation { continuation in
            engine.submit(target) { continuation.resume(returning: $0) }
            // An end raised just before the submission has cancelled only what was under way then.
            if end.cause != nil { engine.cancel(id: target.id) }
        }
    }

    private func nextID() -> Int {
        lastID.withLock { id in
            id += 1
            return id
        }
    }

    private func target(_ host: Host) throws(HostFailure) -> (SSHTarget, notes: [String]) {
        let access = access[host]
        if let problem = access.problem { throw problem }
        let (identities, notes) = try keyring.identities(for: host)
        var target = SSHTarget(
            id: nextID(), knownHostsName: access.address, address: access.address, port: access.port,
            user: access.user, identities: memory.ordered(identities, cluster: host.cluster, user: access.user),
            knownHosts: try index(access.knownHostsFiles),
            // A pinned account runs its own command whatever is asked for.
            command: host.forcedCommand ? "ps -ef" : RemoteCommand.listing)
        target.route = access.route
        if case .jump(let jump) = access.route { target.bastions = try bastions(of: jump) }
        target.hostKeyAlias = access.hostKeyAlias
        target.connectLimit = access.connectLimit
        target.addressFamily = access.addressFamily
        return (target, access.notes + notes)
    }

    /// The targets that the jump leads through; empty where ssh has to log in.
    private func bastions(of jump: ProxyJump) throws(HostFailure) -> [SSHTarget] {
        let result = bastions.withLock { known in
            if let found = known[jump] { return found }
            let made = Result { () throws(HostFailure) in
                guard let bastion = access.bastions[jump] else { return [SSHTarget]() }
                return try bastion.targets({ keyring.identities(forBastion: $0) ?? [] }, index)
            }
            known[jump] = made
            return made
        }
        return try result.get()
    }

    private func index(_ files: [String]) throws(HostFailure) -> KnownHosts {
        let result = knownHosts.withLock { indexes in
            if let known = indexes[files] { return known }
            let read = Result { () throws(HostFailure) in
                do throws(KnownHostsError) {
                    return try KnownHosts(files: files)
                } catch {
                    throw HostFailure(
                        phase: "credentials", reason: "knownHostsUnreadable", detail: error.words,
                        hint: "make the file readable or name another with --known-hosts")
                }
            }
            indexes[files] = read
            return read
        }
        return try result.get()
    }

    /// Records a key that was accepted on first use, and says so.
    private func noteNewKey(_ outcome: SSHOutcome, of host: Host) -> [String] {
        guard outcome.hostKeyIsNew, let key = outcome.hostKey else { return [] }
        let access = access[host]
        let alias = access.hostKeyAlias
        let entry = KnownHostsFile.Entry(
            name: alias ?? access.address, port: alias == nil ? access.port : 22, key: key)
        do throws(KnownHostsError) {
            guard let path = access.knownHostsFiles.first else { throw .cannotWrite("there is no known_hosts file") }
            try KnownHostsFile.append([entry], to: path)
            return ["its host key \(key.type) \(key.fingerprint) was not known and is now in \(path)"]
        } catch {
            return [
                "its host key \(key.type) \(key.fingerprint) was not known and could not be recorded: \(error.words)"
            ]
        }
    }
}

extension HostFailure {
    fileprivate init(_ failure: SSHFailure) {
        self.init(
            phase: failure.phase.rawValue, reason: failure.reason.rawValue, detail: failure.detail, hint: failure.hint)
    }
}

extension HostFailure: Error {}

extension KnownHostsError {
    fileprivate var words: String {
        switch self {
        case .cannotRead(let detail), .cannotWrite(let detail): detail
        case .unusableName(let name): "known_hosts cannot hold the name \(name)"
        }
    }
}
