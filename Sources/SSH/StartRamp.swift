/// How many connections one lane may start by now: a burst, then a rate that doubles each second up to its limit. A
/// sweep of a few hosts never meets it; a large one does not fall at once on firewalls, on address translation, and on
/// the directory service that all hosts ask about the account.
struct StartRamp {
    /// Starts in the first moment, and in the first second after it, for the whole engine.
    static let beginning = 200.0

    private let limit: Double
    private let burst: Double
    private var rate: Double
    private var left: Double
    private var updated: Instant?
    private var nextDoubling: Instant = 0

    private static let second: UInt64 = 1_000_000_000

    /// - Parameter perSecond: the limit for the whole engine.
    init(perSecond: Int, lanes: Int) {
        limit = Double(max(1, perSecond)) / Double(lanes)
        rate = min(limit, Self.beginning / Double(lanes))
        burst = max(1, rate)
        left = burst
    }

    /// Whether one more may start now; if so, it is counted.
    mutating func take(now: Instant) -> Bool {
        update(now)
        guard left >= 1 else { return false }
        left -= 1
        return true
    }

    /// When the next may start; not before `now`.
    func next(now: Instant) -> Instant {
        left >= 1 ? now : now &+ UInt64((1 - left) / rate * Double(Self.second)) &+ 1
    }

    private mutating func update(_ now: Instant) {
        guard var last = updated else {
            updated = now
            nextDoubling = now &+ Self.second
            return
        }
        while rate < limit, nextDoubling <= now {
            add(from: last, to: nextDoubling)
            last = nextDoubling
            rate = min(limit, rate * 2)
            nextDoubling = nextDoubling &+ Self.second
        }
        add(from: last, to: now)
        updated = max(last, now)
    }

    /// What is not used is kept for a quarter of a second: longer pauses do not add up to a flood.
    private mutating func add(from start: Instant, to end: Instant) {
        guard end > start else { return }
        left = min(max(burst, rate / 4), left + rate * Double(end - start) / Double(Self.second))
    }
}
