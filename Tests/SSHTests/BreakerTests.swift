import Testing

@testable import SSH

/// When something that many hosts need is tried again, and when they are told that it is not.
struct BreakerTests {
    private let second: Instant = 1_000_000_000

    private func admits(_ breaker: inout Breaker, at now: Instant) -> Bool { breaker.admits(now: now) }

    private func refusal(_ record: inout CommandRecord, at now: Instant) -> SSHFailure? {
        record.refusal("nc %h", now: now)
    }

    @Test func `rests after as many failures in a row as it may have`() {
        var breaker = Breaker(limit: 3)
        for now in 1...2 as ClosedRange<Instant> {
            breaker.failed(begin: now * second, now: now * second)
            #expect(admits(&breaker, at: now * second))
        }
        breaker.failed(begin: 3 * second, now: 4 * second)
        #expect(breaker.failures == 3)
        #expect(!admits(&breaker, at: 4 * second))
        var heavy = Breaker(limit: 3)
        heavy.failed(weight: 3, begin: 0, now: second)
        #expect(heavy.failures == 1)
        #expect(!admits(&heavy, at: second))
    }

    @Test func `what works in between begins a new row`() {
        var breaker = Breaker(limit: 3)
        breaker.failed(weight: 2, begin: 0, now: second)
        breaker.worked(now: 2 * second)
        // It was under way when another worked.
        breaker.failed(weight: 2, begin: second, now: 3 * second)
        breaker.failed(weight: 2, begin: 3 * second, now: 4 * second)
        #expect(breaker.failures == 1)
        #expect(admits(&breaker, at: 4 * second))
        breaker.failed(weight: 2, begin: 4 * second, now: 5 * second)
        #expect(!admits(&breaker, at: 5 * second))
    }

    @Test func `has patience where it had worked before`() {
        var breaker = Breaker(limit: 3, patience: 30 * second)
        breaker.worked(now: 0)
        for now in 1...30 as ClosedRange<Instant> {
            breaker.failed(begin: now * second, now: now * second)
            #expect(admits(&breaker, at: now * second))
        }
        breaker.failed(begin: 31 * second, now: 31 * second)
        #expect(!admits(&breaker, at: 31 * second))
    }

    @Test func `one may try it after each rest, which grows until it works`() {
        var breaker = Breaker(limit: 1)
        breaker.failed(begin: 0, now: 0)
        var now: Instant = 0
        var rests: [Instant] = []
        for _ in 0..<4 {
            let since = now
            while !admits(&breaker, at: now) { now += second }
            rests.append((now - since) / second)
            // The others are not to try it as well.
            #expect(!admits(&breaker, at: now))
            // Begun before, it says nothing of this attempt.
            breaker.failed(begin: since, now: now)
            breaker.failed(begin: now, now: now)
        }
        #expect(rests == [15, 30, 60, 60])
        breaker.worked(now: now)
        #expect(admits(&breaker, at: now))
        #expect(admits(&breaker, at: now))
        breaker.failed(begin: now, now: now)
        #expect(!admits(&breaker, at: now + 14 * second))
        #expect(admits(&breaker, at: now + 15 * second))
    }

    private let silence = SSHFailure(phase: .proxy, reason: .timedOut, detail: "no word within 30.0 s", hint: "look")

    @Test func `a proxy command behind which nobody answers is given up after five hosts`() {
        var record = CommandRecord()
        for _ in 0..<4 { record.failed(silence, begin: 0, now: 30 * second) }
        #expect(refusal(&record, at: 30 * second) == nil)
        record.failed(silence, begin: 0, now: 30 * second)
        #expect(
            refusal(&record, at: 30 * second)
                == SSHFailure(
                    phase: .proxy, reason: .timedOut,
                    detail: "not tried: the proxy command failed for 5 hosts in a row: nc %h; "
                        + "at last: no word within 30.0 s", hint: "look"))
        #expect(refusal(&record, at: 45 * second) == nil)
        #expect(refusal(&record, at: 45 * second) != nil)
        record.worked(begin: 45 * second, now: 46 * second)
        #expect(refusal(&record, at: 46 * second) == nil)
    }

    @Test func `where it led to others, hosts that do not answer have less time and are tried all the same`() {
        var record = CommandRecord()
        record.worked(begin: 0, now: 3 * second)
        #expect(record.limit(atMost: 30 * second) == 30 * second)
        for _ in 0..<8 { record.failed(silence, begin: 3 * second, now: 33 * second) }
        #expect(refusal(&record, at: 33 * second) == nil)
        #expect(record.limit(atMost: 30 * second) == 9 * second)
        #expect(record.limit(atMost: 4 * second) == 4 * second)
        record.worked(begin: 33 * second, now: 34 * second)
        // They began before.
        for _ in 0..<8 { record.failed(silence, begin: 33 * second, now: 42 * second) }
        #expect(record.limit(atMost: 30 * second) == 30 * second)
    }
}
