import CLinux
import Glibc
import Synchronization

/// Turns names into addresses. getaddrinfo(3) blocks, so it runs on a few threads of its own; each name is asked
/// once for the whole engine, and an answer is kept.
final class Resolver: Sendable {
    typealias Answer = Result<[SocketAddress], ResolveError>

    private struct State: Sendable {
        var queue: [String] = []
        var callbacks: [String: [@Sendable (Answer) -> Void]] = [:]
        var cache: [String: [SocketAddress]] = [:]
        var threads = 0
        var idle = 0
        var isStopped = false
    }

    private static let threadLimit = 8
    /// Addresses of one name; more would only use up the connect limit.
    private static let addressLimit = 8

    private let state = Mutex(State())
    /// A semaphore as a descriptor: one unit for each queued name.
    private let wakeup: Int32

    init() throws(SSHEngineError) {
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
            isQueued = true
            startsThread = state.idle < state.queue.count && state.threads < Self.threadLimit
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
            $0.queue = []
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
                return (state.queue.isEmpty ? nil : state.queue.removeFirst(), state.isStopped)
            }
            if isStopped || (code != 0 && errno != EINTR) { return }
            guard let name else { continue }
            let answer = Self.look(up: name)
            let callbacks = state.withLock { state in
                if case .success(let addresses) = answer { state.cache[name] = addresses }
                return state.callbacks.removeValue(forKey: name) ?? []
            }
            for callback in callbacks { callback(answer) }
        }
    }

    private static func look(up name: String) -> Answer {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else {
            let text = code == EAI_SYSTEM ? Errno.text(errno) : String(cString: gai_strerror(code))
            return .failure(ResolveError(isAbsent: code == EAI_NONAME || code == EAI_NODATA, text: text))
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
    var text: String
}
