package import SSH

/// Which failures are worth another attempt, and when. Never one at or behind the host key or the sign-in: nothing would
/// change, and OpenSSH shuts out addresses that fail again and again (PerSourcePenalties).
package struct Retry: Sendable {
    /// Attempts after the first.
    package var limit = 2
    /// The longest pause before the first retry; it doubles with each.
    package var base: Duration = .seconds(1)
    package var cap: Duration = .seconds(15)

    package init() {}

    /// - Parameter attempts: made so far.
    package func isWorthwhile(after failure: SSHFailure, attempts: Int) -> Bool {
        guard attempts <= limit, failure.reason.mayPassLater else { return false }
        // Its bastion has to be logged in to once more; nothing is known against the host.
        if failure.wasCutOff { return true }
        switch failure.phase {
        case .resolve, .connect:
            // Whoever is down or drops packets costs a whole time limit each time.
            return failure.reason == .timedOut || failure.reason == .connectionRefused ? attempts == 1 : true
        // A bastion that fails is tried again by itself, once for all of its hosts.
        case .proxy: return attempts == 1 && failure.reason != .timedOut
        // A server that takes the connection and does not speak is not helped by one more.
        case .handshake: return failure.reason != .timedOut
        case .execute, .read: return attempts == 1 && [.connectionLost, .replyLost].contains(failure.reason)
        case .waiting, .hostKey, .authenticate, .close: return false
        }
    }

    /// Full jitter: anything from nothing to the limit, so that hosts which failed together do not come back together.
    ///
    /// - Parameter random: 0 to 1.
    package func pause(attempts: Int, random: Double = .random(in: 0...1)) -> Duration {
        let doubled = base * (1 << min(max(0, attempts - 1), 20))
        return min(cap, doubled) * random
    }
}

extension SweepEnd {
    /// Waits; false where the sweep ended meanwhile.
    func waits(_ pause: Duration) async -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now + pause
        while cause == nil {
            let left = clock.now.duration(to: deadline)
            guard left > .zero else { return true }
            try? await Task.sleep(for: min(left, .milliseconds(100)))
        }
        return false
    }
}
