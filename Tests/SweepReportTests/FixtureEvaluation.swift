import Hardening
import ProcessTable

/// Saved listings: a good one, the same wrong thing in three, an excerpt, one that is no listing, hostile text.
struct FixtureEvaluation {
    let record: EvaluationRecord
    let policy: Policy

    init() throws {
        let fixture = try FixturePolicy()
        policy = fixture.policy
        func file(
            _ name: String, _ state: HostState = .evaluated, _ failure: HostFailure? = nil,
            _ wholeness: Wholeness? = .assumed, notes: [String] = [], findings: [Finding] = []
        ) -> FileRecord {
            let processes = findings.isEmpty ? [] : [FixtureSweep.apiserver(findings: findings)]
            return FileRecord(
                name: name, state: state, failure: failure, wholeness: wholeness,
                document: wholeness.map { FixtureSweep.document($0, processes) }, notes: notes, processes: processes,
                checkCount: fixture.policy.checks.count)
        }
        let bad = fixture.apiserver(
            all: .pass, fixture.finding("apiserver-insecure-port", .fail, "--insecure-port=8080"),
            fixture.finding("apiserver-profiling", .unknown(.versionNeeded), "--profiling not set"))
        record = EvaluationRecord(
            policy: fixture.identity, claimed: Release(minor: 31),
            files: [
                file("good.txt", findings: fixture.apiserver(all: .pass)),
                file("host-1.ps", findings: bad), file("host-2.ps", findings: bad), file("host-10.ps", findings: bad),
                file(
                    "-", .evaluated, nil, .excerpt,
                    notes: ["an excerpt without header: whether there are other processes is not known"],
                    findings: fixture.apiserver(all: .notApplicable(.removed))),
                file(
                    "empty.txt", .unreadable,
                    HostFailure(
                        phase: "evidence", reason: "emptyOutput", detail: "the command gave no output",
                        hint: "check that the account may run ps"), nil),
                file(
                    "dir/\(HostileText.all).txt", .noControlPlane,
                    HostFailure(
                        phase: "evidence", reason: "noControlPlane", detail: "none; line 1: \(HostileText.all)",
                        hint: "check that this host is a control-plane host"), .cut(.unreadableRows),
                    notes: [HostileText.all]),
            ])
    }
}
