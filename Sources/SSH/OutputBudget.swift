import Synchronization

/// The output that came in and that nobody has let go of yet, for the whole engine. Where judging falls behind, the lanes
/// stop reading and starting until it has caught up.
final class OutputBudget: Sendable {
    private struct State {
        var bytes = 0
        /// Of these, what was handed over: it will be let go whatever happens here.
        var handedOver = 0
        var isFull = false

        var isStuck: Bool { isFull && handedOver == 0 }
    }

    private let limit: Int
    private let onRoom: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: bytes from which on it is full; it has room again when half of them are gone.
    ///   - onRoom: called then, and when it gets stuck, on whatever thread let go of the bytes.
    init(limit: Int, onRoom: @escaping @Sendable () -> Void) {
        self.limit = max(1, limit)
        self.onRoom = onRoom
    }

    var isFull: Bool { state.withLock { $0.isFull } }

    /// Full of output that has begun and not ended: no room will come unless one of them is read on.
    var isStuck: Bool { state.withLock { $0.isStuck } }

    func take(_ bytes: Int) {
        state.withLock { state in
            state.bytes += bytes
            if state.bytes >= limit { state.isFull = true }
        }
    }

    func handOver(_ bytes: Int) { state.withLock { $0.handedOver += bytes } }

    func release(_ bytes: Int, wasHandedOver: Bool) {
        let isNews = state.withLock { state in
            state.bytes -= bytes
            if wasHandedOver { state.handedOver -= bytes }
            guard state.isFull else { return false }
            if state.bytes <= limit / 2 { state.isFull = false }
            return !state.isFull || state.isStuck
        }
        if isNews { onRoom() }
    }
}

/// One host's output within the engine's bound on what is unparsed. It counts until the last reference is gone, so keep
/// it as long as the bytes and no longer: an engine whose outcomes are all kept stops reading at
/// `SSHLimits.unparsedOutput`.
package final class OutputHold: Sendable {
    private let budget: OutputBudget
    private let bytes = Atomic<Int>(0)
    private let isHandedOver = Atomic<Bool>(false)

    init(_ budget: OutputBudget) { self.budget = budget }

    deinit {
        let bytes = bytes.load(ordering: .relaxed)
        if bytes > 0 { budget.release(bytes, wasHandedOver: isHandedOver.load(ordering: .relaxed)) }
    }

    /// Only the connection that fills it calls this.
    func grow(to count: Int) {
        let old = bytes.exchange(count, ordering: .relaxed)
        if count != old { budget.take(count - old) }
    }

    /// The output is whole and belongs to whoever asked for it.
    func handOver() {
        isHandedOver.store(true, ordering: .relaxed)
        budget.handOver(bytes.load(ordering: .relaxed))
    }
}
