import Hardening
import Testing

@testable import SweepReport

struct TotalsTests {
    @Test(arguments: [
        (VerdictCounts(), 0),
        (VerdictCounts(pass: 1, fail: 1, notApplicable: 1), 1000),
        (VerdictCounts(unknown: 3, unseen: 4), 0),
        (VerdictCounts(pass: 2, unknown: 1), 666),
        (VerdictCounts(pass: 29, unseen: 71), 290),
        (VerdictCounts(pass: 99_999, unknown: 1), 999),
    ])
    func `coverage is rounded down`(counts: VerdictCounts, tenths: Int) {
        #expect(counts.coverageTenths == tenths)
    }

    @Test func `failures are counted by severity, the highest first`() throws {
        let fixture = try FixturePolicy()
        let process = FixtureSweep.apiserver(
            findings: fixture.apiserver(
                all: .pass, fixture.finding("apiserver-profiling", .fail, ""),
                fixture.finding("apiserver-insecure-port", .fail, "", severity: .low),
                fixture.finding("apiserver-etcd-cafile", .fail, "")))
        let counts = failures(in: [process, process])
        #expect(counts.map(\.severity) == [.critical, .high, .medium, .low])
        #expect(counts.map(\.count) == [0, 2, 0, 4])
    }
}
