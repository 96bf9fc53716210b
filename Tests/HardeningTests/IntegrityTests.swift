import Hardening
import ProcessTable
import Testing

private let trusted = "root 700 1 0 10:14 ? 00:00:00 kube-apiserver"
private let shell = "bob 650 1 0 10:14 pts/0 00:00:00 -bash"
private let shim = "root 600 1 0 10:14 ? 00:00:00 /usr/bin/containerd-shim-runc-v2 -namespace k8s.io"

/// `pid: verdict, observed (note)` of each process-identity finding.
private func identity(_ rows: [String], disable: String = "") throws -> [String] {
    let facts = try builtInFacts.get()
    let text = "policy: p\nextends: stackrox-2019\n" + disable
    let policy = try PolicySource(text: text, file: "p.yaml").policy(facts: facts)
    let evidence = try HostEvidence.read(Array(listing(rows, end: endMarker).utf8), origin: .remoteCommand)
    return Judge(policy: policy, facts: facts).judge(evidence, claimed: Release("1.24")).flatMap { process in
        process.findings.filter { $0.check == "process-identity" }.map { finding in
            "\(process.pid): \(finding.severity.rawValue) \(finding.verdict.text), \(finding.observed) (\(finding.note ?? ""))"
        }
    }
}

private let all = "judged all the same: no kube-apiserver listed can be preferred to it"
private let none = "not judged: a trustworthy kube-apiserver is listed"

struct IntegrityTests {
    @Test(arguments: [
        // Trustworthy.
        ([trusted], []),
        ([shim, "root 700 600 0 10:14 ? 00:00:00 kube-apiserver"], []),
        (["65532 700 1 0 10:14 ? 00:00:00 kube-apiserver"], []),
        (["kube-ap+ 700 1 0 10:14 ? 00:00:00 kube-apiserver"], []),
        (["root 700 777 0 10:14 ? 00:00:00 kube-apiserver"], []),
        // Not root or the component's own account.
        (["bob 700 1 0 10:14 ? 00:00:00 kube-apiserver"], ["700: high fail, runs as bob (\(all))"]),
        (
            [trusted, "nobody 900 1 0 10:14 ? 00:00:00 kube-apiserver --profiling=false"],
            ["900: high fail, runs as nobody (\(none))"]
        ),
        (
            ["bob 700 1 0 10:14 ? 00:00:00 kube-apiserver", "eve 900 1 0 10:14 ? 00:00:00 kube-apiserver"],
            ["700: high fail, runs as bob (\(all))", "900: high fail, runs as eve (\(all))"]
        ),
        (
            ["bob 800 1 0 10:14 ? 00:00:00 kubelet"],
            [
                "800: high fail, runs as bob (judged all the same: no kubelet listed can be preferred to it)"
            ]
        ),
        // The wrong parents.
        (
            [shell, "root 900 650 0 10:14 ? 00:00:00 kube-apiserver"],
            ["900: high fail, started from a login session (bash) (\(all))"]
        ),
        (
            [trusted, shell, "bob 900 650 0 10:14 ? 00:00:00 kube-apiserver"],
            ["900: high fail, runs as bob, started from a login session (bash) (\(none))"]
        ),
        (
            ["root 650 1 0 10:14 ? 00:00:00 python3 x", "root 900 650 0 10:14 ? 00:00:00 kube-apiserver"],
            ["900: high unknown needsReview, started by python3 (\(all))"]
        ),
        // A second claimant with other flags.
        (
            [
                trusted + " --advertise-address=10.0.0.1 --secure-port=6443 --profiling=false",
                "root 900 1 0 10:14 ? 00:00:00 kube-apiserver --advertise_address=10.0.0.1 --profiling=true",
            ],
            [
                "700: high fail, another kube-apiserver (pid 900) claims 10.0.0.1:6443 with other flags (\(all))",
                "900: high fail, another kube-apiserver (pid 700) claims 10.0.0.1:6443 with other flags (\(all))",
            ]
        ),
        (
            [
                trusted + " --advertise-address=10.0.0.1", shim,
                "root 900 600 0 10:14 ? 00:00:00 kube-apiserver --advertise-address=10.0.0.1 --profiling=true",
            ],
            [
                "700: high fail, another kube-apiserver (pid 900) claims 10.0.0.1:6443 with other flags (\(all))",
                "900: high fail, another kube-apiserver (pid 700) claims 10.0.0.1:6443 with other flags (\(all))",
            ]
        ),
        // Legitimate company: other addresses or ports, the same flags, containers, a shared port.
        (
            [
                trusted + " --advertise-address=10.0.0.1",
                "root 900 1 0 10:14 ? 00:00:00 kube-apiserver --advertise-address=10.0.0.2",
            ], []
        ),
        (
            [
                trusted + " --advertise-address=10.0.0.1",
                "root 900 1 0 10:14 ? 00:00:00 kube-apiserver --advertise-address=10.0.0.1 --secure-port=7443",
            ], []
        ),
        (
            [
                trusted + " --advertise-address=10.0.0.1",
                "root 900 1 0 10:14 ? 00:00:00 kube-apiserver --advertise-address=10.0.0.1",
            ], []
        ),
        (
            [
                shim, "root 700 600 0 10:14 ? 00:00:00 kube-apiserver --advertise-address=172.20.0.1",
                "root 900 600 0 10:14 ? 00:00:00 kube-apiserver --advertise-address=172.20.0.1 --profiling=true",
            ], []
        ),
        (
            [
                trusted + " --advertise-address=10.0.0.1 --permit-address-sharing",
                "root 900 1 0 10:14 ? 00:00:00 kube-apiserver --advertise-address=10.0.0.1 --permit-address-sharing=1 -v2",
            ], []
        ),
        ([trusted, "root 900 1 0 10:14 ? 00:00:00 kube-apiserver --profiling=true"], []),
    ])
    func `what speaks against a process is a finding of its own`(rows: [String], findings: [String]) throws {
        #expect(try identity(rows) == findings)
        #expect(try identity(rows, disable: "disable: {process-identity: ours run so}\n") == [])
    }

    @Test func `a look-alike has a record without any other check, and no flags to drift`() throws {
        let records = try judged(
            listing([trusted + " --profiling=true", "nobody 900 1 0 10:14 ? 00:00:00 kube-apiserver --profiling=false"])
        )
        #expect(records.map(\.pid) == [700, 900])
        #expect(records.map(\.findings.count) == [38, 1])
        #expect(records[1].flags == nil)
        #expect(records.map(\.isJudged) == [true, false])
    }

    @Test func `an only claimant in doubt is judged by its own line`() throws {
        let record = try #require(
            try judged(listing(["bob 700 1 0 10:14 ? 00:00:00 kube-apiserver --profiling=false"])).first)
        #expect(try record.finding("profiling").verdict == .pass)
        #expect(record.findings.last?.verdict == .fail)
    }

    @Test func `findings of integrity are counted, but answer no check of the policy`() throws {
        let rows = ["bob 800 1 0 10:14 ? 00:00:00 kubelet"]
        let evidence = try HostEvidence.read(Array(listing(rows).utf8), origin: .saved)
        let processes = try judge().judge(evidence, claimed: nil)
        let judged = JudgedEvidence(
            evidence: evidence, document: EvidenceDocument(evidence), processes: processes, presence: Presence())
        #expect(judged.state == .noControlPlane)
        let file = FileRecord(name: "f", state: .noControlPlane, processes: processes, checkCount: 38)
        #expect(file.counts == VerdictCounts(fail: 1, unseen: 38))
        var summary = EvaluationSummary()
        summary.add(file)
        #expect(summary.worstFailure == .high)
    }

    @Test func `a cluster rolls up the integrity checks that have findings`() throws {
        func cluster(_ rows: [String]) throws -> ClusterRecord {
            let host = HostRecord(
                name: "a", address: "a", state: .evaluated,
                processes: try judged(listing(rows), claimed: Release("1.24")))
            let unseen = HostRecord(name: "b", address: "b", state: .unreachable)
            return ClusterRecord(name: "c", hosts: [host, unseen], policy: try builtInPolicy.get())
        }
        #expect(try cluster([trusted]).checks.count == 38)
        let checks = try cluster([
            trusted + " --insecure-port=0", "nobody 900 1 0 10:14 ? 00:00:00 kube-apiserver",
        ]).checks
        #expect(checks.dropFirst(38).map(\.check) == ["process-identity", "kubernetes-version"])
        #expect(checks.dropFirst(38).map(\.severity) == [.high, .medium])
        #expect(checks.dropFirst(38).map(\.worst) == [.fail, .fail])
        #expect(checks.dropFirst(38).map(\.counts) == [VerdictCounts(fail: 1), VerdictCounts(fail: 1)])
    }

    @Test func `a policy may switch the version check off, but not take an integrity check's id`() throws {
        let facts = try builtInFacts.get()
        let off = "policy: p\nextends: stackrox-2019\ndisable: {kubernetes-version: backports}\n"
        let policy = try PolicySource(text: off, file: "p.yaml").policy(facts: facts)
        let evidence = try HostEvidence.read(Array(listing([trusted + " --insecure-port=0"]).utf8), origin: .saved)
        let records = Judge(policy: policy, facts: facts).judge(evidence, claimed: Release("1.24"))
        #expect(records.map(\.findings.count) == [38])
        let own = """
            policy: p
            checks:
              - {id: process-identity, title: t, severity: low, flags: [profiling], expected: e, rationale: r,
                 remediation: m, expect: {flag: profiling, is: "false"}}
            """
        #expect {
            try PolicySource(text: own, file: "p.yaml").policy(facts: facts)
        } throws: { error in
            "\(error)".contains("p.yaml:3:5: an integrity check has this id, which runs with every policy")
        }
    }
}
