import ProcessTable
import SeededRandom
import Testing

@testable import Hardening

private func explanation(
    _ check: String, _ rows: [String], policy name: String = "stackrox-2019", claimed: String? = nil,
    pid: Int? = nil, isExplicit: Bool = false, end: String = endMarker
) throws -> Explanation {
    let facts = try builtInFacts.get()
    let policy = try PolicySource.load(name).policy(facts: facts)
    let judge = Judge(policy: policy, facts: facts, isExplicit: isExplicit)
    let evidence = try HostEvidence.read(Array(listing(rows, end: end).utf8), origin: .remoteCommand)
    let component = try #require(policy.checks.first { $0.id == check }).component
    let position = try #require(
        evidence.processes.firstIndex { $0.component.rawValue == component && (pid == nil || $0.pid == pid) })
    return try #require(
        judge.explain(check, process: position, in: evidence, claimed: claimed.flatMap { Release($0) }))
}

private func explanation(_ check: String, _ flags: String, claimed: String? = nil) throws -> Explanation {
    try explanation("apiserver-" + check, [apiServerRow(flags)], claimed: claimed)
}

struct ExplanationTests {
    @Test func `of a repeated flag the last counts`() throws {
        let found = try explanation("profiling", "--profiling=true --v 2 --profiling --profiling=false")
        let flag = try #require(found.flags.first { $0.name == "profiling" })
        #expect(flag.combination == .lastCounts)
        #expect(flag.occurrences.map(\.tokens) == [["--profiling=true"], ["--profiling"], ["--profiling=false"]])
        #expect(flag.occurrences.map(\.positions) == [0..<1, 3..<4, 4..<5])
        #expect(flag.occurrences.map(\.form) == [.joined, .bare, .joined])
        #expect(flag.occurrences.map(\.counts) == [false, false, true])
        #expect(flag.values.map(\.value) == [.text("false", isDefault: false)])
        #expect(found.finding.verdict == .pass)
    }

    @Test func `a sign is one whatever mark stands behind it`() throws {
        let found = try explanation("audit-log-path", "--audit-log-path=\u{301}x")
        let flag = try #require(found.flags.first { $0.name == "audit-log-path" })
        #expect(flag.occurrences.map(\.form) == [.joined])
    }

    @Test func `lists add up, whichever way they are written`() throws {
        let found = try explanation("authorization-node", "--authorization-mode Node --authorization-mode=RBAC,Webhook")
        let flag = try #require(found.flags.first { $0.name == "authorization-mode" })
        #expect(flag.combination == .allAdd)
        #expect(flag.occurrences.map(\.form) == [.separate, .joined])
        #expect(flag.occurrences.map(\.positions) == [0..<2, 2..<3])
        #expect(flag.occurrences.map(\.counts) == [true, true])
        #expect(
            flag.values.map(\.value) == [.list(["Node", "RBAC", "Webhook"], isDefault: false, mayGoOn: false)])
    }

    @Test func `another name of a flag is shown as it is written`() throws {
        let found = try explanation("insecure-port", "--insecure-port=8080 --port=0", claimed: "1.11")
        #expect(found.flags.first?.occurrences.map(\.name) == ["insecure-port", "port"])
        #expect(found.flags.first?.occurrences.map(\.counts) == [false, true])
    }

    @Test func `a default has the releases for which it holds`() throws {
        let found = try explanation("insecure-port", "--storage-backend=etcd3")
        let values = try #require(found.flags.first).values
        #expect(values.map(\.releases.description) == ["1.5 to 1.19"])
        #expect(values.map(\.value) == [.text("8080", isDefault: true)])
        let both = try explanation("insecure-port", "--enable-admission-plugins=X --service-account-issuer=i")
        #expect(both.flags.first?.values.map(\.releases.description) == ["1.10 to 1.19", "1.20 to 1.36"])
        #expect(
            both.flags.first?.values.map(\.value) == [.text("8080", isDefault: true), .text("0", isDefault: true)])
    }

    @Test func `each stretch of releases has its answer, and together they are open`() throws {
        let found = try explanation("insecure-port", "--service-account-issuer=i")
        #expect(found.eras.map(\.releases.description) == ["1.5 to 1.19", "1.20 to 1.23", "1.24 to 1.36"])
        #expect(found.eras.map(\.verdict) == [.fail, .pass, .notApplicable(.removed)])
        #expect(found.merged == .unknown(.versionNeeded))
        #expect(!found.isDoubted)
    }

    @Test func `the version is narrowed step by step`() throws {
        let found = try explanation("profiling", "--egress-selector-config-file=/e --insecure-port=0")
        #expect(
            found.version.proofs.map(\.witness) == [
                "--egress-selector-config-file", "--insecure-port", "the absence of --service-account-issuer",
            ])
        #expect(found.version.bounds.releases.description == "1.16 to 1.19")
        let stated = try explanation("profiling", "--egress-selector-config-file=/e", claimed: "1.15")
        #expect(
            stated.version.bounds.conflict
                == .disproved(
                    stated: Release(minor: 15), proofs: ["--egress-selector-config-file (added in 1.16)"]))
    }

    @Test func `a rule that decides ends the questions`() throws {
        let found = try explanation("anonymous-auth", "--authentication-config=/a", claimed: "1.31")
        let era = try #require(found.eras.first)
        #expect(era.steps.map(\.question) == [.rule(1)])
        #expect(era.steps.first?.effect == .decides(.unknown(.configuredInFile)))
        #expect(era.steps.first?.condition.parts.map(\.truth) == [.yes, .yes])
        #expect(era.steps.first?.condition.parts.first?.words == "--authentication-config is set")
        #expect(era.steps.first?.condition.parts.first?.seen == "it is /a")
    }

    @Test func `a row that may be cut leaves open what it does not show`() throws {
        let row = apiServerRow("--profiling=false --authorization-mode=Node,RB")
        let evidence = try HostEvidence.read(Array((header + "\n" + initRow + "\n" + row).utf8), origin: .saved)
        let found = try #require(
            judge().explain("apiserver-authorization-rbac", process: 0, in: evidence, claimed: Release("1.24")))
        #expect(found.process.isCut)
        let flag = try #require(found.flags.first { $0.name == "authorization-mode" })
        #expect(flag.isCut && flag.occurrences.isEmpty)
        #expect(flag.values.map(\.value) == [.list([], isDefault: true, mayGoOn: true)])
        #expect(found.eras.first?.steps.last?.condition.truth == .open(.truncated))
        #expect(found.finding.verdict == .unknown(.truncated))
    }

    @Test func `a pass in a listing that is not whole is taken back`() throws {
        let rows = [apiServerRow("--request-timeout=1m0s --authorization-mode=RBAC")]
        let found = try explanation("apiserver-authorization-rbac", rows, claimed: "1.24", end: "")
        #expect(found.wholeness == .cut(.noEndMarker))
        #expect(found.merged == .pass)
        #expect(found.finding.verdict == .unknown(.incomplete))
        #expect(found.isDoubted)
    }

    @Test func `what stands in a file has no rules to ask`() throws {
        let found = try explanation(
            "apiserver-profiling", ["root 7 1 0 10:14 ? 00:00:00 k3s server --config=/etc/k.yaml"])
        #expect(found.eras.isEmpty && found.flags.isEmpty && found.version.proofs.isEmpty)
        #expect(found.process.settings == .file(distribution: "k3s", path: "/etc/k.yaml"))
        #expect(found.finding.verdict == .unknown(.configuredInFile))
    }

    @Test func `a file beside the line is named, with how it was told`() throws {
        let row = "root 7 1 0 10:14 ? 00:00:00 kubelet --config=/var/lib/kubelet/config.yaml --read-only-port=0"
        let found = try explanation("kubelet-anonymous-auth", [row], policy: "cis-1.12", claimed: "1.30")
        let place = try #require(found.places.first)
        #expect(found.places.count == 1)
        #expect(place.path == "/var/lib/kubelet/config.yaml")
        #expect(!place.overridesLine)
        #expect(place.when.words == "--config is set" && place.when.truth == .yes)
        #expect(found.finding.verdict == .unknown(.configuredInFile))
        // What is on the line wins over that file.
        let line = try explanation("kubelet-read-only-port", [row], policy: "cis-1.12", claimed: "1.30")
        #expect(line.places.isEmpty && line.finding.verdict == .pass)
    }

    @Test func `the flag of a neighbour is shown with its process`() throws {
        let rows = [
            "root 7 1 0 10:14 ? 00:00:00 etcd --name=a --trusted-ca-file=/etc/ca.crt",
            apiServerRow("--client-ca-file=/etc/ca.crt", pid: 70), apiServerRow("--client-ca-file=/other", pid: 71),
        ]
        let found = try explanation("etcd-trusted-ca-file", rows, policy: "cis-1.12", claimed: "1.30")
        #expect(found.neighbours.map(\.pid) == [70, 71])
        #expect(
            found.neighbours.map { $0.flag.values.map(\.value) } == [
                [.text("/etc/ca.crt", isDefault: false)], [.text("/other", isDefault: false)],
            ])
        #expect(found.finding.verdict == .fail)
    }

    @Test func `what plugins and gates are is told from the facts`() throws {
        let plugin = try explanation("admission-service-account", "--v=2", claimed: "1.30")
        #expect(plugin.facts == ["admission plugin ServiceAccount: on by default from 1.10"])
        #expect(plugin.flags.map(\.name).contains("disable-admission-plugins"))
        let gate = try explanation("advanced-auditing", "--feature-gates=AdvancedAuditing=false", claimed: "1.11")
        #expect(gate.facts.count == 1)
        #expect(gate.flags.first { $0.name == "feature-gates" }?.combination == .pairsMerge)
    }

    @Test func `no explanation is given for what is not judged`() throws {
        let evidence = try HostEvidence.read(Array(listing([apiServerRow("")]).utf8), origin: .saved)
        #expect(try judge().explain("no-such-check", process: 0, in: evidence, claimed: nil) == nil)
        let other = listing(["root 7 1 0 10:14 ? 00:00:00 kubelet"])
        let kubelet = try HostEvidence.read(Array(other.utf8), origin: .saved)
        #expect(try judge().explain("apiserver-profiling", process: 0, in: kubelet, claimed: nil) == nil)
    }
}

/// An explanation's steps lead to the verdict that the judge gives, for lines that nobody wrote.
struct ExplanationPropertyTests {
    private static let beside = [
        "root 11 1 0 10:14 ? 00:00:00 etcd --name=a --listen-client-urls=https://10.0.0.1:2379 --cert-file=/c",
        "root 12 1 0 10:14 ? 00:00:00 kubelet --config=/k --anonymous-auth=false --profiling=true",
        "root 13 1 0 10:14 ? 00:00:00 kube-controller-manager --profiling false --port=0",
        "root 14 1 0 10:14 ? 00:00:00 kube-scheduler --config=/s --profiling=false",
        "root 15 1 0 10:14 ? 00:00:00 etcd --config-file=/e",
    ]

    @Test(arguments: ["stackrox-2019", "cis-1.12", "hardened"], [false, true])
    func `the steps lead to the verdict`(name: String, isExplicit: Bool) throws {
        var generator = SeededGenerator(seed: 31)
        let facts = try builtInFacts.get()
        let policy = try PolicySource.load(name).policy(facts: facts)
        let judge = Judge(policy: policy, facts: facts, isExplicit: isExplicit)
        let versions: [Release?] = [nil, nil, Release("1.8"), Release("1.21"), Release("1.33"), Release("1.99")]
        var explained = 0
        for round in 0..<16 {
            let rows = [apiServerRow(randomFlags(&generator))] + Self.beside
            let end = ["", endMarker, endMarker, endMarker][round % 4]
            let evidence = try HostEvidence.read(Array(listing(rows, end: end).utf8), origin: .remoteCommand)
            let claimed = versions[round % versions.count]
            let records = judge.judge(evidence, claimed: claimed)
            for (position, record) in records.enumerated() {
                for finding in record.findings where IntegrityCheck.named(finding.check) == nil {
                    let found = try #require(
                        judge.explain(finding.check, process: position, in: evidence, claimed: claimed))
                    #expect(found.finding == finding)
                    explained += 1
                    for era in found.eras {
                        #expect(verdict(of: era.steps) == era.verdict, "\(finding.check): \(rows[0])")
                        for step in era.steps {
                            expectComposed(step.condition)
                            #expect(step.fits, "\(finding.check): \(rows[0])")
                        }
                    }
                    guard let first = found.eras.first else { continue }
                    #expect(first.releases.lower == record.releases?.lower)
                    #expect(found.eras.last?.releases.upper == record.releases?.upper)
                    let merged = found.eras.map { Outcome(verdict: $0.verdict, severity: $0.severity) }
                        .reduce(Outcome(verdict: first.verdict, severity: first.severity)) { $0.agreed(with: $1) }
                    #expect(merged.verdict == found.merged, "\(finding.check): \(rows[0])")
                    if found.isDoubted { #expect(finding.verdict.word == "unknown") }
                    for flag in found.flags { expectTokens(flag, evidence.processes[position]) }
                }
            }
        }
        #expect(explained == 16 * policy.checks.reduce(0) { $0 + ($1.component == "etcd" ? 2 : 1) })
    }

    /// What the steps say, read as a reader would.
    private func verdict(of steps: [StepTrace]) -> Verdict? {
        for step in steps {
            if case .open(let applied, let otherwise) = step.effect, applied != otherwise,
                case .open(let reason) = step.condition.truth
            {
                return .unknown(reason)
            }
        }
        if case .decides(let verdict) = steps.last?.effect { return verdict }
        return nil
    }

    private func expectComposed(_ condition: ConditionTrace) {
        let parts = condition.parts.map(\.truth)
        switch condition.words {
        case "all of these:": #expect(condition.truth == Truth.all(parts) { $0 })
        case "any of these:": #expect(condition.truth == Truth.any(parts) { $0 })
        case "not:": #expect([condition.truth] == parts.map(\.negated))
        default: #expect(parts.isEmpty)
        }
        for part in condition.parts { expectComposed(part) }
    }

    private func expectTokens(_ flag: FlagTrace, _ process: ControlPlaneProcess) {
        for occurrence in flag.occurrences {
            #expect(occurrence.tokens == Array(process.arguments[occurrence.positions]))
            if occurrence.form != .bare {
                #expect(occurrence.tokens.joined(separator: " ").hasSuffix(occurrence.value))
            }
        }
        if flag.combination == .lastCounts {
            #expect(flag.occurrences.dropLast().allSatisfy { !$0.counts } && flag.occurrences.last?.counts != false)
        }
    }
}

extension StepTrace {
    /// Whether what followed is what follows from such an answer.
    fileprivate var fits: Bool {
        switch (question, effect, condition.truth) {
        case (.rule, .skipped, .no), (.rule, .decides, .yes), (.rule, .open, .open): true
        case (.rule, _, _), (_, .skipped, _), (_, .open, _): false
        case (_, .decides(let verdict), .yes): verdict == .pass
        case (_, .decides(let verdict), .no): verdict == .fail
        case (_, .decides(let verdict), .open(let reason)): verdict == .unknown(reason)
        }
    }
}
