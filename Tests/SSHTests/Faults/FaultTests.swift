import Hardening
import SSH
import Testing

/// What a sweep says of a host that goes wrong, beside two that do not.
@Suite(.enabled(if: Server.isAvailable))
struct FaultTests {
    @Test(arguments: Fault.all)
    func `is told for what it is, and the other hosts are whole`(fault: Fault) async throws {
        let first = try SweptHost.good("first")
        let last = try SweptHost.good("last", kind: "ecdsa256")
        let records = try await FaultSweep.records([first, try fault.host(), last])
        WholeListing(mark: "first").expect(records[0])
        WholeListing(mark: "last").expect(records[2])
        let record = records[1]
        let findings = record.processes.flatMap(\.findings)
        switch fault.ending {
        case .whole: WholeListing(mark: Fault.mark).expect(record)
        case .seen:
            #expect(record.evidence?.wholeness.word == "proven")
            #expect(record.state == .noControlPlane || record.state == .evaluated)
        case .cut(let word):
            #expect(record.state == .evaluated)
            #expect(record.evidence?.wholeness.word == word)
            #expect(findings.count == 38)
            #expect(findings.filter { $0.verdict == .pass } == [])
            // What was seen to be wrong stays wrong.
            #expect(findings.first { $0.check == "apiserver-profiling" }?.verdict == .fail)
        case .fails(let state, let phase, let reason, let detail):
            #expect(record.state == state)
            let failure = try #require(record.failure)
            #expect(failure.phase == phase)
            #expect(failure.reason == reason)
            #expect(detail.isEmpty || failure.detail.contains(detail), "\(failure.detail)")
            #expect(!failure.hint.isEmpty)
            #expect(findings == [])
        }
    }

    @Test func `every kind of fault has a case`() {
        #expect(Set(Fault.all.map(\.kind)) == Set(Fault.Kind.allCases))
    }
}
