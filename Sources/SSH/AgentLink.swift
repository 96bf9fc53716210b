import Glibc

/// The agent's connection and whom it serves. Made and used on the agent's thread.
struct AgentLink {
    private let path: String
    private let answerLimit: Duration
    private let inbox: AgentInbox
    private var queue = Queue<AgentRequest>()
    private var current: AgentRequest?
    private var deadline = Instant.max
    private var descriptor: Int32 = -1
    /// The connection has given an answer before, so its end may only mean that the agent was started anew.
    private var hasAnswered = false
    private var unsent: ArraySlice<UInt8> = []
    private var answer: [UInt8] = []

    init(path: String, answerLimit: Duration, inbox: AgentInbox) {
        self.path = path
        self.answerLimit = answerLimit
        self.inbox = inbox
    }

    /// Returns after `stop`, or when the agent has to be given up.
    mutating func run() {
        while true {
            let (requests, isStopped) = inbox.drain()
            for request in requests { queue.append(request) }
            if isStopped { return giveUp(.closed) }
            while current == nil, let next = queue.popFirst() {
                guard next.begins() else { continue }
                current = next
                deadline = MonotonicTime.now &+ answerLimit.clampedNanoseconds
                start(next)
            }
            wait()
            if current != nil, MonotonicTime.now >= deadline {
                return giveUp(.silent(seconds: Double(answerLimit.clampedNanoseconds / 100_000_000) / 10))
            }
        }
    }

    private mutating func giveUp(_ error: AgentError) {
        finish(.failure(error))
        while let request = queue.popFirst() { request.completion(.failure(error)) }
        inbox.fail(error)
        disconnect()
    }

    private mutating func start(_ request: AgentRequest) {
        unsent = request.message[...]
        answer = []
        if descriptor < 0 {
            guard connect() else { return }
        }
        send()
    }

    /// False where there is no connection yet: either it failed, and so did the request, or the agent's backlog is full.
    private mutating func connect() -> Bool {
        guard UnixSocket.fits(path) else {
            finish(.failure(.unreachable("\(path): the path is too long for a socket")))
            return false
        }
        switch UnixSocket.connect(path) {
        case .connected(let socket): descriptor = socket
        case .failed(let problem):
            if problem != EAGAIN { finish(.failure(.unreachable("\(path): \(Errno.text(problem))"))) }
            return false
        }
        hasAnswered = false
        return true
    }

    private mutating func disconnect() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    private mutating func finish(_ result: Result<[UInt8], AgentError>) {
        let done = current
        current = nil
        deadline = .max
        unsent = []
        answer = []
        done?.completion(result)
    }

    /// Milliseconds between two attempts to connect to an agent whose backlog is full.
    private static let backlogPause: UInt64 = 50

    private mutating func wait() {
        let now = MonotonicTime.now
        var timeout: Int32 = -1
        if current != nil {
            let left = deadline > now ? (deadline - now) / 1_000_000 + 1 : 0
            timeout = Int32(clamping: descriptor < 0 ? min(left, Self.backlogPause) : left)
        }
        var files = [
            pollfd(fd: inbox.wakeup, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(unsent.isEmpty ? POLLIN : POLLIN | POLLOUT), revents: 0),
        ]
        poll(&files, nfds_t(descriptor < 0 ? 1 : 2), timeout)
        if descriptor < 0 {
            if let current { start(current) }
            return
        }
        if files[1].revents & Int16(POLLOUT) != 0 { send() }
        if files[1].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 { receive() }
    }

    private mutating func send() {
        while descriptor >= 0, !unsent.isEmpty {
            let count = unsent.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return }
            guard count > 0 else { return lost() }
            unsent = unsent.dropFirst(count)
        }
    }

    private mutating func receive() {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        guard count > 0 else { return lost() }
        guard current != nil else {
            // Nobody asked.
            return disconnect()
        }
        answer += chunk[..<count]
        var reader = WireReader(answer)
        guard let length = reader.uint32() else { return }
        guard length <= AgentMessage.answerLimit else {
            disconnect()
            return finish(.failure(.malformed("\(length) bytes, more than \(AgentMessage.answerLimit)")))
        }
        guard let body = reader.take(Int(length)) else { return }
        guard reader.isAtEnd else {
            disconnect()
            return finish(.failure(.malformed("more than one answer came")))
        }
        hasAnswered = true
        finish(.success(Array(body)))
    }

    private mutating func lost() {
        let mayBeStale = hasAnswered && answer.isEmpty
        disconnect()
        guard let current else { return }
        if mayBeStale { start(current) } else { finish(.failure(.closed)) }
    }
}
