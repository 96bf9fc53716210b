import Hardening
import ProcessTable
import Testing

private func problems(_ text: String) throws -> String {
    let facts = try builtInFacts.get()
    do throws(PolicyError) {
        _ = try PolicySource(text: text, file: "p.yaml").policy(facts: facts)
        return "none"
    } catch {
        return error.description
    }
}

/// A policy of one check whose other parts are in order.
private func policy(expect: String = "{flag: profiling, is: \"false\"}", more: String = "") -> String {
    """
    policy: team
    checks:
      - id: a
        title: T
        severity: low
        flags: [profiling]
        expected: E
        rationale: R
        remediation: F
        expect: \(expect)
    \(more)
    """
}

struct PolicyFileTests {
    @Test func `a team's policy extends the built-in one, switches one check off and adds one`() throws {
        let text = """
            policy: team
            title: Ours
            extends: stackrox-2019
            disable:
              apiserver-admission-always-pull-images: the registry is down too often
            checks:
              - id: no-http-etcd
                title: etcd is reached over TLS
                severity: critical
                flags: [etcd-servers]
                expected: https only
                rationale: R
                remediation: F
                rules:
                  - {when: {versions: "<=1.9"}, then: notApplicable, reason: notYetIntroduced, note: N}
                expect: {flag: etcd-servers, schemes: [https]}
            """
        let facts = try builtInFacts.get()
        let policy = try PolicySource(text: text, file: "p.yaml").policy(facts: facts)
        let builtIn = try builtInPolicy.get()
        #expect(policy.name == "team")
        #expect(policy.title == "Ours")
        #expect(policy.disabled == ["apiserver-admission-always-pull-images": "the registry is down too often"])
        #expect(
            policy.checks.map(\.id)
                == builtIn.checks.map(\.id).filter { $0 != "apiserver-admission-always-pull-images" } + ["no-http-etcd"]
        )
        let judge = Judge(policy: policy, facts: facts)
        for (servers, version, verdict) in [
            ("https://a:2379,https://b:2379", 24, Verdict.pass), ("https://a:2379,http://b:2379", 24, .fail),
            ("http://a:2379", 9, .notApplicable(.notYetIntroduced)),
        ] {
            let text = listing([apiServerRow("--etcd-servers=\(servers)")])
            let records = judge.judge(
                try .read(Array(text.utf8), origin: .saved), claimed: Release(minor: version))
            #expect(records.first?.findings.last?.check == "no-http-etcd")
            #expect(records.first?.findings.last?.verdict == verdict)
            #expect(records.first?.findings.last?.severity == .critical)
        }
    }

    @Test func `a policy may speak of another component`() throws {
        let text = policy(more: "    component: kube-scheduler")
        let facts = try builtInFacts.get()
        let policy = try PolicySource(text: text, file: "p.yaml").policy(facts: facts)
        let rows = ["root 70 1 0 10:14 ? 00:00:00 kube-scheduler --profiling=false", apiServerRow("", pid: 80)]
        let records = Judge(policy: policy, facts: facts)
            .judge(try .read(Array(listing(rows).utf8), origin: .saved), claimed: nil)
        #expect(records.map { $0.findings.map(\.verdict) } == [[.pass], []])
    }

    @Test(arguments: [
        (
            "{flag: profilng, is: \"false\"}",
            "p.yaml:10:20: kube-apiserver has no such flag: \"profilng\"\n    did you mean \"profiling\"?"
        ),
        ("{flag: xyzzy, isSet: true}", "p.yaml:10:20: kube-apiserver has no such flag: \"xyzzy\""),
        ("{flag: profiling, is: \"no\"}", "p.yaml:10:35: --profiling is a bool: \"no\""),
        ("{flag: secure-port, is: \"6443x\"}", "p.yaml:10:37: --secure-port is a int: \"6443x\""),
        ("{flag: request-timeout, oneOf: [10s, \"60\"]}", "p.yaml:10:44: --request-timeout is a duration: \"60\""),
        (
            "{flag: authorization-mode, is: RBAC}",
            """
            p.yaml:10:44: --authorization-mode is a list, which has no one value: "RBAC"
                say contains, containsAny, lacks, subsetOf or schemes
            """
        ),
        (
            "{flag: feature-gates, is: \"A=true\"}",
            "p.yaml:10:39: --feature-gates holds pairs, which have no one value: \"A=true\""
        ),
        (
            "{flag: profiling, atLeast: \"1\"}",
            "p.yaml:10:40: --profiling is a bool, to which this does not compare: \"1\""
        ),
        (
            "{flag: secure-port, atMost: 10s}",
            "p.yaml:10:41: --secure-port is a int, to which this does not compare: \"10s\""
        ),
        (
            "{flag: secure-port, between: [\"2\", \"1\"]}",
            "p.yaml:10:42: between takes two values, the lower first"
        ),
        (
            "{flag: secure-port, between: [\"2\"]}",
            "p.yaml:10:42: between takes two values, the lower first"
        ),
        ("{flag: client-ca-file, contains: [a]}", "p.yaml:10:36: contains needs a list: \"--client-ca-file\""),
        ("{flag: authorization-mode, lacks: []}", "p.yaml:10:47: lacks is empty"),
        ("{flag: profiling, isSet: maybe}", "p.yaml:10:38: isSet must be true or false: \"maybe\""),
        (
            "{flag: profiling, is: \"false\", isSet: true}",
            "p.yaml:10:13: a condition on a flag says one thing of it: \"profiling\""
        ),
        ("{flag: profiling}", "p.yaml:10:13: a condition on a flag says one thing of it: \"profiling\""),
        (
            "{flag: profiling, plugin: NodeRestriction, is: enabled}",
            "p.yaml:10:13: a condition speaks of one thing: flag, plugin, gate, versions, all, any, not"
        ),
        (
            "{is: \"false\"}",
            "p.yaml:10:13: a condition speaks of one thing: flag, plugin, gate, versions, all, any, not"
        ),
        (
            "{plugin: NodeRestrictions, is: enabled}",
            "p.yaml:10:22: no such admission plugin: \"NodeRestrictions\"\n    did you mean \"NodeRestriction\"?"
        ),
        ("{plugin: NodeRestriction, is: \"on\"}", "p.yaml:10:39: a plugin is enabled or disabled: \"is\""),
        ("{gate: Nothing, is: \"on\"}", "p.yaml:10:20: no such feature gate among the facts: \"Nothing\""),
        ("{gate: AdvancedAuditing, is: enabled}", "p.yaml:10:38: a gate is on or off: \"is\""),
        (
            "{versions: \"1.24+\"}",
            "p.yaml:10:24: versions are written >=1.24, <=1.19, 1.20-1.23 or 1.24: \"1.24+\""
        ),
        (
            "{versions: \"1.24-1.20\"}",
            "p.yaml:10:24: versions are written >=1.24, <=1.19, 1.20-1.23 or 1.24: \"1.24-1.20\""
        ),
        ("{versions: \">=1.24\", is: \"x\"}", "p.yaml:10:34: is needs a flag: \"is\""),
        ("{all: []}", "p.yaml:10:14: all is empty"),
        ("{all: {flag: profiling, isSet: true}}", "p.yaml:10:19: all must be a list, not a mapping"),
        (
            "{flag: profiling, equals: \"false\"}",
            """
            p.yaml:10:13: a condition on a flag says one thing of it: "profiling"
            p.yaml:10:31: unknown key: "equals"
                known keys: flag, plugin, gate, versions, all, any, not, is, isSet, onLine, oneOf, contains, \
            containsAny, lacks, subsetOf, atLeast, atMost, between, differsFrom, schemes, schemesOffLoopback, mentions, differsFromNeighbour
            """
        ),
        (
            "{not: {any: [{flag: profiling, is: \"false\"}, {flag: nope, isSet: true}]}}",
            "p.yaml:10:65: kube-apiserver has no such flag: \"nope\""
        ),
        (
            "{flag: service-account-key-file, differsFrom: tls-private-key}",
            "p.yaml:10:59: kube-apiserver has no such flag: \"tls-private-key\""
        ),
    ])
    func `places what is wrong with a condition`(expect: String, expected: String) throws {
        #expect(
            try problems(policy(expect: expect)).replacing("\np.yaml:1:1: the policy has no checks", with: "")
                .replacing("p.yaml:1:1: the policy has no checks\n", with: "") == expected)
    }

    @Test(arguments: [
        (
            "then: fails",
            "p.yaml:12:9: a rule needs then: pass or fail, or unknown or notApplicable with a reason: \"fails\""
        ),
        (
            "then: unknown, reason: because",
            "p.yaml:12:9: a rule needs then: pass or fail, or unknown or notApplicable with a reason: \"because\""
        ),
        (
            "then: unknown",
            "p.yaml:12:9: a rule needs then: pass or fail, or unknown or notApplicable with a reason: \"unknown\""
        ),
        (
            "then: notApplicable, reason: truncated",
            "p.yaml:12:9: a rule needs then: pass or fail, or unknown or notApplicable with a reason: \"truncated\""
        ),
        (
            "then: fail, reason: needsReview",
            "p.yaml:12:9: a rule needs then: pass or fail, or unknown or notApplicable with a reason: \"needsReview\""
        ),
        (
            "note: x",
            "p.yaml:12:9: a rule needs then: pass or fail, or unknown or notApplicable with a reason"
        ),
        (
            "then: fail, severity: huge",
            "p.yaml:12:58: unknown severity: \"huge\"\n    known: low, medium, high, critical"
        ),
        (
            "then: fail, verdict: x",
            "p.yaml:12:48: unknown key: \"verdict\"\n    known keys: when, then, reason, severity, file, note"
        ),
    ])
    func `places what is wrong with a rule`(rule: String, expected: String) throws {
        let text = policy(more: "    rules:\n      - {when: {versions: \"1.24\"}, \(rule)}")
        #expect(try problems(text) == expected)
    }

    @Test func `a rule without when is refused`() throws {
        let text = policy(more: "    rules: [{then: fail}]")
        #expect(try problems(text) == "p.yaml:11:13: a rule without when")
    }

    @Test(arguments: ["id", "title", "severity", "flags", "expected", "rationale", "remediation", "expect"])
    func `names a field that is missing`(field: String) throws {
        let start = field == "id" ? "  - id: a\n    " : "    \(field): "
        let whole = policy()
        let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
        let text: String
        if field == "id" {
            text = whole.replacing(start, with: "  - ")
        } else {
            text = lines.filter { !$0.hasPrefix(start) }.joined(separator: "\n")
        }
        let found = try problems(text).split(separator: "\n").filter { !$0.hasSuffix("the policy has no checks") }
        #expect(found == ["p.yaml:3:5: check without \(field)" + (field == "id" ? "" : ": \"a\"")])
    }

    @Test(arguments: [
        (
            policy() + "\n  - id: a\n    title: T\n    severity: low\n    flags: [profiling]\n    expected: E\n"
                + "    rationale: R\n    remediation: F\n    expect: {flag: profiling, is: \"false\"}\n",
            "p.yaml:12:5: check is there twice: \"a\""
        ),
        (
            policy(more: "    item: seven"), "p.yaml:11:11: item must be a number: \"seven\""
        ),
        (
            policy(more: "    colour: red"),
            """
            p.yaml:11:5: unknown key: "colour"
                known keys: id, item, title, severity, component, flags, also, expected, cis, rationale, remediation, \
            breaks, rules, expect, explicit
            """
        ),
        (
            policy(more: "    component: kube-proxy"),
            """
            p.yaml:11:16: unknown component: "kube-proxy"
                known: kube-apiserver, kube-controller-manager, kube-scheduler, etcd, kubelet
            """
        ),
        (
            policy().replacing("id: a", with: "id: A_1"),
            "p.yaml:3:5: a check's id is made of small letters, digits and dashes: \"A_1\""
        ),
        (
            policy().replacing("id: a", with: "id: \"é\"").replacing("severity: low", with: "severity: none"),
            """
            p.yaml:1:1: the policy has no checks
            p.yaml:3:5: a check's id is made of small letters, digits and dashes: "é"
            p.yaml:5:15: unknown severity: "none"
                known: low, medium, high, critical
            """
        ),
        (
            policy().replacing("policy: team\n", with: ""),
            "p.yaml:1:1: the policy has no name\n    begin with \"policy: name\""
        ),
        ("policy: team\n", "p.yaml:1:1: the policy has no checks"),
        ("policy: team\nchecks: []\n", "p.yaml:1:1: the policy has no checks"),
        (
            "policy: team\nextends: stackrox-2018\n",
            """
            p.yaml:1:1: the policy has no checks
            p.yaml:2:10: extends names no built-in policy: "stackrox-2018"
                built in: stackrox-2019, cis-1.12, hardened
            """
        ),
        (
            "policy: team\nextends: stackrox-2019\ndisable: {apiserver-profilng: why}\n",
            "p.yaml:3:11: no such check in the policy that is extended: \"apiserver-profilng\"\n    did you mean \"apiserver-profiling\"?"
        ),
        (
            "policy: team\nextends: stackrox-2019\ndisable: {apiserver-profiling: }\n",
            "p.yaml:3:32: the reason to switch a check off is empty"
        ),
        (
            "policy: team\nextends: stackrox-2019\ndisable: [apiserver-profiling]\n",
            "p.yaml:3:10: disable must be a mapping, not a list"
        ),
        (
            policy(more: "disable: {a: why}"),
            "p.yaml:11:11: no such check in the policy that is extended: \"a\""
        ),
        (
            "policy: team\nextend: stackrox-2019\n",
            "p.yaml:1:1: the policy has no checks\np.yaml:2:1: unknown key: \"extend\"\n    did you mean \"extends\"?"
        ),
        ("- a\n", "p.yaml:1:1: the policy must be a mapping, not a list\np.yaml:1:1: the policy has no checks"),
        ("", "p.yaml:1:1: the file is empty"),
    ])
    func `places what is wrong with a policy`(text: String, expected: String) throws {
        #expect(try problems(text) == expected)
    }

    @Test func `all problems are told at once, in the order of the file`() throws {
        let text = policy(expect: "{flag: nope, isSet: true}", more: "    item: x\n    severity2: low")
        let found = try problems(text).split(separator: "\n").filter { $0.hasPrefix("p.yaml") }
        #expect(found.map { $0.split(separator: ":")[1] } == ["1", "10", "11", "12"])
    }

    @Test(arguments: ["no-such-policy", "./none.yaml"])
    func `a name that is not built in is a path`(name: String) throws {
        let error = try #require(throws: PolicyError.self) { _ = try PolicySource.load(name) }
        #expect(error.description == "\(name):1:1: cannot be opened: no such file or directory")
    }
}
