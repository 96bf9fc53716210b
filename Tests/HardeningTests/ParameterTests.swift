import Hardening
import ProcessTable
import Testing

private func policy(_ texts: String...) throws -> Policy {
    try texts.enumerated().map { PolicySource(text: $1, file: "\($0 + 1).yaml") }.policy(facts: builtInFacts.get())
}

private func problems(_ texts: String...) throws -> String {
    let facts = try builtInFacts.get()
    do throws(PolicyError) {
        _ = try texts.enumerated().map { PolicySource(text: $1, file: "\($0 + 1).yaml") }.policy(facts: facts)
        return "none"
    } catch {
        return error.description
    }
}

private func verdicts(_ policy: Policy, _ check: String, _ flags: [String]) throws -> [String] {
    let judge = Judge(policy: policy, facts: try builtInFacts.get())
    return try flags.map { flags in
        let evidence = try HostEvidence.read(Array(listing([apiServerRow(flags)]).utf8), origin: .saved)
        let record = try #require(judge.judge(evidence, claimed: Release(minor: 31)).first)
        let finding = try #require(record.findings.first { $0.check == check })
        return "\(finding.verdict.text): \(finding.expected)"
    }
}

/// A policy that defines a parameter and asks for it once.
private func own(_ definition: String, _ expect: String) -> String {
    """
    policy: own
    parameters:
      limit: {title: L, \(definition)}
    checks:
      - id: a
        title: "T {limit}"
        severity: low
        flags: [profiling]
        expected: "E {limit} {not this} {}"
        rationale: R
        remediation: "F {limit}"
        expect: \(expect)
    """
}

struct ParameterTests {
    @Test func `a team's value decides, and stands in the texts`() throws {
        let ours = try policy("policy: ours\nextends: stackrox-2019\nparameters: {audit-retention-days: 90}")
        let check = "apiserver-audit-log-maxage"
        let lines = ["--audit-log-path=/a --audit-log-maxage=89", "--audit-log-path=/a --audit-log-maxage=90"]
        #expect(
            try verdicts(ours, check, lines)
                == ["fail: --audit-log-maxage of 90 days or more", "pass: --audit-log-maxage of 90 days or more"])
        #expect(try verdicts(builtInPolicy.get(), check, lines).map { $0.prefix(4) } == ["pass", "pass"])
        #expect(ours.checks.first { $0.id == check }?.title == "Audit logs are kept at least 90 days")
        #expect(ours.checks.first { $0.id == check }?.remediation == "Set --audit-log-maxage=90 or more.")
        #expect(ours.overrides == ["audit-retention-days": "90"])
        #expect(try builtInPolicy.get().overrides == [:])
    }

    @Test func `both ends of a range and a list may be set`() throws {
        let ours = try policy(
            """
            policy: ours
            extends: stackrox-2019
            parameters:
              request-timeout-min: 1m
              request-timeout-max: 2m
              tls-cipher-suites: [TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
            """)
        let timeouts = ["59s", "1m", "120s", "121s"].map { "--request-timeout=\($0)" }
        #expect(
            try verdicts(ours, "apiserver-request-timeout", timeouts)
                == ["fail", "pass", "pass", "fail"].map { "\($0): --request-timeout from 1m to 2m" })
        let suites = [
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_UNHEARD_OF",
        ]
        #expect(
            try verdicts(ours, "apiserver-tls-cipher-suites", suites.map { "--tls-cipher-suites=\($0)" })
                .map { $0.prefix { $0 != ":" } } == ["pass", "fail", "fail", "unknown needsReview"])
    }

    @Test func `a suite that a team allows passes though it is weak`() throws {
        let ours = try policy(
            "policy: ours\nextends: stackrox-2019\nparameters: {tls-cipher-suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]}")
        #expect(
            try verdicts(
                ours, "apiserver-tls-cipher-suites", ["--tls-cipher-suites=TLS_RSA_WITH_AES_128_GCM_SHA256"]
            ).map { $0.prefix(4) } == ["pass"])
    }

    @Test(arguments: [
        ("type: number, default: 3", "{flag: max-requests-inflight, atMost: {parameter: limit}}", "3"),
        ("type: number, default: 3", "{flag: max-requests-inflight, is: {parameter: limit}}", "3"),
        ("type: duration, default: 90s", "{flag: request-timeout, between: [1s, {parameter: limit}]}", "90s"),
        ("type: text, default: a", "{flag: client-ca-file, oneOf: [b, {parameter: limit}]}", "a"),
        ("type: list, default: [A, B]", "{flag: authorization-mode, lacks: {parameter: limit}}", "A,B"),
        ("type: list, default: [A, B]", "{flag: authorization-mode, subsetOf: [C, {parameter: limit}]}", "A,B"),
        ("type: list, default: A", "{flag: authorization-mode, contains: {parameter: limit}}", "A"),
    ])
    func `a parameter stands wherever a value does`(_ definition: String, _ expect: String, _ value: String) throws {
        let check = try #require(try policy(own(definition, expect)).checks.first)
        #expect(check.parameters == ["limit"])
        #expect(
            [check.title, check.expected, check.remediation] == [
                "T \(value)", "E \(value) {not this} {}", "F \(value)",
            ])
    }

    @Test(arguments: [
        ("type: number, default: 3d", "1.yaml:3:44: limit is a number: \"3d\"\n    a whole number"),
        (
            "type: duration, default: 3",
            "1.yaml:3:46: limit is a duration: \"3\"\n    a duration has a unit: 90s, 5m, 24h"
        ),
        ("type: number, default: 3, atLeast: 4", "1.yaml:3:44: limit is too small: \"3\""),
        ("type: number, default: 3, atMost: 2", "1.yaml:3:44: limit is too large: \"3\""),
        ("type: number, default: 3, atMost: 2s", "1.yaml:3:55: atMost does not fit a number: \"2s\""),
        ("type: text, default: a, atMost: 2", "1.yaml:3:53: atMost does not fit a text: \"2\""),
        (
            "type: text, default: a, values: [b, c]",
            "1.yaml:3:42: limit does not take this value: \"a\"\n    known: b, c"
        ),
        ("type: number, default: [3]", "1.yaml:3:44: limit is one number, not a list"),
        ("type: list, default: []", "1.yaml:3:42: default is empty"),
        (
            "type: integer, default: 3",
            "1.yaml:3:27: unknown type: \"integer\"\n    known: number, duration, text, list"
        ),
        ("type: number", "1.yaml:3:3: parameter without default: \"limit\""),
        ("default: 3", "1.yaml:3:3: parameter without type: \"limit\""),
        ("type: number, default: 3, kind: x", "1.yaml:3:47: unknown key: \"kind\""),
    ])
    func `a definition that contradicts itself is refused`(_ definition: String, _ problem: String) throws {
        let found = try problems(own(definition, "{flag: profiling, is: \"false\"}"))
        #expect(found.contains(problem))
    }

    @Test(arguments: [
        (
            "type: list, default: [a]", "{flag: client-ca-file, is: {parameter: limit}}",
            "1.yaml:12:40: is takes one value, and this parameter is a list: \"limit\""
        ),
        (
            "type: text, default: a", "{flag: max-requests-inflight, is: {parameter: limit}}",
            "1.yaml:12:47: --max-requests-inflight is a int: \"a\""
        ),
        (
            "type: duration, default: 5s", "{flag: max-requests-inflight, atLeast: {parameter: limit}}",
            "1.yaml:12:52: --max-requests-inflight is a int, to which this does not compare: \"5s\""
        ),
        (
            "type: number, default: 3", "{flag: max-requests-inflight, atLeast: {parameter: limits}}",
            "1.yaml:12:64: no such parameter: \"limits\"\n    did you mean \"limit\"?"
        ),
        (
            "type: number, default: 3", "{flag: max-requests-inflight, atLeast: {param: limit}}",
            "1.yaml:12:53: unknown key: \"param\"\n    known keys: parameter"
        ),
    ])
    func `a use that does not fit is refused`(_ definition: String, _ expect: String, _ problem: String) throws {
        #expect(try problems(own(definition, expect)).contains(problem))
    }

    @Test func `a text that names no parameter is refused`() throws {
        let text = own("type: number, default: 3", "{flag: profiling, is: \"false\"}").replacing(
            "F {limit}", with: "F {limt}")
        #expect(
            try problems(text).contains("1.yaml:11:18: no such parameter: \"limt\"\n    did you mean \"limit\"?"))
    }

    @Test(arguments: [
        (
            "audit-retention-day: 90",
            "1.yaml:4:24: no policy has such a parameter: \"audit-retention-day\"\n    did you mean \"audit-retention-days\"?"
        ),
        ("audit-retention-days: many", "1.yaml:4:25: audit-retention-days is a number: \"many\"\n    a whole number"),
        ("audit-retention-days: 0", "1.yaml:4:25: audit-retention-days is too small: \"0\""),
        ("audit-retention-days: [90]", "1.yaml:4:25: audit-retention-days is one number, not a list"),
        ("audit-retention-days: ~", "1.yaml:4:25: audit-retention-days is empty"),
        (
            "request-timeout-max: 300",
            "1.yaml:4:24: request-timeout-max is a duration: \"300\"\n    a duration has a unit: 90s, 5m, 24h"
        ),
        (
            "tls-cipher-suites: [TLS_AES_128_GCM_SHA265]",
            "1.yaml:4:22: tls-cipher-suites does not take this value: \"TLS_AES_128_GCM_SHA265\"\n    did you mean \"TLS_AES_128_GCM_SHA256\"?"
        ),
        (
            "request-timeout-min: 10m",
            "1.yaml:4:24: request-timeout-min 10m lies above request-timeout-max 5m: \"10m\""
        ),
        (
            "audit-retention-days: {title: x, type: number, default: 1}",
            """
            1.yaml:4:3: the policies it takes checks of have this parameter already: "audit-retention-days"
                to set it, write audit-retention-days: value
            """
        ),
    ])
    func `a value that does not fit is refused with its place`(_ value: String, _ problem: String) throws {
        #expect(try problems("policy: ours\nextends: stackrox-2019\nparameters:\n  \(value)") == problem)
    }

    @Test func `a value reaches every policy that asks for it, and is told once where it is wrong`() throws {
        let text = "policy: ours\nextends: [stackrox-2019, cis-1.12, hardened]\nparameters: {request-timeout-min: 10m}"
        #expect(
            try problems(text) == "1.yaml:3:35: request-timeout-min 10m lies above request-timeout-max 5m: \"10m\"")
        let ours = try policy(
            "policy: ours\nextends: [hardened]\nparameters: {tls-cipher-suites: [TLS_AES_128_GCM_SHA256]}")
        let checks = ours.checks.filter { $0.parameters == ["tls-cipher-suites"] }
        #expect(checks.map(\.id) == ["apiserver-tls-cipher-suites", "kubelet-tls-cipher-suites"])
    }
}
