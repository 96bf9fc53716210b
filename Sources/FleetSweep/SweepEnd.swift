import Synchronization

/// Raised once to end a sweep early; every host asks it before it starts.
package final class SweepEnd: Sendable {
    private let state = Mutex<(cause: String?, actions: [@Sendable () -> Void])>((nil, []))

    package init() {}

    /// Why the sweep ends early; nil while it does not.
    package var cause: String? { state.withLock { $0.cause } }

    /// Ends the sweep. Only the first cause counts.
    package func raise(_ cause: String) {
        let actions: [@Sendable () -> Void] = state.withLock { state in
            guard state.cause == nil else { return [] }
            state.cause = cause
            defer { state.actions = [] }
            return state.actions
        }
        for action in actions { action() }
    }

    /// Calls `action` when the sweep ends early, at once if it already has.
    package func onRaise(_ action: @escaping @Sendable () -> Void) {
        let isRaised = state.withLock { state in
            if state.cause == nil { state.actions.append(action) }
            return state.cause != nil
        }
        if isRaised { action() }
    }
}
