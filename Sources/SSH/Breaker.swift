/// Whether something that many hosts need, and that fails, is tried again: a few times at first, for a while where it
/// had worked before, since it may be starting anew. Then it rests, and whoever needs it is told so at once. After each
/// rest one may try it.
struct Breaker {
    /// Failures in a row before it rests.
    let limit: Int
    /// Nanoseconds since the first of them, where it had worked before.
    var patience: UInt64 = 0

    /// Attempts in a row that failed.
    private(set) var failures = 0
    private var weight = 0
    /// When the first of them began.
    private var failingSince: Instant = 0
    /// When it worked last.
    private(set) var workedAt: Instant?
    private var restsSince: Instant?
    private var restsUntil: Instant = 0
    private var rest = firstRest

    private static let firstRest: UInt64 = 15_000_000_000
    private static let longestRest: UInt64 = 60_000_000_000

    /// For logins at one bastion. An sshd that is started anew is back within seconds.
    static let forLogins = Breaker(limit: 3, patience: 20_000_000_000)

    init(limit: Int, patience: UInt64 = 0) {
        self.limit = limit
        self.patience = patience
    }

    /// Nanoseconds, at random, before the next attempt where those before failed.
    var pause: UInt64 { .random(in: 100_000_000...min(5_000_000_000, 400_000_000 << UInt64(min(failures, 8)))) }

    var isResting: Bool { restsSince != nil }

    /// Whether it may be tried now. Once the rest is over one may, while others are still told that it rests.
    mutating func admits(now: Instant) -> Bool {
        guard isResting else { return true }
        guard now >= restsUntil else { return false }
        restsUntil = now &+ rest
        return true
    }

    mutating func worked(now: Instant) {
        self = Breaker(limit: limit, patience: patience)
        workedAt = now
    }

    /// - Parameters:
    ///   - weight: of how many failures it says as much.
    ///   - begin: of the attempt. One that was under way when another worked, or when the rest began, tells nothing new.
    mutating func failed(weight: Int = 1, begin: Instant, now: Instant) {
        guard begin >= workedAt ?? 0, restsSince.map({ begin > $0 }) ?? true else { return }
        if failures == 0 { failingSince = begin }
        failures += 1
        self.weight += weight
        if isResting {
            rest = min(Self.longestRest, rest * 2)
        } else {
            guard self.weight >= limit, workedAt == nil || now >= failingSince &+ patience else { return }
        }
        restsSince = now
        restsUntil = now &+ rest
    }
}
