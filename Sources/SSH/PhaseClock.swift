/// One connection's time: which phase it is in, how long each took, and when it has to be over.
struct PhaseClock {
    private(set) var phase = SSHPhase.waiting
    private var times = PhaseTimes()
    private let started: Instant
    private let hostLimit: UInt64
    private var hostDeadline: Instant
    private(set) var phaseStarted: Instant
    private var phaseDeadline = Instant.max
    /// What the phase's deadline was set from, in nanoseconds.
    private var phaseLimit: UInt64 = 0
    private var stopped: Instant?

    init(hostLimit: Duration, now: Instant) {
        started = now
        phaseStarted = now
        self.hostLimit = hostLimit.clampedNanoseconds
        hostDeadline = now &+ self.hostLimit
    }

    /// The earlier of the phase's and the host's; none while the clock stands still.
    var deadline: Instant { stopped == nil ? min(phaseDeadline, hostDeadline) : .max }

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

    /// Stands still while the connection waits for a place here: the host is not to blame for that.
    mutating func stop(now: Instant) {
        closePhase(now)
        stopped = now
    }

    mutating func resume(now: Instant) {
        guard let since = stopped else { return }
        stopped = nil
        times.held += .nanoseconds(Int64(clamping: now &- since))
        phaseStarted = now
        phaseDeadline = phaseDeadline &+ (now &- since)
        hostDeadline = hostDeadline &+ (now &- since)
    }

    private mutating func closePhase(_ now: Instant) {
        if stopped == nil { times.add(now &- phaseStarted, to: phase) }
    }

    mutating func finish(now: Instant) -> PhaseTimes {
        closePhase(now)
        if let stopped { times.held += .nanoseconds(Int64(clamping: now &- stopped)) }
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
