import Glibc

/// This machine lacks what a connection needs: descriptors, memory, local ports. No host is to blame for that, so hosts
/// wait; only where nothing changes for long do they fail.
struct Shortage {
    /// When the present one began; nil where there is none, or where live connections may yet end it.
    private var since: Instant?
    /// Nothing is started before.
    private(set) var pausedUntil: Instant = 0
    private var pause: UInt64 = 0

    private static let shortestPause: UInt64 = 20_000_000
    private static let longestPause: UInt64 = 1_000_000_000

    /// The next pause begins, twice as long as the last.
    mutating func met(now: Instant) {
        since = since ?? now
        pause = min(Self.longestPause, max(Self.shortestPause, pause * 2))
        pausedUntil = now &+ pause
    }

    /// A connection has what it needs.
    mutating func progressed(now: Instant) {
        since = nil
        if now >= pausedUntil { pause = 0 }
    }

    /// Whether nothing has changed for this many nanoseconds.
    func isHopeless(after limit: UInt64, now: Instant) -> Bool {
        guard let since else { return false }
        return now &- since >= limit
    }

    /// What opening something failed with.
    static func isCause(_ code: Int32) -> Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM, ENOSPC, EADDRNOTAVAIL].contains(code)
    }
}

extension SSHFailureReason {
    var isShortage: Bool { [.descriptorsExhausted, .portsExhausted, .outOfMemory].contains(self) }
}
