/// How a proxy command has done in this run: whether further hosts are tried through it, and for how long.
struct CommandRecord {
    private var breaker = Breaker(limit: 5)
    /// Hosts in a row that nothing was heard of, after others had been reached.
    private var silences = 0
    /// The longest way to a host's first words, in nanoseconds.
    private var slowest: UInt64 = 0
    private var last: SSHFailure?

    /// After so many, hosts are waited for as long only as has always been enough.
    private static let silenceLimit = 5
    private static let shortestLimit: UInt64 = 2_000_000_000

    /// A host was reached.
    mutating func worked(begin: Instant, now: Instant) {
        slowest = max(slowest, now &- begin)
        silences = 0
        breaker.worked(now: now)
    }

    /// The command's own failure, or a time limit. Hosts behind it may be what does not answer where others did: that does
    /// not make the command fail for all.
    mutating func failed(_ failure: SSHFailure, begin: Instant, now: Instant) {
        last = failure
        guard failure.reason == .timedOut, let workedAt = breaker.workedAt else {
            return breaker.failed(begin: begin, now: now)
        }
        if begin >= workedAt { silences += 1 }
    }

    /// The time for one host, in nanoseconds.
    func limit(atMost usual: UInt64) -> UInt64 {
        silences < Self.silenceLimit ? usual : min(usual, max(Self.shortestLimit, slowest * 3))
    }

    /// Why a host is not tried; nil where it is.
    mutating func refusal(_ template: String, now: Instant) -> SSHFailure? {
        guard !breaker.admits(now: now), var failure = last else { return nil }
        failure.detail =
            "not tried: the proxy command failed for \(breaker.failures) hosts in a row: "
            + "\(PeerText.printable(template.utf8)); at last: \(failure.detail)"
        return failure
    }
}
