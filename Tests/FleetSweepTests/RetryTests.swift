import SSH
import Testing

@testable import FleetSweep

struct RetryTests {
    /// Phase, reason, and the attempts after which another one is made.
    private static let worthwhile: [(SSHPhase, SSHFailureReason, [Int])] = [
        (.connect, .connectionRefused, [1]), (.connect, .timedOut, [1]), (.connect, .descriptorsExhausted, [1, 2]),
        (.resolve, .nameServiceFailed, [1, 2]), (.handshake, .throttled, [1, 2]),
        (.handshake, .connectionLost, [1, 2]), (.execute, .replyLost, [1]), (.read, .connectionLost, [1]),
    ]

    @Test func `only what may pass is tried again, and nothing at or behind the sign-in`() {
        let retry = Retry()
        for phase in SSHPhase.allCases {
            for reason in SSHFailureReason.allCases {
                let failure = SSHFailure(phase: phase, reason: reason, detail: "")
                let attempts = (1...5).filter { retry.isWorthwhile(after: failure, attempts: $0) }
                if let known = Self.worthwhile.first(where: { $0.0 == phase && $0.1 == reason }) {
                    #expect(attempts == known.2, "\(phase) \(reason)")
                }
                if [.waiting, .hostKey, .authenticate, .close].contains(phase) || !reason.mayPassLater {
                    #expect(attempts == [], "\(phase) \(reason)")
                }
            }
        }
        #expect(
            !retry.isWorthwhile(after: SSHFailure(phase: .handshake, reason: .timedOut, detail: ""), attempts: 1))
        #expect(!retry.isWorthwhile(after: SSHFailure(phase: .read, reason: .timedOut, detail: ""), attempts: 1))
    }

    @Test func `a host whose bastion's session was lost is tried again, wherever it stood`() {
        for phase in SSHPhase.allCases {
            var failure = SSHFailure(phase: phase, reason: .connectionLost, detail: "")
            failure.wasCutOff = true
            #expect((1...5).filter { Retry().isWorthwhile(after: failure, attempts: $0) } == [1, 2])
        }
    }

    @Test func `no retry is made where none is wanted`() {
        var retry = Retry()
        retry.limit = 0
        #expect(
            !retry.isWorthwhile(after: SSHFailure(phase: .handshake, reason: .throttled, detail: ""), attempts: 1))
    }

    @Test func `pauses have full jitter, double and are capped`() {
        let retry = Retry()
        #expect(
            [1, 2, 3, 4, 5, 60].map { retry.pause(attempts: $0, random: 1) }
                == [1, 2, 4, 8, 15, 15].map { .seconds($0) })
        #expect(retry.pause(attempts: 3, random: 0) == .zero)
        #expect(retry.pause(attempts: 3, random: 0.25) == .seconds(1))
        for _ in 0..<100 { #expect((.zero ... .seconds(2)).contains(retry.pause(attempts: 2))) }
    }

    @Test func `a pause ends with the sweep`() async {
        let end = SweepEnd()
        #expect(await end.waits(.milliseconds(1)))
        let start = ContinuousClock.now
        Task {
            try await Task.sleep(for: .milliseconds(50))
            end.raise("interrupted")
        }
        #expect(await !end.waits(.seconds(30)))
        #expect(start.duration(to: .now) < .seconds(10))
        #expect(await !end.waits(.zero))
    }
}
