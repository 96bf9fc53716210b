import Glibc
import Synchronization
import Testing

@testable import SSH

/// What decides when a host may start, be read on, or try again.
struct GateTests {
    private let second: Instant = 1_000_000_000

    private func starts(_ ramp: inout StartRamp, at now: Instant) -> Int {
        var count = 0
        while ramp.take(now: now) { count += 1 }
        return count
    }

    @Test func `starts 200 at once, and in each second after it twice as many, up to the limit`() {
        var ramp = StartRamp(perSecond: 1000, lanes: 1)
        #expect(starts(&ramp, at: 7 * second) == 200)
        var counts: [Int] = []
        for number in 0..<6 {
            var count = 0
            for part in 1...100 {
                count += starts(&ramp, at: (7 + Instant(number)) * second + Instant(part) * second / 100)
            }
            counts.append(count)
        }
        #expect(counts == [200, 400, 800, 1000, 1000, 1000])
    }

    @Test func `lanes share the rate, and one start is always possible in the end`() {
        var half = StartRamp(perSecond: 1000, lanes: 2)
        #expect(starts(&half, at: 0) == 100)
        var slow = StartRamp(perSecond: 1, lanes: 2)
        #expect(starts(&slow, at: 0) == 1)
        #expect(slow.next(now: 0) == 2 * second + 1)
        #expect(starts(&slow, at: second) == 0)
        #expect(starts(&slow, at: 2 * second + 1) == 1)
    }

    @Test func `a long pause adds up to a quarter of a second and no more`() {
        var ramp = StartRamp(perSecond: 4000, lanes: 1)
        #expect(starts(&ramp, at: 0) == 200)
        #expect(starts(&ramp, at: 3600 * second) == 1000)
    }

    @Test func `lets as many hosts in as there are descriptors, two for each behind a program`() {
        func target(_ route: SSHRoute) -> SSHTarget {
            var target = SSHTarget(
                id: 1, knownHostsName: "h", address: "h", user: "u", identities: [], knownHosts: KnownHosts(text: ""),
                command: "")
            target.route = route
            return target
        }
        let proxied = target(.command(ProxyCommand(template: "nc %h", command: "nc h")))
        var gates = Gates(SSHLimits(), descriptors: 5)
        var count = 0
        while gates.mayStart(taking: target(.direct).descriptors) {
            gates.begins(taking: target(.direct).descriptors)
            count += 1
        }
        #expect(count == 5)
        gates.ended(taking: target(.direct).descriptors)
        #expect(!gates.mayStart(taking: proxied.descriptors))
        gates.ended(taking: target(.direct).descriptors)
        #expect(gates.mayStart(taking: proxied.descriptors))
        // Better late than never.
        let none = Gates(SSHLimits(), descriptors: 1)
        #expect(none.mayStart(taking: proxied.descriptors))
        // Bastions' sessions are outside the gates, and what goes through them takes nothing.
        var beyond = Gates(SSHLimits(), descriptors: 1)
        beyond.begins(taking: 2)
        #expect(beyond.mayStart(taking: 0))
        #expect(!beyond.mayStart(taking: 1))
    }

    @Test func `a shortage pauses longer and longer, and is hopeless once nothing has changed for its limit`() {
        var shortage = Shortage()
        #expect(shortage.pausedUntil == 0)
        var pauses: [Instant] = []
        for _ in 0..<8 {
            shortage.met(now: 5 * second)
            pauses.append((shortage.pausedUntil - 5 * second) / 1_000_000)
        }
        #expect(pauses == [20, 40, 80, 160, 320, 640, 1000, 1000])
        #expect(!shortage.isHopeless(after: 90 * second, now: 94 * second))
        #expect(shortage.isHopeless(after: 90 * second, now: 95 * second))
        shortage.progressed(now: 95 * second)
        #expect(!shortage.isHopeless(after: 90 * second, now: 200 * second))
        shortage.met(now: 200 * second)
        #expect(shortage.pausedUntil == 200 * second + 20_000_000)
    }

    @Test func `output counts until it is let go, and room comes back at half the bound`() {
        let news = Atomic<Int>(0)
        let budget = OutputBudget(limit: 100) { news.add(1, ordering: .relaxed) }
        var first: OutputHold? = OutputHold(budget)
        let second = OutputHold(budget)
        first?.grow(to: 60)
        second.grow(to: 30)
        #expect(!budget.isFull)
        second.grow(to: 40)
        #expect(budget.isFull)
        // Nobody has either of them, so no one can let go.
        #expect(budget.isStuck)
        first?.handOver()
        #expect(!budget.isStuck)
        first = nil
        #expect(!budget.isFull)
        #expect(news.load(ordering: .relaxed) == 1)
    }

    @Test func `says so when what was handed over is gone and what remains cannot end`() {
        let news = Atomic<Int>(0)
        let budget = OutputBudget(limit: 100) { news.add(1, ordering: .relaxed) }
        let begun = OutputHold(budget)
        begun.grow(to: 90)
        var whole: OutputHold? = OutputHold(budget)
        whole?.grow(to: 20)
        whole?.handOver()
        #expect(budget.isFull)
        #expect(!budget.isStuck)
        whole = nil
        #expect(budget.isStuck)
        #expect(news.load(ordering: .relaxed) == 1)
    }

    @Test func `a queue gives first what was put in front`() {
        var queue = Queue<Int>()
        queue.prepend(1)
        queue.append(2)
        #expect(queue.popFirst() == 1)
        queue.prepend(3)
        #expect(queue.first == 3)
        #expect(queue.popFirst() == 3)
        #expect(queue.popFirst() == 2)
        #expect(queue.first == nil)
    }

    @Test func `no local port is this machine's lack, no address of the family is not`() {
        var four = Dialer(
            addresses: [SocketAddress(literal: "127.0.0.1", port: 1)].compactMap { $0 }, port: 1, firstKept: .max)
        _ = four.next()
        #expect(four.reason(for: EADDRNOTAVAIL) == .portsExhausted)
        var six = Dialer(
            addresses: [SocketAddress(literal: "::1", port: 1)].compactMap { $0 }, port: 1, firstKept: .max)
        _ = six.next()
        #expect(six.reason(for: EADDRNOTAVAIL) == .hostUnreachable)
    }
}
