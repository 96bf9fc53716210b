import Hardening
import SSH
import Testing

/// A real server whose stream ends, or stops, anywhere: between the first byte of its banner and its CLOSE.
@Suite(.enabled(if: Server.isAvailable), .serialized)
struct CutTests {
    /// Bytes between two points at which a session is cut.
    private static let step = 60

    /// What may be said of a cut in each phase.
    private static let reasons: [CuttingRelay.Cut: [String: Set<String>]] = {
        // Behind the signature sshd hangs up where PAM refuses the account.
        let broken: [String: Set<String>] = [
            "handshake": ["throttled", "connectionLost"], "authenticate": ["connectionLost", "accountRefused"],
            "execute": ["connectionLost"], "read": ["connectionLost"],
        ]
        // A reset tells nothing of the account.
        let reset = broken.merging(["authenticate": ["connectionLost"]]) { $1 }
        return [.reset: reset, .close: broken, .silence: broken.mapValues { _ in ["timedOut"] }]
    }()

    @Test(arguments: CuttingRelay.Cut.allCases)
    func `fails in its phase wherever it is cut, and is never half an answer`(cut: CuttingRelay.Cut) async throws {
        let good = [try SweptHost.good("first"), try SweptHost.good("last", kind: "ecdsa256")]
        var host = try SweptHost.good("cut")
        let server = try #require(host.parts.first as? Server)

        func behind(_ relay: CuttingRelay) -> SweptHost {
            host.port = relay.port
            var copy = host
            copy.parts = [relay]
            return copy
        }
        let counting = try CuttingRelay(to: server)
        let whole = try await FaultSweep.records([behind(counting)])
        WholeListing(mark: "cut").expect(whole[0])
        let total = counting.passed
        #expect(total > 1500)

        // Every run has other points between the fixed ends.
        let offset = Int.random(in: 1...Self.step)
        let points = [0, 1] + Array(stride(from: offset, to: total, by: Self.step)) + [total - 1, total, .max]
        let cuts = try points.map { behind(try CuttingRelay(to: server, after: $0, then: cut)) }
        // Where the cut itself ends the host, no clock needs to.
        let limits = cut == .silence ? FaultSweep.limits : .forTests
        let records = try await FaultSweep.records(good + cuts, limits: limits)
        WholeListing(mark: "first").expect(records[0])
        WholeListing(mark: "last").expect(records[1])
        var phases: Set<String> = []
        for (point, record) in zip(points, records.dropFirst(2)) {
            if record.state == .evaluated {
                WholeListing(mark: "cut").expect(record)
                #expect(record.evidence?.digest == whole[0].evidence?.digest)
                #expect(point > total / 2, "an answer after \(point) of \(total) bytes")
                continue
            }
            let failure = try #require(record.failure, "after \(point) of \(total) bytes")
            let allowed = Self.reasons[cut]?[failure.phase] ?? []
            #expect(
                allowed.contains(failure.reason),
                "after \(point) of \(total) bytes: \(failure.phase) \(failure.reason) \(failure.detail)")
            #expect(record.state == .unreachable)
            #expect(!failure.hint.isEmpty)
            #expect(record.processes.isEmpty)
            phases.insert(failure.phase)
        }
        #expect(phases == ["handshake", "authenticate", "execute", "read"])
        #expect(records.last?.state == .evaluated)
        withExtendedLifetime(server) {}
    }
}
