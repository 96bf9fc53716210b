import CLinux
import Glibc
import Synchronization

/// The one door to a lane: a queue of messages and the eventfd that announces them.
final class LaneInbox: Sendable {
    enum Message: Sendable {
        case start(Job)
        /// The name service is asked for a connection that waited for its turn.
        case resolving(SlotToken)
        case resolved(SlotToken, Resolver.Answer)
        case proxied(SlotToken, Proxies.Answer)
        /// The agent was asked for a connection that waited in its line.
        case signing(SlotToken)
        /// The agent's answer to a connection that waits for it.
        case signed(SlotToken, Result<[UInt8], AgentError>)
        /// The engine holds less output again: a reason to wake up.
        case roomForOutput
        case cancel(id: Int)
        case cancelAll(reason: String)
        case stop
    }

    private struct State: Sendable {
        var messages: [Message] = []
        var isClosed = false
    }

    let wakeup: Int32
    /// The lane's epoll; kept here because the inbox outlives the lane.
    let poller: Poller
    /// Targets handed over and not yet finished.
    let load = Atomic<Int>(0)
    private let state = Mutex(State())

    init() throws(SSHEngineError) {
        wakeup = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        poller = Poller(descriptor: epoll_create1(Int32(EPOLL_CLOEXEC)))
        guard wakeup >= 0, poller.descriptor >= 0 else { throw .system(call: "eventfd or epoll", code: errno) }
    }

    deinit {
        close(wakeup)
        close(poller.descriptor)
    }

    /// False where the lane has ended and will not read the message.
    @discardableResult
    func post(_ message: Message) -> Bool {
        let (isOpen, isFirst) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.messages.append(message)
            return (true, state.messages.count == 1)
        }
        if isFirst { eventfd_write(wakeup, 1) }
        return isOpen
    }

    func drain() -> [Message] {
        var count: eventfd_t = 0
        eventfd_read(wakeup, &count)
        return state.withLock { state in
            defer { state.messages = [] }
            return state.messages
        }
    }

    /// What was posted too late to be read otherwise.
    func closeAndDrain() -> [Message] {
        state.withLock { state in
            state.isClosed = true
            defer { state.messages = [] }
            return state.messages
        }
    }
}

/// A target on its way, with what the engine looked up for it.
struct Job: Sendable {
    var target: SSHTarget
    var known: KnownKeys
    var completion: @Sendable (SSHOutcome) -> Void
    /// Since when it waits for something that this machine lacks.
    var shortSince: Instant?

    /// The outcome of a target for which nothing was tried.
    func finish(_ failure: SSHFailure) {
        completion(SSHOutcome(id: target.id, result: .failure(failure)))
    }
}
