import ChildProcess
import Glibc
import Synchronization

/// Ends children and collects their exit status, off the lanes: first by asking, then by force.
final class Reaper: Sendable {
    private struct Dying: Sendable {
        let child: ChildProcess
        /// When force is used.
        let deadline: Instant
        var isForced = false
    }

    private struct State: Sendable {
        var dying: [Dying] = []
        var isRunning = false
    }

    private static let patience: UInt64 = 500_000_000
    private let state = Mutex(State())

    func end(_ child: ChildProcess) {
        child.terminate()
        let startsThread = state.withLock { state in
            state.dying.append(Dying(child: child, deadline: MonotonicTime.now + Self.patience))
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard startsThread else { return }
        if LaneThread.start(stackSize: nil, { while self.turn() { usleep(10_000) } }) == nil {
            state.withLock { $0.isRunning = false }
        }
    }

    /// Waits until none is left.
    func finish() {
        while turn() { usleep(2000) }
    }

    /// False where none is left.
    private func turn() -> Bool {
        state.withLock { state in
            let now = MonotonicTime.now
            state.dying = state.dying.filter { !$0.child.reap() }
            for index in state.dying.indices where !state.dying[index].isForced && state.dying[index].deadline <= now {
                state.dying[index].child.destroy()
                state.dying[index].isForced = true
            }
            if state.dying.isEmpty { state.isRunning = false }
            return !state.dying.isEmpty
        }
    }
}
