import Hardening
import ProcessTable
import Testing

/// The built-in policies, ready to judge; decoded once for all tests.
enum BuiltInJudge {
    private static let judges = Dictionary(
        uniqueKeysWithValues: BuiltIn.policyNames.map { name in (name, Result { try make(name) }) })

    private static func make(_ name: String) throws -> Judge {
        let facts = try BuiltIn.facts()
        return Judge(policy: try PolicySource.load(name).policy(facts: facts), facts: facts)
    }

    static func named(_ name: String) throws -> Judge {
        try #require(judges[name]).get()
    }
}

/// What a check says of the first of the commands, which run on one host whose listing is whole:
/// `pass`, `fail`, `fail low` where the severity is another than the check's, `unknown needsReview`,
/// `notApplicable removed`, each with ` (note)` where `withNote`. A command may begin with the Kubernetes version that is
/// claimed for the host, `v1.21 kube-scheduler`; otherwise it is 1.33.
func verdict(
    _ check: String, _ command: String, beside: [String] = [], policy: String = "cis-1.12", explicit: Bool = false,
    withNote: Bool = false
) throws -> String {
    var judge = try BuiltInJudge.named(policy)
    if explicit { judge = Judge(policy: judge.policy, facts: judge.facts, isExplicit: true) }
    var words = command.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    var version: Release? = Release(minor: 33)
    if let first = words.first, first.hasPrefix("v") {
        version = Release(first.dropFirst())
        words.removeFirst()
    }
    let records = judge.judge(
        try wholeHost([words.joined(separator: " ")] + beside), claimed: version)
    let finding = try #require(records.first?.findings.first { $0.check == check })
    let severity = try #require(judge.policy.checks.first { $0.id == check }).severity
    var text = [finding.verdict.word, finding.verdict.reason].compactMap(\.self).joined(separator: " ")
    if finding.severity != severity { text += " \(finding.severity.rawValue)" }
    if withNote, let note = finding.note { text += " (\(note))" }
    return text
}

/// A whole listing of a host that runs these commands as root.
func wholeHost(_ commands: [String]) throws -> HostEvidence {
    let rows = commands.enumerated().map { index, command in
        "root        \(100 + index)       1  0 10:14 ?        00:00:01 \(command)\n"
    }
    let text = """
        UID          PID    PPID  C STIME TTY          TIME CMD
        root           1       0  0 10:14 ?        00:01:36 /sbin/init
        root           2       0  0 10:14 ?        00:00:00 [kthreadd]
        \(rows.joined())
        kubesweep-end status=0

        """
    return try HostEvidence.read(Array(text.utf8), origin: .remoteCommand)
}

@Test(arguments: [("stackrox-2019", 38), ("cis-1.12", 61), ("hardened", 84)])
func `the built-in policies decode and have so many checks`(_ name: String, _ count: Int) throws {
    #expect(try BuiltInJudge.named(name).policy.checks.count == count)
}

@Test func `the default policy comes first and every built-in policy has its own name`() throws {
    #expect(BuiltIn.policyNames == ["stackrox-2019", "cis-1.12", "hardened"])
    #expect(BuiltIn.defaultPolicy == "stackrox-2019")
    for name in BuiltIn.policyNames { #expect(try BuiltInJudge.named(name).policy.name == name) }
}

@Test(arguments: BuiltIn.policyNames)
func `every check has an id of its own and all its texts`(_ name: String) throws {
    var ids: Set<String> = []
    for check in try BuiltInJudge.named(name).policy.checks {
        #expect(ids.insert(check.id).inserted, "\(check.id) is there twice")
        for text in [check.title, check.expected, check.rationale, check.remediation, check.breaks] {
            #expect(!text.isEmpty, "\(check.id) lacks a text")
        }
        #expect(!check.flags.isEmpty, "\(check.id) shows no flag")
        let prefix = try #require(
            [
                "kube-apiserver": "apiserver-", "kube-controller-manager": "controller-manager-",
                "kube-scheduler": "scheduler-", "etcd": "etcd-", "kubelet": "kubelet-",
            ][check.component])
        #expect(check.id.hasPrefix(prefix))
    }
}

@Test func `every CIS id of the process checks is answered once, and no other`() throws {
    let expected =
        (1...30).map { "1.2.\($0)" } + ["3.2.1"] + (1...7).map { "1.3.\($0)" } + ["1.4.1", "1.4.2"]
        + (1...7).map { "2.\($0)" } + (1...14).map { "4.2.\($0)" }
    let checks = try BuiltInJudge.named("cis-1.12").policy.checks
    let answered = checks.flatMap { check in check.cis.filter { $0.benchmark == "1.12" }.map(\.id) }
    // 4.3.1 asks about kube-proxy, whose line is not read.
    #expect(answered.sorted() == expected.sorted())
    #expect(checks.allSatisfy { check in check.cis.contains { $0.benchmark == "1.12" } })
}

@Test func `a check of two policies is the same in both`() throws {
    let ours = try BuiltInJudge.named("hardened").policy.checks
    for name in ["stackrox-2019", "cis-1.12"] {
        for check in try BuiltInJudge.named(name).policy.checks {
            let same = try #require(ours.first { $0.id == check.id })
            #expect(String(describing: same) == String(describing: check))
        }
    }
}
