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
        /// Hosts under way behind one bastion or proxy command; nil for as many as suits the way (`Passage`).
        package var perPassage: Int?
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
        let asked: Asked
        do throws(HostFailure) {
            // A pinned account runs its own command whatever is asked for.
            asked = try await ask(host, host.forcedCommand ? "ps -ef" : RemoteCommand.listing)
        } catch {
            return Capture(.failure(error), attempts: 0)
        }
        var notes = asked.notes
        switch asked.result {
        case .failure(let failure): return Capture(.failure(failure), notes: notes, attempts: asked.earlier.count + 1)
        case .success(let output):
            let isOrderly =
                output.sawEOF && output.sawClose && output.exitStatus == 0 && output.exitSignal == nil && !output.isCut
            let listing = CapturedListing(
                bytes: output.stdout,
                origin: host.forcedCommand ? .forcedCommand(orderlyClose: isOrderly) : .remoteCommand,
                hostKey: asked.outcome.hostKey.map { "\($0.type) \($0.fingerprint)" }, complaint: output.stderr,
                isCut: output.isCut, milliseconds: Int(asked.outcome.times.total / .milliseconds(1)),
                hold: asked.outcome.hold)
            if !asked.earlier.isEmpty {
                let ends = asked.earlier.map { "\($0.reason.rawValue) (\($0.phase.rawValue))" }.joined(separator: ", ")
                notes.append("answered at attempt \(asked.earlier.count + 1), after \(ends)")
            }
            return Capture(.success(listing), notes: notes, attempts: asked.earlier.count + 1)
        }
    }

    /// How one host answered, all attempts together.
    struct Asked {
        var outcome: SSHOutcome
        /// The last attempt's, with what is to be said of those before.
        var result: Result<CommandOutput, HostFailure>
        var earlier: [SSHFailure]
        var notes: [String]
    }

    /// Asks again where that can help. Throws where something here is missing, and nothing was sent.
    ///
    /// - Parameter command: nil for none: it ends with the sign-in.
    func ask(_ host: Host, _ command: String?) async throws(HostFailure) -> Asked {
        let plan = plan(host)
        var target = try plan.target(id: nextID(), command: command)
        target.identities = memory.ordered(target.identities, cluster: host.cluster, user: target.user)
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
        let notes = plan.notes + noteNewKey(outcome, of: host)
        let result = outcome.result.mapError { failure in
            var failure = failure
            switch earlier.count {
            case 0: break
            case 1: failure.detail += "; tried twice"
            default: failure.detail += "; tried \(earlier.count + 1) times"
            }
            return HostFailure(failure)
        }
        return Asked(outcome: outcome, result: result, earlier: earlier, notes: notes)
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

    /// What leads to a host; nil where it is reached directly.
    package func passage(of host: Host) -> Passage? {
        let route = access[host].route
        guard let name = route.gateway else { return nil }
        if let places = options.perPassage { return Passage(name: name, places: places) }
        let isOwn = if case .jump = route { plan(host).leftToSSH == nil } else { false }
        return Passage(name: name, places: isOwn ? Passage.ownSessionPlaces : Passage.programPlaces)
    }

    /// Whether hosts get through now, as far as is known.
    package func isOpen(_ passage: Passage) -> Bool { engine.isOpen(passage.name) }

    /// What would be used for a host.
    package func plan(_ host: Host) -> HostPlan {
        let access = access[host]
        var plan = HostPlan(access: access, keys: keyring.offer(for: host), knownHosts: index(access.knownHostsFiles))
        if case .jump(let jump) = access.route {
            plan.bastions = bastions(of: jump)
            plan.onlyForSSH = self.access.bastions[jump]?.obstacle
        }
        return plan
    }

    /// The targets that the jump leads through; empty where ssh has to log in.
    private func bastions(of jump: ProxyJump) -> Result<[SSHTarget], HostFailure> {
        bastions.withLock { known in
            if let found = known[jump] { return found }
            let made = Result { () throws(HostFailure) in
                guard let bastion = access.bastions[jump] else { return [SSHTarget]() }
                return try bastion.targets({ keyring.identities(forBastion: $0) ?? [] }) {
                    files throws(HostFailure) in try index(files).get()
                }
            }
            known[jump] = made
            return made
        }
    }

    private func index(_ files: [String]) -> Result<KnownHosts, HostFailure> {
        knownHosts.withLock { indexes in
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
    init(_ failure: SSHFailure) {
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
