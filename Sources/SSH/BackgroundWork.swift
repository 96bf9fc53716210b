import Glibc
import Synchronization

/// Work that waits, done off the lanes by a few threads of its own; a thread ends when nothing is left to do.
final class BackgroundWork: Sendable {
    private struct State: Sendable {
        var queue = Queue<@Sendable () -> Void>()
        var threads = 0
    }

    private let threadLimit: Int
    private let state = Mutex(State())

    init(threadLimit: Int) { self.threadLimit = threadLimit }

    func run(_ work: @escaping @Sendable () -> Void) {
        let startsThread = state.withLock { state in
            state.queue.append(work)
            guard state.threads < threadLimit else { return false }
            state.threads += 1
            return true
        }
        guard startsThread, LaneThread.start(stackSize: nil, { self.drain() }) == nil else { return }
        // No room for a thread: those that run do it, or, where none does, this one.
        let isAlone = state.withLock { state in
            if state.threads > 1 { state.threads -= 1 }
            return state.threads == 1
        }
        if isAlone { drain() }
    }

    /// Waits until nothing is left to do.
    func finish() {
        while state.withLock({ $0.threads > 0 }) { usleep(2000) }
    }

    private func drain() {
        while true {
            let work = state.withLock { state in
                let next = state.queue.popFirst()
                if next == nil { state.threads -= 1 }
                return next
            }
            guard let work else { return }
            work()
        }
    }
}
