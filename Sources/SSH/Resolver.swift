import CLinux
import Glibc
import Synchronization

/// Turns names into addresses. getaddrinfo(3) blocks, so it runs on a few threads of its own; each name is asked
/// once for the whole engine, and an answer is kept.
///
/// A call cannot be taken back: a name that nobody answers for keeps its thread for as long as the system asks, half a
/// minute or more, whether or not anybody still waits. So another thread takes the place of one that is slow.
final class Resolver: Sendable {
    typealias Answer = Result<[SocketAddress], ResolveError>

    /// Who waits for a name.
    private struct Caller: Sendable {
        var begins: @Sendable () -> Void
        var completion: @Sendable (Answer) -> Void
    }

    private struct State: Sendable {
        var queue = Queue<String>()
        var queued = 0
        var callers: [String: [Caller]] = [:]
        /// Names that are asked now, and since when.
        var asked: [String: Instant] = [:]
        var cache: [String: [SocketAddress]] = [:]
        var threads = 0
        var idle = 0
        var hasWatch = false
        var isStopped = false

        /// Threads to be started now, for names that would wait otherwise; they are counted in.
        mutating func takeThreads(limit: Int, now: Instant) -> Int {
            let slow = asked.values.count { $0 &+ Resolver.patience <= now }
            let room = min(Resolver.usualThreads + slow, limit) - threads
            let count = max(0, min(queued - idle, room))
            threads += count
            return count
        }

        /// Whether somebody has to look again, since names are left that no thread is free for.
        mutating func takeWatch() -> Bool {
            guard !hasWatch, queued > idle, !isStopped else { return false }
            hasWatch = true
            return true
        }
    }

    /// Names that are asked at a time where each is answered soon.
    static let usualThreads = 32
    /// From when on an answer counts as slow.
    private static let patience: UInt64 = 1_000_000_000
    /// Between two looks for slow answers, in microseconds.
    private static let watchPause: UInt32 = 100_000
    /// Addresses of one name; more would only use up the connect limit.
    private static let addressLimit = 8

    private let threadLimit: Int
    private let lookUp: @Sendable (String) -> Answer
    private let state = Mutex(State())
    /// A semaphore as a descriptor: one unit for each queued name.
    private let wakeup: Int32

    /// - Parameters:
    ///   - threadLimit: with those that wait for slow answers.
    ///   - lookUp: blocks until there is an answer.
    init(
        threadLimit: Int = usualThreads, lookUp: @escaping @Sendable (String) -> Answer = Resolver.look(up:)
    ) throws(SSHEngineError) {
        self.threadLimit = threadLimit
        self.lookUp = lookUp
        wakeup = eventfd(0, Int32(EFD_SEMAPHORE) | Int32(EFD_CLOEXEC))
        guard wakeup >= 0 else { throw .system(call: "eventfd", code: errno) }
    }

    deinit { close(wakeup) }

    /// After `stop` neither may ever be called.
    ///
    /// - Parameters:
    ///   - begins: called when the name service is asked, or has been already; names may be in line before it.
    ///   - completion: runs on a resolver thread, or at once where the answer is known.
    func resolve(
        _ name: String, begins: @escaping @Sendable () -> Void = {},
        completion: @escaping @Sendable (Answer) -> Void
    ) {
        var isQueued = false
        var starts = (threads: 0, watch: false)
        let (known, isAsked) = state.withLock { state -> ([SocketAddress]?, Bool) in
            if let known = state.cache[name] { return (known, true) }
            guard !state.isStopped else { return (nil, false) }
            state.callers[name, default: []].append(Caller(begins: begins, completion: completion))
            if state.asked[name] != nil { return (nil, true) }
            guard state.callers[name]?.count == 1 else { return (nil, false) }
            state.queue.append(name)
            state.queued += 1
            isQueued = true
            starts = (state.takeThreads(limit: threadLimit, now: MonotonicTime.now), state.takeWatch())
            return (nil, false)
        }
        if isAsked { begins() }
        if let known { return completion(.success(known)) }
        if isQueued { eventfd_write(wakeup, 1) }
        start(starts)
    }

    private func start(_ starts: (threads: Int, watch: Bool)) {
        for _ in 0..<starts.threads where LaneThread.start(stackSize: nil, { self.run() }) == nil {
            state.withLock { $0.threads -= 1 }
        }
        if starts.watch, LaneThread.start(stackSize: nil, { self.watch() }) == nil {
            state.withLock { $0.hasWatch = false }
        }
    }

    /// Threads end when their present lookup does; nobody waits for them.
    func stop() {
        state.withLock {
            $0.isStopped = true
            $0.queue = Queue()
            $0.queued = 0
            $0.callers = [:]
        }
        eventfd_write(wakeup, UInt64(threadLimit))
    }

    private func run() {
        while true {
            state.withLock { $0.idle += 1 }
            var unit: eventfd_t = 0
            let code = eventfd_read(wakeup, &unit)
            let (name, callers, isStopped) = state.withLock { state in
                state.idle -= 1
                let name = state.queue.popFirst()
                if let name {
                    state.queued -= 1
                    state.asked[name] = MonotonicTime.now
                }
                return (name, name.flatMap { state.callers[$0] } ?? [], state.isStopped)
            }
            if isStopped || (code != 0 && errno != EINTR) { return }
            guard let name else { continue }
            for caller in callers { caller.begins() }
            let answer = lookUp(name)
            let answered = state.withLock { state in
                state.asked[name] = nil
                if case .success(let addresses) = answer { state.cache[name] = addresses }
                return state.callers.removeValue(forKey: name) ?? []
            }
            for caller in answered { caller.completion(answer) }
        }
    }

    /// Starts threads in the place of slow ones, as long as names wait.
    private func watch() {
        while true {
            usleep(Self.watchPause)
            let count = state.withLock { state -> Int? in
                guard state.queued > state.idle, !state.isStopped else {
                    state.hasWatch = false
                    return nil
                }
                return state.takeThreads(limit: threadLimit, now: MonotonicTime.now)
            }
            guard let count else { return }
            start((count, false))
        }
    }

    static func look(up name: String) -> Answer {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else {
            let text = code == EAI_SYSTEM ? Errno.text(errno) : String(cString: gai_strerror(code))
            // Without a descriptor it may say anything, also that there is no such name.
            let isShortage = code == EAI_MEMORY || !OpenFiles.canOpen
            return .failure(
                ResolveError(
                    isAbsent: code == EAI_NONAME || code == EAI_NODATA, isShortage: isShortage, text: text))
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next, addresses.count < addressLimit {
            if let pointer = entry.pointee.ai_addr,
                let address = SocketAddress(pointer, length: entry.pointee.ai_addrlen)
            {
                addresses.append(address)
            }
            next = entry.pointee.ai_next
        }
        guard !addresses.isEmpty else { return .failure(ResolveError(isAbsent: true, text: "no address")) }
        return .success(addresses)
    }

    /// glibc's value (netdb.h); not imported without _GNU_SOURCE.
    private static let EAI_NODATA: Int32 = -5
}

struct ResolveError: Error {
    /// The name service says that there is no such name, as opposed to failing.
    var isAbsent: Bool
    /// This machine lacks what it takes to ask.
    var isShortage = false
    var text: String
}
