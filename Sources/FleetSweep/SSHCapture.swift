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
        /// Threads that talk to hosts; nil for as many as `limits` need.
        package var lanes: Int?

        package init() {}

        /// One for each thousand connections a second, which take most of a core; at most one a core. Where one will do,
        /// two cost a tenth more CPU: each is woken for less, and they take turns with what they share.
        package var laneCount: Int {
            let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
            return lanes ?? min(cores, max(1, (limits.startsPerSecond - 1) / 1000 + 1))
        }
    }

    private let engine: SSHEngine
    private let end: SweepEnd
    private let options: Options
    private let access: FleetAccess
    private let keyring: Keyring
    private let memory = KeyMemory()
    private let knownHosts = Mutex<[[String]: Result<KnownHosts, HostFailure>]>([:])
    private let bastions = Mutex<[ProxyJump: Result<[SSHTarget], HostFailure>]>([:])
    private let reasonsForSSH = Mutex<[ProxyJump: String?]>([:])
    /// Files that others have held locked for as long as anybody waits for them.
    private let lockedFiles = Mutex<Set<String>>([])
    private let lastID = Mutex(0)

    /// - Parameter end: when it is raised, every host still being talked to is given up.
    package init(
        _ options: Options, access: FleetAccess, keyring: Keyring, until end: SweepEnd
    ) throws(SSHEngineError) {
        let engine = try SSHEngine(
            lanes: options.laneCount, limits: options.limits, hostKeyPolicy: options.hostKeyPolicy)
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
        let notes = plan.notes + (await noteNewKey(outcome, plan.access))
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
        // Looking a host up among very many hashed names takes its time, and others wait for this thread.
        if let cause = end.cause {
            return SSHOutcome(
                id: target.id, result: .failure(SSHFailure(phase: .waiting, reason: .cancelled, detail: cause)))
        }
        return await withCheckedContinuation { continuation in
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
        let isOwn = if case .jump(let jump) = route { leftToSSH(jump) == nil } else { false }
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
            plan.leftToSSH = leftToSSH(jump)
        }
        return plan
    }

    /// Why ssh logs in to the bastion, with a process a host; nil where the engine does. Found out once for all hosts
    /// behind it.
    private func leftToSSH(_ jump: ProxyJump) -> String? {
        reasonsForSSH.withLock { known in
            if let reason = known[jump] { return reason }
            if let cause = end.cause { return cause }
            let reason =
                access.bastions[jump]?.obstacle
                ?? (try? bastions(of: jump).get())?.lazy.compactMap(\.obstacleAsBastion).first
            known[jump] = .some(reason)
            return reason
        }
    }

    /// Where looking hosts up among hashed names takes long. Reads known_hosts.
    package func lookUpWarnings(for fleet: Fleet) -> [String] {
        var hosts: [[String]: Int] = [:]
        for host in fleet.clusters.flatMap(\.hosts) { hosts[access[host].knownHostsFiles, default: 0] += 1 }
        return hosts.compactMap { files, count in
            guard let hashed = try? index(files).get().hashedCount,
                let remark = KnownHostsCheckup.remark(hosts: count, hashedNames: hashed)
            else { return nil }
            return "\(files.joined(separator: ", ")): \(remark)"
        }.sorted()
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

    /// For a file that another program has locked.
    private static let lockPatience = Duration.seconds(2)

    /// Records a key that was accepted on first use, and says so.
    private func noteNewKey(_ outcome: SSHOutcome, _ access: HostAccess) async -> [String] {
        guard outcome.hostKeyIsNew, let key = outcome.hostKey else { return [] }
        let words = "its host key \(key.type) \(key.fingerprint) was not known and"
        guard let path = access.newKeysFile else {
            return ["\(words) is not recorded: the user's known_hosts file is turned off (UserKnownHostsFile)"]
        }
        let alias = access.hostKeyAlias
        let entry = KnownHostsFile.Entry(
            name: alias ?? access.address, port: alias == nil ? access.port : 22, key: key)
        do throws(KnownHostsError) {
            try await record(entry, in: path)
            return ["\(words) is now in \(path)"]
        } catch {
            return ["\(words) could not be recorded: \(error.words)"]
        }
    }

    /// Waits without holding a thread, once for each file, and not beyond the sweep's end.
    private func record(_ entry: KnownHostsFile.Entry, in path: String) async throws(KnownHostsError) {
        let deadline = ContinuousClock.now + Self.lockPatience
        while true {
            do throws(KnownHostsError) {
                // One after the other, or hosts of this sweep would find the file locked by each other.
                return try lockedFiles.withLock { _ throws(KnownHostsError) in
                    try KnownHostsFile.append([entry], to: path)
                }
            } catch {
                guard case .locked = error, !lockedFiles.withLock({ $0.contains(path) }) else { throw error }
                guard ContinuousClock.now < deadline, await end.waits(.milliseconds(50)) else {
                    lockedFiles.withLock { _ = $0.insert(path) }
                    throw error
                }
            }
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
        case .locked(let path): "\(path): another program has locked it"
        case .unusableName(let name): "known_hosts cannot hold the name \(name)"
        }
    }
}
