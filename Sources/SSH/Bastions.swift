import ChildProcess
import Glibc
import Synchronization

/// One connection to each bastion for the whole run, which all hosts behind it share: the bastion sees one login.
///
/// The system's ssh makes it (ControlMaster) and runs on as a process of its own. Each host's way is then a small ssh
/// that asks this one for a forwarding. Where no host asks for a while it ends by itself, also when this program was
/// killed and could not end it.
final class Bastions: Sendable {
    typealias Answer = Result<BastionSocket, SSHFailure>

    private enum Stand: Sendable {
        case closed
        case opening([@Sendable (Answer) -> Void])
        case open(BastionSocket, since: Instant)
        /// Its hosts fail at once; where it refuses the login, for the rest of the run.
        case down(SSHFailure, isFinal: Bool)
    }

    private struct Record: Sendable {
        var stand = Stand.closed
        /// Trips over logins that fail, and connections that do not last.
        var breaker = Breaker.forLogins

        /// The connection has ended by itself.
        mutating func lost(since: Instant, name: String, now: Instant) {
            stand = .closed
            // Without effect where it had served somebody.
            breaker.failed(begin: since, now: now)
            guard breaker.isResting else { return }
            let failure = SSHFailure(
                phase: .proxy, reason: .bastionUnreachable,
                detail: "bastion \(PeerText.printable(name.utf8)): ssh logged in, and its connection ended at once")
            stand = .down(failure, isFinal: false)
        }
    }

    private struct State: Sendable {
        var records: [ProxyJump: Record] = [:]
        /// Made with the first bastion.
        var folder: String?
        var count = 0
        var isStopped = false
    }

    private let connectLimit: Duration
    private let work = BackgroundWork(threadLimit: 16)
    private let state = Mutex(State())

    init(connectLimit: Duration) { self.connectLimit = connectLimit }

    /// `callback` runs at once where the bastion's connection stands or the bastion is given up, else on a thread of
    /// its own.
    func reach(_ jump: ProxyJump, callback: @escaping @Sendable (Answer) -> Void) {
        enum Turn {
            case answer(Answer)
            case wait
            case open
        }
        let turn = state.withLock { state -> Turn in
            if state.isStopped { return .answer(.failure(Self.stopped)) }
            var record = state.records[jump] ?? Record()
            defer { state.records[jump] = record }
            let now = MonotonicTime.now
            if case .open(let socket, let since) = record.stand, !socket.isAlive {
                record.lost(since: since, name: jump.name, now: now)
            }
            switch record.stand {
            case .open(let socket, _): return .answer(.success(socket))
            case .down(let failure, let isFinal) where isFinal || !record.breaker.admits(now: now):
                return .answer(.failure(failure))
            case .opening(let callbacks):
                record.stand = .opening(callbacks + [callback])
                return .wait
            case .down, .closed:
                record.stand = .opening([callback])
                return .open
            }
        }
        switch turn {
        case .answer(let answer): callback(answer)
        case .wait: break
        case .open:
            guard jump.hops.count > 1 else { return work.run { self.open(jump, through: nil) } }
            let outer = ProxyJump(hops: jump.hops.dropLast(), configFile: jump.configFile)
            reach(outer) { answer in
                switch answer {
                case .failure(let failure):
                    // The outer one is tried again by itself.
                    let trouble = Trouble(failure: failure, weight: Breaker.forLogins.limit)
                    self.note(trouble, of: jump, begin: MonotonicTime.now)
                    self.settle(jump, .failure(trouble))
                case .success(let socket): self.work.run { self.open(jump, through: socket) }
                }
            }
        }
    }

    /// A host was asked for through it, and an answer came.
    func worked(_ jump: ProxyJump, now: Instant) {
        state.withLock { state in
            if case .open = state.records[jump]?.stand { state.records[jump]?.breaker.worked(now: now) }
        }
    }

    private static let stopped = SSHFailure(phase: .proxy, reason: .cancelled, detail: "the engine was shut down")

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func settle(_ jump: ProxyJump, _ result: Result<BastionSocket, Trouble>) {
        let callbacks = state.withLock { state -> [@Sendable (Answer) -> Void]? in
            guard case .opening(let callbacks) = state.records[jump]?.stand else { return nil }
            switch result {
            case .success(let socket): state.records[jump]?.stand = .open(socket, since: MonotonicTime.now)
            case .failure(let trouble):
                state.records[jump]?.stand = .down(trouble.failure, isFinal: trouble.isFinal)
            }
            return callbacks
        }
        if callbacks == nil, case .success(let socket) = result {
            // Everything was ended while it logged in.
            socket.close()
        }
        for callback in callbacks ?? [] { callback(result.mapError(\.failure)) }
    }

    /// Tries as often as the breaker lets, with pauses of random length.
    private func open(_ jump: ProxyJump, through outer: BastionSocket?) {
        while true {
            let begin = MonotonicTime.now
            let attempt = (state.withLock { $0.records[jump]?.breaker.failures } ?? 0) + 1
            let result = open(jump, through: outer, attempt: attempt)
            guard case .failure(let trouble) = result, let pause = note(trouble, of: jump, begin: begin) else {
                return settle(jump, result)
            }
            let end = MonotonicTime.now &+ pause
            while MonotonicTime.now < end, !isStopped { usleep(50_000) }
        }
    }

    /// Nanoseconds until the next attempt; nil where none is made.
    @discardableResult
    private func note(_ trouble: Trouble, of jump: ProxyJump, begin: Instant) -> UInt64? {
        state.withLock { state in
            state.records[jump]?.breaker.failed(weight: trouble.weight, begin: begin, now: MonotonicTime.now)
            guard let breaker = state.records[jump]?.breaker, !breaker.isResting, !trouble.isFinal, !state.isStopped
            else { return nil }
            return breaker.pause
        }
    }

    private struct Trouble: Error {
        var failure: SSHFailure
        /// Of how many failures it says as much.
        var weight = 1
        /// A refused login or host key stays refused, and asking again counts against this address.
        var isFinal = false
    }

    private func open(
        _ jump: ProxyJump, through outer: BastionSocket?, attempt: Int
    ) -> Result<BastionSocket, Trouble> {
        guard let hop = jump.hops.last, let path = nextPath() else {
            return .failure(
                Trouble(
                    failure: SSHFailure(
                        phase: .proxy, reason: .proxyFailed, detail: "no private folder for the bastion's socket"),
                    isFinal: true))
        }
        let socket = BastionSocket(path: path, hop: hop)
        let run: ProgramRun
        do throws(ChildProcessError) {
            run = try ProgramRun(
                socket.login(jump, through: outer, connectLimit: connectLimit), timeLimit: connectLimit * 3,
                outputLimit: 4 << 10, isCancelled: { self.isStopped })
        } catch {
            return .failure(
                Trouble(
                    failure: SSHFailure(phase: .proxy, reason: .proxyFailed, detail: error.text),
                    isFinal: !Shortage.isCause(error.code)))
        }
        if run.end == .exited(0), socket.isAlive { return .success(socket) }
        if run.end == .cancelled {
            // It may have gone to the background just then.
            if socket.isAlive { socket.close() }
            return .failure(Trouble(failure: Self.stopped))
        }
        let name = PeerText.printable(jump.name.utf8)
        let said = BastionLog(path: socket.log, start: 0).read() + String(decoding: run.errors, as: UTF8.self)
        let what = run.end == .timedOut ? "the login did not end within \(connectLimit * 3)" : "ssh could not log in"
        let times = attempt > 1 ? ", tried \(attempt) times" : ""
        let words = ProxyComplaint.shown(said)
        let isFinal = ["Permission denied", "Host key verification failed", "Bad configuration", "authentication fail"]
            .contains { said.contains($0) }
        let isSilent = run.end == .timedOut || said.contains("timed out during banner exchange")
        return .failure(
            Trouble(
                failure: SSHFailure(
                    phase: .proxy, reason: .bastionUnreachable,
                    detail: "bastion \(name): \(what)\(times)" + (words.isEmpty ? "" : "; it said: \(words)"),
                    hint: ProxyComplaint.hint(said, bastion: name, trial: jump.trial)),
                weight: isSilent ? Breaker.forLogins.limit : said.contains("Connection timed out") ? 2 : 1,
                isFinal: isFinal))
    }

    /// In a folder that only this user can enter; short, since a socket's path may have about 100 bytes.
    private func nextPath() -> String? {
        state.withLock { state in
            if state.folder == nil {
                var template = Array("/tmp/kubesweep-XXXXXX".utf8CString)
                guard mkdtemp(&template) != nil else { return nil }
                state.folder = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
            }
            state.count += 1
            return state.folder.map { "\($0)/b\(state.count)" }
        }
    }

    /// Ends every connection and removes the folder. Logins under way are given up.
    func stop() {
        let (sockets, folder, waiting) = state.withLock { state in
            state.isStopped = true
            var sockets: [BastionSocket] = []
            var waiting: [@Sendable (Answer) -> Void] = []
            for record in state.records.values {
                if case .open(let socket, _) = record.stand { sockets.append(socket) }
                if case .opening(let callbacks) = record.stand { waiting += callbacks }
            }
            state.records = [:]
            return (sockets, state.folder, waiting)
        }
        for callback in waiting { callback(.failure(Self.stopped)) }
        work.finish()
        // Each is another process, which may take its time.
        for socket in sockets { work.run { socket.close() } }
        work.finish()
        guard let folder else { return }
        // Only what was made here: a socket, its log.
        for number in 1...max(1, state.withLock { $0.count }) {
            unlink("\(folder)/b\(number)")
            unlink("\(folder)/b\(number).log")
        }
        rmdir(folder)
    }
}
