import CLinux
import Glibc
import Synchronization

/// Talks to the user's ssh-agent: one connection, one request at a time, on a thread of its own. libssh2's own client
/// blocks, and spins where the agent goes away.
///
/// An agent that leaves one request unanswered is not asked again: whoever waits for it would wait in vain.
package final class AgentClient: Sendable {
    private let inbox: AgentInbox
    private let path: String
    private let answerLimit: Duration

    /// - `path`: of the agent's socket.
    /// - `answerLimit`: for one answer, a person's confirmation included.
    package init(path: String, answerLimit: Duration) throws(SSHEngineError) {
        inbox = try AgentInbox()
        self.path = path
        self.answerLimit = answerLimit
    }

    deinit { inbox.stop() }

    /// Fails whatever the agent is asked, now and later.
    package func stop() { inbox.stop() }

    package func keys() async -> Result<[AgentKey], AgentError> {
        await withCheckedContinuation { continuation in
            ask(AgentMessage.listKeys, begins: { true }) {
                continuation.resume(returning: $0.flatMap(AgentMessage.keys))
            }
        }
    }

    /// - Parameters:
    ///   - algorithm: the signature's.
    ///   - begins: called when all who asked before have their answers; false where nobody waits for this one any more,
    ///     which is dropped then.
    ///   - completion: runs on the agent's thread, as `begins` does.
    func sign(
        _ data: [UInt8], with key: HostKey, algorithm: String, begins: @escaping @Sendable () -> Bool,
        completion: @escaping @Sendable (Result<[UInt8], AgentError>) -> Void
    ) {
        ask(AgentMessage.sign(data, with: key, algorithm: algorithm), begins: begins) { answer in
            completion(answer.flatMap { AgentMessage.signature(in: $0, algorithm: algorithm) })
        }
    }

    private func ask(
        _ message: [UInt8], begins: @escaping @Sendable () -> Bool,
        completion: @escaping @Sendable (Result<[UInt8], AgentError>) -> Void
    ) {
        let startsThread = inbox.post(AgentRequest(message: message, begins: begins, completion: completion))
        guard startsThread else { return }
        let (inbox, path, limit) = (inbox, path, answerLimit)
        let thread = LaneThread.start(stackSize: nil) {
            var link = AgentLink(path: path, answerLimit: limit, inbox: inbox)
            link.run()
        }
        if thread == nil { inbox.fail(.unreachable("no thread can be started")) }
    }
}

struct AgentRequest: Sendable {
    /// With its length in front.
    var message: [UInt8]
    /// Its turn has come; false where it is to be dropped, without a completion.
    var begins: @Sendable () -> Bool
    /// Takes the answer without its length.
    var completion: @Sendable (Result<[UInt8], AgentError>) -> Void
}

/// The way in to the agent's thread.
final class AgentInbox: Sendable {
    private struct State: Sendable {
        var requests: [AgentRequest] = []
        var hasThread = false
        var isStopped = false
        /// Nobody will be served any more.
        var failure: AgentError?
    }

    let wakeup: Int32
    private let state = Mutex(State())

    init() throws(SSHEngineError) {
        wakeup = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard wakeup >= 0 else { throw .system(call: "eventfd", code: errno) }
    }

    deinit { close(wakeup) }

    /// True where the caller has to start the thread.
    func post(_ request: AgentRequest) -> Bool {
        let (startsThread, failure) = state.withLock { state -> (Bool, AgentError?) in
            if let failure = state.failure { return (false, failure) }
            state.requests.append(request)
            defer { state.hasThread = true }
            return (!state.hasThread, nil)
        }
        if let failure { request.completion(.failure(failure)) } else { eventfd_write(wakeup, 1) }
        return startsThread
    }

    func drain() -> (requests: [AgentRequest], isStopped: Bool) {
        var count: eventfd_t = 0
        eventfd_read(wakeup, &count)
        return state.withLock { state in
            defer { state.requests = [] }
            return (state.requests, state.isStopped)
        }
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        eventfd_write(wakeup, 1)
    }

    /// Answers everything that is queued, now and later, with this.
    func fail(_ failure: AgentError) {
        let requests = state.withLock { state in
            state.failure = failure
            defer { state.requests = [] }
            return state.requests
        }
        for request in requests { request.completion(.failure(failure)) }
    }
}
