import Hardening
import ProcessTable
import StrictJSON
import SweepReport
import Testing

/// Explanations of saved listings, through the JSON report and back, in one reviewed file each.
struct ExplanationReportTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let check: String
        let rows: [String]
        var policy = "stackrox-2019"
        var claimed: Release?
        var isExplicit = false
        /// The listing ends in the middle of its last row.
        var isCut = false

        var testDescription: String { name }
    }

    private static func server(_ flags: String, pid: Int = 700) -> String {
        "root \(pid) 1 0 10:14 ? 00:00:00 kube-apiserver \(flags)"
    }

    static let cases = [
        Case(
            name: "repeated-flag", check: "apiserver-profiling",
            rows: [server("--profiling --secure-port=6443 --profiling=true --profiling=false")]),
        Case(
            name: "list-and-alias", check: "apiserver-insecure-port",
            rows: [server("--insecure-port=8080 --port 0 --authorization-mode=Node --authorization-mode RBAC")],
            claimed: Release("1.11")),
        Case(
            name: "default-by-version", check: "apiserver-insecure-port", rows: [server("--secure-port=6443")],
            claimed: Release("1.18")),
        Case(
            name: "releases-disagree", check: "apiserver-insecure-port",
            rows: [server("--enable-admission-plugins=NodeRestriction --service-account-issuer=https://i")]),
        Case(
            name: "settings-in-a-file", check: "kubelet-anonymous-auth",
            rows: ["root 700 1 0 10:14 ? 00:00:00 kubelet --config=/var/lib/kubelet/config.yaml --v=2"],
            policy: "cis-1.12", claimed: Release("1.30")),
        Case(
            name: "distribution", check: "apiserver-profiling",
            rows: ["root 700 1 0 10:14 ? 00:00:00 /usr/local/bin/k3s server --config=/etc/rancher/own.yaml"]),
        Case(
            name: "cut-row", check: "apiserver-authorization-rbac",
            rows: [server("--profiling=false --authorization-mode=Node,RB")], claimed: Release("1.30"), isCut: true),
        Case(
            name: "rule-decides", check: "apiserver-anonymous-auth",
            rows: [server("--authentication-config=/etc/kubernetes/authn.yaml --authorization-mode=Node,RBAC")],
            claimed: Release("1.31")),
        Case(
            name: "explicit", check: "apiserver-insecure-port", rows: [server("--secure-port=6443")],
            claimed: Release("1.22"), isExplicit: true),
        Case(
            name: "two-servers", check: "apiserver-admission-service-account",
            rows: [
                server("--enable-admission-plugins=NodeRestriction"),
                server("--disable-admission-plugins=ServiceAccount --audit-log-path=/var/log/my file", pid: 900),
            ], claimed: Release("1.30")),
        Case(
            name: "neighbour", check: "etcd-trusted-ca-file",
            rows: [
                "root 600 1 0 10:14 ? 00:00:00 etcd --name=a --trusted-ca-file=/etc/ca.crt",
                server("--client-ca-file=/etc/ca.crt --v=2"),
            ], policy: "cis-1.12", claimed: Release("1.30")),
        Case(
            name: "not-running", check: "etcd-trusted-ca-file",
            rows: [server("--etcd-servers=https://10.0.0.9:2379 --advertise-address=10.0.0.1")], policy: "cis-1.12",
            claimed: Release("1.30")),
        Case(
            name: "hostile", check: "apiserver-authorization-rbac",
            rows: [server("--authorization-mode=Node,\u{1B}]0;owned\u{7}RBAC\u{202E} --audit-log-path=/\u{9B}2J")],
            claimed: Release("1.30")),
    ]

    private func rendered(_ test: Case) throws -> String {
        let facts = try BuiltIn.facts()
        let policy = try PolicySource.load(test.policy).policy(facts: facts)
        let judge = Judge(policy: policy, facts: facts, isExplicit: test.isExplicit)
        let first = [
            "UID PID PPID C STIME TTY TIME CMD", "root 1 0 0 Nov01 ? 00:00:09 /sbin/init splash",
        ]
        let text = (first + test.rows).joined(separator: "\n") + (test.isCut ? "" : "\n")
        let evidence = try HostEvidence.read(Array(text.utf8), origin: .saved)
        let processes = judge.judge(evidence, claimed: test.claimed)
        let file = FileRecord(
            name: "dir/cp1.ps", state: .evaluated, wholeness: evidence.wholeness,
            document: EvidenceDocument(evidence), processes: processes, checkCount: policy.checks.count)
        var summary = EvaluationSummary()
        summary.add(file)
        let frame = JSONReport.frame(
            PolicyIdentity(name: policy.name, digest: "sha256:0", isExplicit: test.isExplicit), claimed: test.claimed,
            summary)
        let json = frame.head + JSONReport.element(file, isFirst: true) + frame.tail
        return try explained(Array(json), "dir/cp1.ps", test.check, judge)
    }

    private func explained(
        _ json: [UInt8], _ place: String, _ id: String, _ judge: Judge, pid: Int? = nil, remarks: [String] = []
    ) throws -> String {
        let report = try SavedReport(json, place: place, check: id)
        let check = try #require(judge.policy.checks.first { $0.id == id })
        return ExplanationReport.render(
            report.places.map { PlaceExplanation($0, check: check, judge: judge, pid: pid, remarks: remarks) })
    }

    @Test(arguments: cases)
    func `an explanation as text`(test: Case) throws {
        let text = try rendered(test)
        try Golden.expect(Array(text.utf8), in: "explained-\(test.name).txt")
        #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
        #expect(!text.contains("\u{202E}"))
        // Nothing but a word that cannot be broken is wider.
        for line in text.split(separator: "\n") where line.count > 100 { #expect(!line.dropFirst(30).contains(" ")) }
    }

    @Test(arguments: [
        ("unreachable", "prod-eu/k8s-cp04.eu.example.com", "apiserver-profiling"),
        ("hidden", "broken/c1", "apiserver-profiling"),
        ("other-verdict", "prod-eu/k8s-cp03.eu.example.com", "apiserver-tls-cipher-suites"),
    ])
    func `what a sweep says of a host`(name: String, place: String, check: String) throws {
        let fixture = try FixtureSweep()
        let judge = Judge(policy: fixture.policy, facts: try BuiltIn.facts())
        let text = try explained(
            JSONReport.render(fixture.record), place, check, judge, remarks: ["the policy is another one"])
        try Golden.expect(Array(text.utf8), in: "explained-\(name).txt")
    }

    @Test func `a report without evidence is not explained, and says so`() throws {
        let fixture = try FixtureSweep()
        let judge = Judge(policy: fixture.policy, facts: try BuiltIn.facts())
        let json = String(decoding: JSONReport.render(fixture.record), as: UTF8.self)
        let old = json.replacing(#/,\n *"processTable": .*/#, with: "")
        #expect(old != json)
        let text = try explained(Array(old.utf8), "old/m1", "apiserver-profiling", judge)
        #expect(text.contains("VERDICT    not explained: the report holds findings without the evidence"))
    }

    @Test func `one process is picked by its id, and a wrong id names the others`() throws {
        let fixture = try FixtureSweep()
        let judge = Judge(policy: fixture.policy, facts: try BuiltIn.facts())
        let json = JSONReport.render(fixture.record)
        let one = try explained(json, "old/m1", "apiserver-profiling", judge, pid: 901)
        #expect(one.contains("pid 901") && !one.contains("pid 900"))
        let none = try explained(json, "old/m1", "apiserver-profiling", judge, pid: 7)
        #expect(none.contains("VERDICT    none: no kube-apiserver has this process id; seen: 900, 901\n"))
    }
}
