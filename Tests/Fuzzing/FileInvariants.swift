import Hardening
import HostInventory
import ProcessTable
import StrictYAML

func checkPolicy(_ bytes: UnsafeBufferPointer<UInt8>) throws(BrokenInvariant) {
    let text = String(decoding: bytes, as: UTF8.self)
    let policy: Policy
    do throws(PolicyError) {
        policy = try PolicySource(text: text, file: "p.yaml").policy(facts: builtInFacts)
    } catch {
        try check(error.problems, error.description, of: text)
        return
    }
    try hold(!policy.name.isEmpty && !policy.checks.isEmpty, "a policy without name or checks")
    try hold(policy.sources.first == text, "a policy that is not made of its text")
    try hold(Set(policy.checks.map(\.id)).count == policy.checks.count, "an id stands for two checks")
    let findings = Judge(policy: policy, facts: builtInFacts).judge(evidence, claimed: nil)
    for (process, record) in zip(evidence.processes, findings) {
        let asked = policy.checks.filter { $0.component == process.component.rawValue }
        try hold(record.findings.map(\.check) == asked.map(\.id), "checks lost or invented")
    }
}

func checkFacts(_ bytes: UnsafeBufferPointer<UInt8>) throws(BrokenInvariant) {
    let source = String(decoding: bytes, as: UTF8.self)
    let facts: ComponentFacts
    do throws(YAMLError) {
        facts = try ComponentFacts.parse(source, file: "f.yaml")
    } catch {
        try check(error.problems, error.description, of: source)
        return
    }
    try hold(facts.index.values.allSatisfy(facts.flags.indices.contains), "a name of no flag")
    var process = evidence.processes[0]
    process.component = facts.component
    _ = facts.syntax.parse(process.arguments)
    // A check without a flag fits any facts.
    let text =
        "policy: p\nchecks: [{id: a, title: t, severity: low, component: \(facts.component.rawValue), flags: [], "
        + "expected: e, rationale: r, remediation: r, expect: {versions: '>=1.10'}}]"
    guard let policy = try? PolicySource(text: text, file: "p").policy(facts: [facts.component: facts]) else { return }
    let judge = Judge(policy: policy, facts: [facts.component: facts])
    let record = judge.judge(HostEvidence(process), claimed: nil)
    try hold(record == judge.judge(HostEvidence(process), claimed: nil), "judged twice, judged differently")
}

func checkInventory(_ bytes: UnsafeBufferPointer<UInt8>) throws(BrokenInvariant) {
    let text = String(decoding: bytes, as: UTF8.self)
    let fleet: Fleet
    do throws(YAMLError) {
        fleet = try Fleet.parse(text, file: "i.yaml")
    } catch {
        try check(error.problems, error.description, of: text)
        return
    }
    try hold(!fleet.clusters.isEmpty && fleet.clusters.allSatisfy { !$0.hosts.isEmpty }, "a cluster without hosts")
    try hold(fleet.hostCount <= 100_000, "\(fleet.hostCount) hosts")
    let hosts = fleet.clusters.flatMap(\.hosts)
    try hold(Set(hosts.map(\.name)).count == hosts.count, "two hosts of one name")
    try hold(Set(hosts.map { "\($0.address) \($0.port)" }).count == hosts.count, "two hosts at one address")
    for host in hosts {
        try checkPrintable(host.name + host.address + (host.user ?? "") + host.cluster, "a host")
    }
}

func checkWaivers(_ bytes: UnsafeBufferPointer<UInt8>) throws(BrokenInvariant) {
    let text = String(decoding: bytes, as: UTF8.self)
    let list: WaiverList
    do throws(YAMLError) {
        list = try WaiverList.parse(text, file: "w.yaml")
    } catch {
        try check(error.problems, error.description, of: text)
        return
    }
    try hold(list.text == text, "waivers that are not made of their text")
    try hold(Set(list.waivers.map(\.id)).count == list.waivers.count, "an id stands for two waivers")
    let moment = "2026-11-24T02:00:00Z"
    for finding in list.lint(at: moment, checks: ["apiserver-profiling"], places: [place]) {
        try checkPrintable(finding.description, "a remark")
    }
    for waiver in list.waivers {
        try checkPrintable(waiver.id, "an id")
        for verdict in [Verdict.pass, .fail, .unknown(.unseen), .notApplicable(.removed)] {
            let finding = Finding(
                check: waiver.check, severity: .low, verdict: verdict, observed: waiver.value ?? "", expected: "")
            switch list.state(of: finding, on: place, at: moment) {
            case .none: break
            case .active(let other), .expired(let other):
                try hold(verdict == .fail, "a waiver over what is no failure")
                try hold(other.check == waiver.check, "a waiver over another check")
            }
        }
    }
}

private let place = WaiverPlace(cluster: "prod", labels: ["env": "prod"], host: "cp1.prod", address: "10.0.0.1:22")

/// Every problem has its place in the text, and all of them can be printed.
func check(_ problems: [YAMLProblem], _ description: String, of text: String) throws(BrokenInvariant) {
    // One line more than there are breaks, and one more at the end of the text.
    let lines = text.unicodeScalars.count { "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) } + 2
    try hold(!problems.isEmpty && problems.count <= 1000, "\(problems.count) problems")
    for problem in problems {
        try hold((1...lines).contains(problem.place.line), "line \(problem.place.line) of \(lines)")
        try hold((1...text.unicodeScalars.count + 2).contains(problem.place.column), "column \(problem.place.column)")
    }
    try checkPrintable(description, "an error")
}

private let evidence = HostEvidence(
    ControlPlaneProcess(
        component: .kubeAPIServer, pid: 7, parent: 1, user: "root", program: "kube-apiserver",
        arguments: [
            "--anonymous-auth=false", "--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
            "--etcd-servers=https://127.0.0.1:2379", "--feature-gates=A=true", "--secure-port=6443",
            "--request-timeout=300s", "--tls-cipher-suites=TLS_AES_128_GCM_SHA256", "--audit-log-maxage", "30",
        ]))

extension HostEvidence {
    fileprivate init(_ process: ControlPlaneProcess) {
        self.init(wholeness: .proven, isHidden: false, rowCount: 1, processes: [process])
    }
}
