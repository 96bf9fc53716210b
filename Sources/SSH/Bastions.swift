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
        case opening([@Sendable (Answer) -> Void])
        case open(BastionSocket)
        /// It failed as often as it may; nobody waits for it again.
        case dead(SSHFailure)
    }

    private struct State: Sendable {
        var stands: [ProxyJump: Stand] = [:]
        /// Made with the first bastion.
        var folder: String?
        var count = 0
        var isStopped = false
    }

    private static let attempts = 3
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
            switch state.stands[jump] {
            case .open(let socket) where socket.isThere: return .answer(.success(socket))
            case .dead(let failure): return .answer(.failure(failure))
            case .opening(let callbacks):
                state.stands[jump] = .opening(callbacks + [callback])
                return .wait
            case .open, nil:
                state.stands[jump] = .opening([callback])
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
                case .failure(let failure): self.settle(jump, .failure(failure))
                case .success(let socket): self.work.run { self.open(jump, through: socket) }
                }
            }
        }
    }

    private static let stopped = SSHFailure(phase: .proxy, reason: .cancelled, detail: "the engine was shut down")

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func settle(_ jump: ProxyJump, _ answer: Answer) {
        let callbacks = state.withLock { state -> [@Sendable (Answer) -> Void]? in
            guard case .opening(let callbacks) = state.stands[jump] else { return nil }
            switch answer {
            case .success(let socket): state.stands[jump] = .open(socket)
            case .failure(let failure): state.stands[jump] = .dead(failure)
            }
            return callbacks
        }
        if callbacks == nil, case .success(let socket) = answer {
            // Everything was ended while it logged in.
            socket.close()
        }
        for callback in callbacks ?? [] { callback(answer) }
    }

    /// Tries a few times where another try can help, with growing pauses of random length.
    private func open(_ jump: ProxyJump, through outer: BastionSocket?) {
        var attempt = 1
        while true {
            let answer = open(jump, through: outer, attempt: attempt)
            guard case .failure(let trouble) = answer, trouble.mayHelpToRetry, attempt < Self.attempts, !isStopped
            else {
                return settle(jump, answer.mapError(\.failure))
            }
            usleep(UInt32.random(in: 100_000...(400_000 << UInt32(attempt))))
            attempt += 1
        }
    }

    private struct Trouble: Error {
        var failure: SSHFailure
        /// A refused login or host key stays refused, and asking again counts against this address.
        var mayHelpToRetry = false
    }

    private func open(
        _ jump: ProxyJump, through outer: BastionSocket?, attempt: Int
    ) -> Result<BastionSocket, Trouble> {
        guard let hop = jump.hops.last, let path = nextPath() else {
            return .failure(
                Trouble(
                    failure: SSHFailure(
                        phase: .proxy, reason: .proxyFailed, detail: "no private folder for the bastion's socket")))
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
                    mayHelpToRetry: Shortage.isCause(error.code)))
        }
        if run.end == .exited(0), socket.isThere { return .success(socket) }
        if run.end == .cancelled {
            // It may have gone to the background just then.
            if socket.isThere { socket.close() }
            return .failure(Trouble(failure: Self.stopped))
        }
        let name = PeerText.printable(jump.name.utf8)
        let said = BastionLog(path: socket.log, start: 0).read() + String(decoding: run.errors, as: UTF8.self)
        let what = run.end == .timedOut ? "the login did not end within \(connectLimit * 3)" : "ssh could not log in"
        let times = attempt > 1 ? ", tried \(attempt) times" : ""
        let words = ProxyComplaint.shown(said)
        let isFinal = ["Permission denied", "Host key verification failed", "Bad configuration", "authentication fail"]
            .contains { said.contains($0) }
        return .failure(
            Trouble(
                failure: SSHFailure(
                    phase: .proxy, reason: .bastionUnreachable,
                    detail: "bastion \(name): \(what)\(times)" + (words.isEmpty ? "" : "; it said: \(words)"),
                    hint: ProxyComplaint.hint(said, bastion: name, trial: jump.trial)),
                mayHelpToRetry: !isFinal && run.end != .timedOut))
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
            for stand in state.stands.values {
                if case .open(let socket) = stand { sockets.append(socket) }
                if case .opening(let callbacks) = stand { waiting += callbacks }
            }
            state.stands = [:]
            return (sockets, state.folder, waiting)
        }
        for callback in waiting { callback(.failure(Self.stopped)) }
        work.finish()
        for socket in sockets { socket.close() }
        guard let folder else { return }
        // Only what was made here: a socket, its log.
        for number in 1...max(1, state.withLock { $0.count }) {
            unlink("\(folder)/b\(number)")
            unlink("\(folder)/b\(number).log")
        }
        rmdir(folder)
    }
}
