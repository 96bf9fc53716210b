import CLinux
import Glibc
import Synchronization

/// Turns names into addresses. getaddrinfo(3) blocks, so it runs on a few threads of its own; each name is asked
/// once for the whole engine, and an answer is kept.
final class Resolver: Sendable {
    typealias Answer = Result<[SocketAddress], ResolveError>

    private struct State: Sendable {
        var queue = Queue<String>()
        var callbacks: [String: [@Sendable (Answer) -> Void]] = [:]
        var cache: [String: [SocketAddress]] = [:]
        var queued = 0
        var threads = 0
        var idle = 0
        var isStopped = false
    }

    /// That many names that nobody answers for hold up the others.
    private static let threadLimit = 32
    /// Addresses of one name; more would only use up the connect limit.
    private static let addressLimit = 8

    private let lookUp: @Sendable (String) -> Answer
    private let state = Mutex(State())
    /// A semaphore as a descriptor: one unit for each queued name.
    private let wakeup: Int32

    /// - Parameter lookUp: blocks until there is an answer.
    init(lookUp: @escaping @Sendable (String) -> Answer = Resolver.look(up:)) throws(SSHEngineError) {
        self.lookUp = lookUp
        wakeup = eventfd(0, Int32(EFD_SEMAPHORE) | Int32(EFD_CLOEXEC))
        guard wakeup >= 0 else { throw .system(call: "eventfd", code: errno) }
    }

    deinit { close(wakeup) }

    /// `callback` runs on a resolver thread, or at once where the answer is known. After `stop` it may never run.
    func resolve(_ name: String, callback: @escaping @Sendable (Answer) -> Void) {
        var isQueued = false
        var startsThread = false
        let known: [SocketAddress]? = state.withLock { state in
            if let known = state.cache[name] { return known }
            guard !state.isStopped else { return nil }
            if state.callbacks[name] != nil {
                state.callbacks[name]?.append(callback)
                return nil
            }
            state.callbacks[name] = [callback]
            state.queue.append(name)
            state.queued += 1
            isQueued = true
            startsThread = state.idle < state.queued && state.threads < Self.threadLimit
            if startsThread { state.threads += 1 }
            return nil
        }
        if let known { return callback(.success(known)) }
        if isQueued { eventfd_write(wakeup, 1) }
        if startsThread, LaneThread.start(stackSize: nil, { self.run() }) == nil {
            state.withLock { $0.threads -= 1 }
        }
    }

    /// Threads end when their present lookup does; nobody waits for them.
    func stop() {
        state.withLock {
            $0.isStopped = true
            $0.queue = Queue()
            $0.queued = 0
            $0.callbacks = [:]
        }
        eventfd_write(wakeup, UInt64(Self.threadLimit))
    }

    private func run() {
        while true {
            state.withLock { $0.idle += 1 }
            var unit: eventfd_t = 0
            let code = eventfd_read(wakeup, &unit)
            let (name, isStopped) = state.withLock { state in
                state.idle -= 1
                let name = state.queue.popFirst()
                if name != nil { state.queued -= 1 }
                return (name, state.isStopped)
            }
            if isStopped || (code != 0 && errno != EINTR) { return }
            guard let name else { continue }
            let answer = lookUp(name)
            let callbacks = state.withLock { state in
                if case .success(let addresses) = answer { state.cache[name] = addresses }
                return state.callbacks.removeValue(forKey: name) ?? []
            }
            for callback in callbacks { callback(answer) }
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
