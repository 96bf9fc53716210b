import FleetSweep
import Glibc
import Synchronization

/// SIGINT and SIGTERM end a running sweep in good order; without one, or the second time, they end the program.
enum SignalWatch {
    private struct State {
        var sweep: SweepEnd?
        var received: Int32?
    }

    private static let state = Mutex(State())

    /// The signal that ended the sweep, if one did.
    static var received: Int32? { state.withLock { $0.received } }

    /// From now on the first signal ends this sweep instead of the program.
    static func ends(_ sweep: SweepEnd) { state.withLock { $0.sweep = sweep } }

    /// Call before any other thread is started: a thread inherits the blocked signals from the one that starts it, and a
    /// signal taken by a thread that does not block it would end the program.
    static func start() {
        // A closed pipe is a failed write, with its own exit status and words.
        signal(SIGPIPE, SIG_IGN)
        var signals = Self.signals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { _ in
                var signals = SignalWatch.signals
                while true {
                    var signal: Int32 = 0
                    if sigwait(&signals, &signal) == 0 { SignalWatch.take(signal) }
                }
            }, nil)
        pthread_detach(thread)
    }

    private static func take(_ signal: Int32) {
        let sweep = state.withLock { state -> SweepEnd? in
            guard state.received == nil, let sweep = state.sweep else { return nil }
            state.received = signal
            return sweep
        }
        guard let sweep else { _exit(128 + signal) }
        sweep.raise(signal == SIGINT ? "interrupted" : "terminated")
    }

    private static var signals: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        return signals
    }
}
