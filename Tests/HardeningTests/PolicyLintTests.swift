import Hardening
import ProcessTable
import Testing

/// `error 3:5: message: "text"` for each finding.
private func lint(_ text: String) throws -> [String] {
    try [PolicySource(text: text, file: "p.yaml")].lint(facts: builtInFacts.get()).map { finding in
        "\(finding.weight.rawValue) "
            + "\(finding)".dropFirst("p.yaml:".count).replacing(
                ": \(finding.weight.rawValue)", with: "", maxReplacements: 1)
    }
}

/// A policy of checks `a`, `b` … of the API server, or another component, with these rules and expectations. The first
/// check's expectation stands on line 10, its rules from line 12 on.
private func policy(_ checks: [(expect: String, rules: [String])], _ component: String = "kube-apiserver") -> String {
    "policy: p\nchecks:\n"
        + zip("abcdef", checks).map { id, check in
            """
              - id: \(id)
                title: T
                severity: low
                component: \(component)
                flags: []
                expected: E
                rationale: {R: x}
                expect: \(check.expect)
                rules: \(check.rules.isEmpty ? "[]" : "")

            """.replacing("rationale: {R: x}", with: "rationale: R\n    remediation: F")
                .replacing("\n    rules: \n", with: "\n    rules:\n")
                + check.rules.map { "      - \($0)\n" }.joined()
        }.joined()
}

struct PolicyLintTests {
    @Test(arguments: BuiltIn.policyNames)
    func `the built-in policies lint clean`(name: String) throws {
        let findings = try PolicySource.load([name]).lint(facts: builtInFacts.get())
        #expect(findings.map(\.description) == [])
    }

    @Test(arguments: [
        // Contradictions within one expectation.
        ("{all: [{flag: profiling, is: \"true\"}, {flag: profiling, is: \"false\"}]}", "no line can pass this check"),
        (
            "{all: [{flag: event-ttl, atLeast: 2h}, {flag: event-ttl, atMost: 1h}]}", "no line can pass this check"
        ),
        (
            "{all: [{flag: authorization-mode, contains: [Node]}, {flag: authorization-mode, lacks: [Node]}]}",
            "no line can pass this check"
        ),
        (
            "{all: [{flag: tls-min-version, oneOf: [VersionTLS12]}, {flag: tls-min-version, is: VersionTLS13}]}",
            "no line can pass this check"
        ),
        (
            "{all: [{flag: client-ca-file, isSet: true}, {flag: client-ca-file, isSet: false}]}",
            "no line can pass this check"
        ),
        (
            "{all: [{plugin: NodeRestriction, is: enabled}, {plugin: NodeRestriction, is: disabled}]}",
            "no line can pass this check"
        ),
        ("{all: [{gate: KMSv1, is: on}, {gate: KMSv1, is: off}]}", "no line can pass this check"),
        // Flags that no release in question has, or that exclude one another.
        (
            "{all: [{flag: authorization-config, isSet: true}, {flag: authorization-mode, contains: [RBAC]}]}",
            "no line can pass this check"
        ),
        (
            "{all: [{flag: basic-auth-file, isSet: true}, {flag: authorization-config, isSet: true}]}",
            "no line can pass this check"
        ),
    ])
    func `an expectation that no line meets is found`(_ expect: String, _ message: String) throws {
        #expect(try lint(policy([(expect, [])])) == ["error 11:13: \(message): \"a\""])
    }

    @Test(arguments: [
        "{any: [{flag: profiling, is: \"true\"}, {flag: profiling, is: \"false\"}]}",
        "{not: {all: [{flag: client-ca-file, isSet: true}, {flag: client-ca-file, isSet: false}]}}",
    ])
    func `an expectation that every line meets is found`(_ expect: String) throws {
        #expect(try lint(policy([(expect, [])])) == ["warning 11:13: no line can fail this check: \"a\""])
    }

    @Test func `a flag that is asked for only where its default could answer is found`() throws {
        let rule = "{when: {all: [{versions: \">=1.24\"}, {flag: insecure-port, is: \"0\"}]}, then: pass}"
        #expect(
            try lint(policy([(Self.expect, [rule])])) == [
                "error 13:9: --insecure-port is there in 1.5 to 1.23 only, and asked for in other releases only: \"a\""
            ])
    }

    @Test func `an expectation of a flag that its releases do not have is found, and why nothing passes`() throws {
        let expect = "{all: [{versions: \">=1.24\"}, {flag: insecure-port, is: \"8080\"}]}"
        #expect(
            try lint(policy([(expect, [])])) == [
                "error 11:13: --insecure-port is there in 1.5 to 1.23 only, and asked for in other releases only: \"a\"",
                "error 11:13: no line can pass this check: \"a\"",
            ])
    }

    private static let expect = "{flag: profiling, is: \"false\"}"

    @Test(arguments: [
        (
            ["{when: {all: [{versions: \">=1.24\"}, {flag: insecure-port, onLine: true}]}, then: fail}"],
            ["error 13:9: this rule can never hold: --insecure-port is there in 1.5 to 1.23 only: \"a\""]
        ),
        (
            ["{when: {all: [{versions: \"<=1.28\"}, {flag: authentication-config, isSet: true}]}, then: fail}"],
            ["error 13:9: this rule can never hold: --authentication-config is there in 1.29 to 1.36 only: \"a\""]
        ),
        (
            [
                "{when: {all: [{flag: admission-control, isSet: true}, {flag: enable-admission-plugins, isSet: true}]}, then: fail}"
            ],
            [
                "error 13:9: this rule can never hold: --admission-control with --enable-admission-plugins cannot stand on one line: \"a\""
            ]
        ),
        (
            ["{when: {all: [{versions: \"<=1.9\"}, {versions: \">=1.12\"}]}, then: fail}"],
            ["error 13:9: this rule can never hold: \"a\""]
        ),
        (["{when: {versions: \">=1.40\"}, then: fail}"], ["error 13:9: this rule can never hold: \"a\""]),
        (
            [
                "{when: {versions: \">=1.20\"}, then: fail}",
                "{when: {all: [{versions: \"1.22-1.25\"}, {flag: client-ca-file, isSet: false}]}, then: fail}",
            ],
            ["error 14:9: earlier rules decide wherever this rule holds: \"a\""]
        ),
        (
            [
                "{when: {flag: event-ttl, atLeast: 1h}, then: fail}",
                "{when: {flag: event-ttl, atLeast: 2h}, then: fail}",
            ],
            ["error 14:9: earlier rules decide wherever this rule holds: \"a\""]
        ),
        (
            [
                "{when: {flag: client-ca-file, isSet: true}, then: pass}",
                "{when: {flag: client-ca-file, isSet: false}, then: fail}",
            ],
            ["error 11:13: the rules decide every line before this is asked: \"a\""]
        ),
    ])
    func `a rule or expectation that never decides is found`(_ rules: [String], _ expected: [String]) throws {
        #expect(try lint(policy([(Self.expect, rules)])) == expected)
    }

    @Test(arguments: [
        (["{flag: profiling, is: \"false\"}", "{flag: profiling, is: \"true\"}"], "1.5"),
        (["{flag: event-ttl, atLeast: 2h}", "{flag: event-ttl, atMost: 90m}"], "1.5"),
        (["{flag: authorization-mode, contains: [RBAC]}", "{flag: authorization-mode, lacks: [RBAC]}"], "1.5"),
        (["{flag: authorization-mode, subsetOf: [RBAC]}", "{flag: authorization-mode, contains: [Node]}"], "1.5"),
        (["{flag: authorization-mode, contains: [RBAC]}", "{flag: authorization-config, isSet: true}"], "1.29"),
        (["{plugin: PodSecurity, is: enabled}", "{plugin: PodSecurity, is: disabled}"], "1.22"),
        (["{flag: tls-min-version, is: VersionTLS13}", "{flag: tls-min-version, oneOf: [VersionTLS12]}"], "1.10"),
    ])
    func `two checks that no line passes both are found`(_ expects: [String], _ release: String) throws {
        let found = try lint(policy(expects.map { ($0, []) }))
        #expect(
            found == [
                "error 21:13: no line passes both this check and that at p.yaml:11:13, in \(release): \"b, a\""
            ])
    }

    @Test(arguments: [
        ["{flag: authorization-mode, contains: [RBAC]}", "{flag: authorization-mode, contains: [Node]}"],
        ["{flag: authorization-mode, contains: [RBAC]}", "{flag: authorization-mode, lacks: [AlwaysAllow]}"],
        ["{flag: event-ttl, atLeast: 1h}", "{flag: event-ttl, atMost: 1h}"],
        ["{flag: client-ca-file, isSet: true}", "{flag: requestheader-client-ca-file, differsFrom: client-ca-file}"],
        ["{flag: etcd-servers, schemes: [https]}", "{flag: etcd-servers, schemesOffLoopback: [unix, https]}"],
        ["{flag: cors-allowed-origins, mentions: [abc]}", "{not: {flag: cors-allowed-origins, mentions: [def]}}"],
    ])
    func `checks that one line passes are left alone`(_ expects: [String]) throws {
        #expect(try lint(policy(expects.map { ($0, []) })) == [])
    }

    @Test func `a check that a team's own contradicts is named with its place`() throws {
        let found = try lint(
            policy([("{flag: profiling, is: \"true\"}", [])]).replacing(
                "policy: p", with: "policy: p\nextends: stackrox-2019"))
        let place = try #require(
            try builtInPolicy.get().checks.first { $0.id == "apiserver-profiling" }?.places.expect)
        #expect(
            found == [
                "error 12:13: no line passes both this check and that at \(place), in 1.5: \"a, apiserver-profiling\""
            ])
    }

    @Test func `an --explicit that no passing line fulfils is found`() throws {
        let text = policy([(Self.expect, [])]) + "    explicit: {flag: profiling, onLine: false}\n"
        #expect(try lint(text) == ["error 13:15: no line that passes fulfils this: \"a\""])
    }

    @Test func `a parameter that nothing asks for is found`() throws {
        let text = policy([(Self.expect, [])]) + "parameters:\n  limit: {title: t, type: number, default: 1}\n"
        #expect(try lint(text) == ["warning 14:3: no check asks for this parameter: \"limit\""])
    }

    @Test func `every problem is told, in the order of the file`() throws {
        let text = policy([
            ("{flag: profilng, is: \"false\"}", []),
            ("{all: [{flag: profiling, is: \"true\"}, {flag: profiling, is: \"false\"}]}", []),
        ]).replacing("    title: T\n    severity: low", with: "    titel: T\n    severity: low")
        #expect(
            try lint(text).map { $0.split(separator: "\n")[0] } == [
                "error 3:5: check without title: \"a\"", "error 4:5: unknown key: \"titel\"",
                "error 11:20: kube-apiserver has no such flag: \"profilng\"",
                "error 13:5: check without title: \"b\"", "error 14:5: unknown key: \"titel\"",
                "error 21:13: no line can pass this check: \"b\"",
            ])
    }

    @Test(arguments: [
        (
            "flags: [\u{2013}profiling]", "error", 9, "a dash from a document (U+2013), which is not -",
            "[\u{2013}profiling]"
        ),
        (
            "expected: \u{2014}profiling=false", "error", 11, "a dash from a document (U+2014), which is not -",
            "\u{2014}profiling=false"
        ),
        (
            "expected: -\u{2013}profiling", "error", 12, "a dash from a document (U+2013), which is not -",
            "-\u{2013}profiling"
        ),
        (
            "flag: audit\u{2011}log\u{2010}path", "error", 12, "a hyphen from a document (U+2011), which is not -",
            "audit\u{2011}log\u{2010}path"
        ),
        ("flag: audit\u{2013}log", "error", 12, "a dash from a document (U+2013), which is not -", "audit\u{2013}log"),
        (
            "is: \u{201C}false\u{201D}", "warning", 5, "a quotation mark from a document (U+201C), which is not \"",
            "\u{201C}false\u{201D}"
        ),
        (
            "is: \u{2018}false\u{2019}", "warning", 5, "a quotation mark from a document (U+2018), which is not '",
            "\u{2018}false\u{2019}"
        ),
    ])
    func `marks of a word processor are found`(
        _ line: String, _ weight: String, _ column: Int, _ message: String, _ word: String
    ) throws {
        let found = try lint(policy([(Self.expect, [])]) + "    # none\n" + "    breaks: x\n\(line)\n")
        let text = "\(weight) 15:\(column): \(message): \"\(word)\""
        #expect(found.contains { $0.unicodeScalars.elementsEqual(text.unicodeScalars) }, "\(found)")
    }

    @Test(arguments: [
        "10\u{2013}20 days", "one \u{2013} two", "one\u{2014}two", "don\u{2019}t", "caf\u{E9}",
        "x # \u{2013}profiling in a comment",
    ])
    func `marks that may be meant are left alone`(_ text: String) throws {
        #expect(try lint(policy([(Self.expect, [])]) + "    breaks: \(text)\n") == [])
    }
}
