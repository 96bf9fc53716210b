/// One connection's time: which phase it is in, how long each took, and when it has to be over.
struct PhaseClock {
    private(set) var phase = SSHPhase.waiting
    private var times = PhaseTimes()
    private let started: Instant
    private let hostLimit: UInt64
    private let hostDeadline: Instant
    private var phaseStarted: Instant
    private var phaseDeadline = Instant.max
    /// What the phase's deadline was set from, in nanoseconds.
    private var phaseLimit: UInt64 = 0
    /// Nanoseconds that were left when the clock was stopped.
    private var left: UInt64?

    init(hostLimit: Duration, now: Instant) {
        started = now
        phaseStarted = now
        self.hostLimit = hostLimit.clampedNanoseconds
        hostDeadline = now &+ self.hostLimit
    }

    /// The earlier of the phase's and the host's.
    var deadline: Instant { min(phaseDeadline, hostDeadline) }

    func hostIsOver(_ now: Instant) -> Bool { hostDeadline <= now }

    mutating func enter(_ next: SSHPhase, limit: Duration, now: Instant) {
        closePhase(now)
        phase = next
        phaseStarted = now
        renew(limit: limit.clampedNanoseconds, now: now)
    }

    /// Gives the phase this many nanoseconds from now on.
    mutating func renew(limit: UInt64, now: Instant) {
        phaseLimit = limit
        phaseDeadline = now &+ limit
    }

    /// Nanoseconds left of a limit that began with the phase.
    func left(of limit: Duration, now: Instant) -> UInt64 {
        let end = phaseStarted &+ limit.clampedNanoseconds
        return end > now ? end - now : 0
    }

    /// Stops the phase's clock while the connection waits for a place here: the server is not to blame for that.
    mutating func stop(now: Instant) {
        closePhase(now)
        left = phaseDeadline > now ? phaseDeadline - now : 0
        phaseDeadline = .max
    }

    mutating func resume(now: Instant) {
        phaseStarted = now
        phaseDeadline = now &+ (left ?? 0)
        left = nil
    }

    private mutating func closePhase(_ now: Instant) {
        if left == nil { times.add(now &- phaseStarted, to: phase) }
    }

    mutating func finish(now: Instant) -> PhaseTimes {
        closePhase(now)
        times.total = .nanoseconds(Int64(clamping: now &- started))
        return times
    }

    /// The limit that ran out, such as "0.4 s".
    func limitText(now: Instant) -> String {
        let isHost = hostDeadline <= now && hostDeadline < phaseDeadline
        let tenths = (Double(isHost ? hostLimit : phaseLimit) / 1e8).rounded() / 10
        return isHost ? "\(tenths) s, the limit for one host" : "\(tenths) s"
    }
}
