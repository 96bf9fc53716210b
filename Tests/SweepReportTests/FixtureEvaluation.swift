import Hardening
import ProcessTable
import SweepReport

/// Saved listings: a good one, the same wrong thing in three, an excerpt, one that is no listing, hostile text.
struct FixtureEvaluation {
    let policy: Policy
    private let identity: PolicyIdentity
    private let files: [FileRecord]

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
        identity = fixture.identity
        files = [
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
        ]
    }

    /// Files that all fail one check, every other one with a value of its own.
    func many(_ number: Int) throws -> [FileRecord] {
        let fixture = try FixturePolicy()
        return (0..<number).map { index in
            let observed = "--profiling=\(index % 2 == 0 ? "true" : "\(index)")"
            let finding = fixture.finding("apiserver-profiling", .fail, observed)
            return FileRecord(
                name: "cp\(index).ps", state: .evaluated, wholeness: .assumed,
                processes: [FixtureSweep.apiserver(findings: fixture.apiserver(all: .pass, finding))],
                checkCount: policy.checks.count)
        }
    }

    func json() -> [UInt8] {
        var pieces: [UInt8] = []
        var summary = EvaluationSummary()
        for file in files {
            pieces += JSONReport.element(file, isFirst: summary.fileCount == 0)
            summary.add(file)
        }
        let frame = JSONReport.frame(identity, claimed: Release(minor: 31), summary)
        return frame.head + pieces + frame.tail
    }

    func text(_ style: TerminalStyle) -> String { text(style, files) }

    func text(_ style: TerminalStyle, _ files: [FileRecord]) -> String {
        var text = EvaluationText()
        var summary = EvaluationSummary()
        for file in files {
            text.add(file)
            summary.add(file)
        }
        return text.render(identity, summary, policy: policy, style: style)
    }
}
