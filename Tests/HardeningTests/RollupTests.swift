import Hardening
import ProcessTable
import SeededRandom
import Testing

private let check = "apiserver-profiling"

private func process(_ verdict: Verdict, _ severity: Severity = .low) -> ProcessRecord {
    ProcessRecord(
        component: .kubeAPIServer, pid: 1, user: "root",
        findings: [Finding(check: check, severity: severity, verdict: verdict, observed: "o", expected: "e")])
}

private func host(_ processes: ProcessRecord..., name: String = "a", state: HostState = .evaluated) -> HostRecord {
    HostRecord(name: name, address: name, state: state, processes: processes)
}

private func rollup(_ hosts: [HostRecord]) throws -> CheckRollup {
    let cluster = ClusterRecord(name: "c", hosts: hosts, policy: try builtInPolicy.get())
    return try #require(cluster.checks.first { $0.check == check })
}

struct RollupTests {
    @Test(arguments: [
        ([Verdict.pass, .pass], "pass", VerdictCounts(pass: 2)),
        ([.pass, .fail], "fail", VerdictCounts(pass: 1, fail: 1)),
        ([.unknown(.truncated), .fail], "fail", VerdictCounts(fail: 1, unknown: 1)),
        ([.pass, .unknown(.ambiguous)], "unknown ambiguous", VerdictCounts(pass: 1, unknown: 1)),
        ([.pass, .notApplicable(.removed)], "pass", VerdictCounts(pass: 1, notApplicable: 1)),
        (
            [.notApplicable(.removed), .notApplicable(.removed)], "notApplicable removed",
            VerdictCounts(notApplicable: 2)
        ),
        (
            [.notApplicable(.removed), .unknown(.incomplete)], "unknown incomplete",
            VerdictCounts(unknown: 1, notApplicable: 1)
        ),
    ])
    func `the worst verdict of all hosts counts`(verdicts: [Verdict], worst: String, counts: VerdictCounts) throws {
        let hosts = verdicts.enumerated().map { host(process($1), name: "h\($0)") }
        for hosts in [hosts, hosts.reversed()] {
            let rollup = try rollup(hosts)
            #expect(rollup.worst.text == worst)
            #expect(rollup.counts == counts)
        }
        let together = try rollup([
            HostRecord(name: "a", address: "a", state: .evaluated, processes: verdicts.map { process($0) })
        ])
        #expect(together.worst.text == worst && together.counts == counts)
    }

    @Test func `every finding counts for its own check, in whatever order and however often`() throws {
        let checks = try builtInPolicy.get().checks.map(\.id)
        let integrity = IntegrityCheck.all.map(\.id)
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<50 {
            let findings = (checks + checks + integrity + ["of no policy"]).shuffled(using: &generator)
                .prefix(Int.random(in: 0...80, using: &generator))
                .map { Finding(check: $0, severity: .low, verdict: .fail, observed: "o", expected: "e") }
            let process = ProcessRecord(component: .kubeAPIServer, pid: 1, user: "root", findings: Array(findings))
            let cluster = ClusterRecord(name: "c", hosts: [host(process)], policy: try builtInPolicy.get())
            #expect(
                cluster.checks.map(\.check) == checks + integrity.filter { id in findings.contains { $0.check == id } })
            for rollup in cluster.checks {
                #expect(rollup.counts.fail == findings.count { $0.check == rollup.check })
            }
        }
    }

    @Test(arguments: [HostState.unreachable, .noControlPlane, .hidden, .incomplete, .unreadable, .abandoned])
    func `a host that was not judged is unseen`(state: HostState) throws {
        let one = try rollup([host(process(.pass)), host(name: "b", state: state)])
        #expect(one.worst == .unknown(.unseen))
        #expect(one.counts == VerdictCounts(pass: 1, unseen: 1))
        let failing = try rollup([host(process(.fail)), host(name: "b", state: state)])
        #expect(failing.worst == .fail)
    }

    @Test func `a cluster without hosts has seen nothing`() throws {
        #expect(try rollup([]).worst == .unknown(.unseen))
        #expect(try rollup([]).counts == VerdictCounts())
    }

    @Test func `the severity is the highest failure's, else the check's own`() throws {
        #expect(try rollup([host(process(.pass, .critical))]).severity == .low)
        #expect(try rollup([host(process(.fail, .medium)), host(process(.fail, .high), name: "b")]).severity == .high)
        #expect(
            try rollup([host(process(.fail, .medium)), host(process(.unknown(.unseen), .high), name: "b")]).severity
                == .medium)
    }

    @Test(arguments: [
        (VerdictCounts(), 0.0),
        (VerdictCounts(pass: 3, fail: 1), 100.0),
        (VerdictCounts(pass: 1, fail: 1, notApplicable: 1), 100.0),
        (VerdictCounts(pass: 1, unknown: 1), 50.0),
        (VerdictCounts(pass: 1, unknown: 1, unseen: 2), 25.0),
        (VerdictCounts(unseen: 38), 0.0),
        (VerdictCounts(unknown: 38), 0.0),
    ])
    func `coverage is the decided part in percent`(counts: VerdictCounts, coverage: Double) {
        #expect(counts.coverage == coverage)
    }

    @Test func `a sweep counts every check of every host`() throws {
        let policy = try builtInPolicy.get()
        let evidence = try HostEvidence.read(Array(listing([apiServerRow("--profiling=false")]).utf8), origin: .saved)
        let seen = HostRecord(
            name: "a", address: "a", state: .evaluated,
            processes: try judge().judge(evidence, claimed: Release("1.24")))
        let cluster = ClusterRecord(
            name: "c", hosts: [seen, HostRecord(name: "b", address: "b", state: .unreachable)], policy: policy)
        #expect(cluster.counts.total == 76)
        #expect(cluster.counts.unseen == 38)
        #expect(cluster.hosts.map(\.name) == ["a", "b"])
        let record = SweepRecord(
            tool: ToolIdentity(name: "t", version: "1", libssh2: "1"), policy: PolicyIdentity(name: "p", digest: "d"),
            inventory: InventoryIdentity(digest: "d", hosts: 2),
            sweep: SweepIdentity(id: "i", started: "s", ended: "e", isComplete: false), clusters: [cluster, cluster])
        #expect(record.counts.total == 152)
        #expect(record.worstFailure == .critical)
        #expect(FileRecord(name: "f", state: .noControlPlane, checkCount: 38).counts == VerdictCounts(unseen: 38))
    }
}
