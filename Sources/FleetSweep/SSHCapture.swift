import Glibc
package import Hardening
package import HostInventory
import ProcessTable
package import SSH
import Synchronization

/// Asks hosts for their process table over SSH. Keys and known hosts are read once each, whatever the number of hosts
/// that use them.
package final class SSHCapture: Sendable {
    package struct Options: Sendable {
        /// Each wins over the inventory where it is given.
        package var user: String?
        package var identityFile: String?
        package var knownHostsFile: String?
        package var hostKeyPolicy = HostKeyPolicy.strict
        package var limits = SSHLimits()
        /// Threads that talk to hosts.
        package var lanes = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

        package init() {}
    }

    private let engine: SSHEngine
    private let end: SweepEnd
    private let options: Options
    private let home = getenv("HOME").map { String(cString: $0) }
    private let keys = Mutex<[String: Result<PrivateKey, HostFailure>]>([:])
    private let knownHosts = Mutex<[[String]: Result<KnownHosts, HostFailure>]>([:])
    private let lastID = Mutex(0)

    /// - Parameter end: when it is raised, every host still being talked to is given up.
    package init(_ options: Options, until end: SweepEnd) throws(SSHEngineError) {
        let engine = try SSHEngine(lanes: options.lanes, limits: options.limits, hostKeyPolicy: options.hostKeyPolicy)
        self.engine = engine
        self.end = end
        self.options = options
        end.onRaise { engine.cancelAll(reason: end.cause ?? "the sweep was ended") }
    }

    package func shutdown() { engine.shutdown() }

    /// Lines of known_hosts files that were passed over, each with its place: one may have been meant to revoke a key.
    package var warnings: [String] {
        let indexes = knownHosts.withLock { $0.values.compactMap { try? $0.get() } }
        return Set(
            indexes.flatMap { index in
                let told = index.skippedLines.map { "\($0.file):\($0.line): line passed over, \($0.reason)" }
                let untold = index.skippedCount - index.skippedLines.count
                return untold > 0 ? told + ["\(index.firstFile): and \(untold) more lines passed over"] : told
            }
        ).sorted()
    }

    package func capture(_ host: Host) async -> Capture {
        let target: SSHTarget
        do throws(HostFailure) {
            target = try self.target(host)
        } catch {
            return Capture(.failure(error))
        }
        let outcome = await withCheckedContinuation { continuation in
            engine.submit(target) { continuation.resume(returning: $0) }
            // An end raised just before the submission has cancelled only what was under way then.
            if end.cause != nil { engine.cancel(id: target.id) }
        }
        let notes = noteNewKey(outcome, of: host)
        switch outcome.result {
        case .failure(let failure): return Capture(.failure(HostFailure(failure)), notes: notes)
        case .success(let output):
            let isOrderly =
                output.sawEOF && output.sawClose && output.exitStatus == 0 && output.exitSignal == nil && !output.isCut
            let listing = CapturedListing(
                bytes: output.stdout,
                origin: host.forcedCommand ? .forcedCommand(orderlyClose: isOrderly) : .remoteCommand,
                hostKey: outcome.hostKey.map { "\($0.type) \($0.fingerprint)" }, complaint: output.stderr,
                isCut: output.isCut, milliseconds: Int(outcome.times.total / .milliseconds(1)))
            return Capture(.success(listing), notes: notes)
        }
    }

    private func target(_ host: Host) throws(HostFailure) -> SSHTarget {
        var usable: [PrivateKey] = []
        for path in identityFiles(host) { usable.append(try key(path)) }
        if usable.isEmpty {
            throw HostFailure(
                phase: "credentials", reason: "keyUnusable", detail: "no private key is given and none is in ~/.ssh",
                hint: "name one with --identity or identity_file in the inventory")
        }
        let id = lastID.withLock { id in
            id += 1
            return id
        }
        return SSHTarget(
            id: id, knownHostsName: host.address, address: host.address, port: host.port, user: user(host),
            identities: usable.map(Identity.init), knownHosts: try index(knownHostsFiles(host)),
            // A pinned account runs its own command whatever is asked for.
            command: host.forcedCommand ? "ps -ef" : RemoteCommand.listing)
    }

    private func user(_ host: Host) -> String {
        if let user = options.user ?? host.user { return user }
        guard let entry = getpwuid(getuid()) else { return "root" }
        return String(cString: entry.pointee.pw_name)
    }

    private func identityFiles(_ host: Host) -> [String] {
        if let file = options.identityFile ?? host.identityFile { return [file] }
        guard let home else { return [] }
        return ["id_ed25519", "id_ecdsa", "id_rsa"].map { "\(home)/.ssh/\($0)" }.filter { access($0, R_OK) == 0 }
    }

    private func knownHostsFiles(_ host: Host) -> [String] {
        if let file = options.knownHostsFile ?? host.knownHostsFile { return [file] }
        let user = home.map { ["\($0)/.ssh/known_hosts"] } ?? []
        return user + ["/etc/ssh/ssh_known_hosts"]
    }

    private func key(_ path: String) throws(HostFailure) -> PrivateKey {
        let result = keys.withLock { keys in
            if let known = keys[path] { return known }
            let read = Result { () throws(HostFailure) in
                do throws(PrivateKeyError) {
                    return try PrivateKey(path: path)
                } catch {
                    throw HostFailure(
                        phase: "credentials", reason: "keyUnusable", detail: error.message, hint: error.hint)
                }
            }
            keys[path] = read
            return read
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
        let entry = KnownHostsFile.Entry(name: host.address, port: host.port, key: key)
        let path = knownHostsFiles(host)[0]
        do throws(KnownHostsError) {
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
