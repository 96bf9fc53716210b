import ProcessTable
import Testing

@testable import Hardening

/// Policies that take checks of others, and the conditions that came with them.
struct PolicyChoiceTests {
    private let check = """
          - id: ours
            title: Ours
            severity: low
            flags: [profiling]
            expected: off
            rationale: r
            remediation: r
            expect:
        """

    private func policy(_ text: String) throws -> Policy {
        try PolicySource(text: text, file: "p.yaml").policy(facts: BuiltIn.facts())
    }

    private func problems(_ text: String) throws -> [String] {
        do {
            _ = try policy(text)
            return []
        } catch let error as PolicyError {
            return error.description.split(separator: "\n").filter { $0.hasPrefix("p.yaml:") }.map {
                String($0.dropFirst("p.yaml:".count))
            }
        }
    }

    @Test func `include takes single checks, in the order asked for, before its own`() throws {
        let found = try policy(
            """
            policy: ours
            include:
              cis-1.12: [kubelet-anonymous-auth]
              stackrox-2019: [apiserver-profiling, apiserver-anonymous-auth]
            checks:
            \(check) {flag: profiling, is: "false"}
            """)
        #expect(
            found.checks.map(\.id) == [
                "kubelet-anonymous-auth", "apiserver-profiling", "apiserver-anonymous-auth", "ours",
            ])
        #expect(found.checks[1].cis.contains { $0 == ("1.12", "1.2.15") })
    }

    @Test func `extends takes several policies and a shared check once`() throws {
        let found = try policy(
            """
            policy: ours
            extends: [cis-1.12, stackrox-2019]
            disable: {kubelet-event-qps: we do not mind}
            """)
        #expect(found.checks.count == 61 + 10 - 1)
        #expect(found.checks.count { $0.id == "apiserver-profiling" } == 1)
        #expect(found.disabled == ["kubelet-event-qps": "we do not mind"])
    }

    @Test func `what is wrong with include stands with its place`() throws {
        let found = try problems(
            """
            policy: ours
            include:
              cis-1.11: [apiserver-profiling]
              stackrox-2019:
                - apiserver-profilin
                - apiserver-profiling
                - apiserver-profiling
            """)
        #expect(
            found == [
                "3:13: include names no built-in policy: \"cis-1.11\"",
                "5:7: stackrox-2019 has no such check: \"apiserver-profilin\"",
                "7:7: check is there twice: \"apiserver-profiling\"",
            ])
    }

    @Test func `what is wrong with extends stands with its place`() throws {
        let found = try problems("policy: ours\nextends: [cis-1.12, theirs]")
        #expect(found == ["2:21: extends names no built-in policy: \"theirs\""])
    }

    @Test(arguments: [
        ("{flag: profiling, mentions: [x]}", "10:31: mentions needs a list: \"--profiling\""),
        ("{flag: profiling, schemesOffLoopback: [https]}", "10:31: schemesOffLoopback needs a list: \"--profiling\""),
        ("{flag: client-ca-file, differsFromNeighbour: {kube-proxy: config}}", "10:59: unknown key: \"kube-proxy\""),
        (
            "{flag: client-ca-file, differsFromNeighbour: {etcd: trusted-ca}}",
            "10:65: etcd has no such flag: \"trusted-ca\""
        ),
        (
            "{flag: client-ca-file, differsFromNeighbour: {etcd: name, kubelet: config}}",
            "10:58: differsFromNeighbour takes one component and its flag"
        ),
    ])
    func `a condition that cannot hold is refused with its place`(_ condition: String, _ problem: String) throws {
        let found = try problems("policy: ours\nchecks:\n\(check) \(condition)")
        #expect(found == ["1:1: the policy has no checks", problem])
    }

    @Test(arguments: [
        ("https://a", "a", false), ("https://localhost:1/x", "localhost", true),
        ("http://LOCALHOST", "LOCALHOST", true),
        ("http://127.9.0.1:80", "127.9.0.1", true), ("http://[::1]:80?x", "::1", true),
        ("127.0.0.1:1", "127.0.0.1", true),
        ("http://127.0.0.1.evil:1", "127.0.0.1.evil", false), ("http://u:p@10.0.0.1#f", "10.0.0.1", false),
        ("http://localhost@evil:1", "evil", false), ("http://evil/@localhost", "evil", false),
        ("http://[::1", "::1", true),
        ("", "", false), ("://", "", false), ("http://0.0.0.0", "0.0.0.0", false),
    ])
    func `a URL's host`(_ text: String, _ host: String, _ isLoopback: Bool) {
        #expect(URLText(text).host == host)
        #expect(URLText(text).isLoopback == isLoopback)
    }

    private func facts(_ elsewhere: String) throws -> ComponentFacts {
        try ComponentFacts.parse(
            """
            component: kubelet
            grammar: pflag
            oldest: "1.5"
            newest: "1.36"
            types: {string: [config, a, b]}
            elsewhere:
            \(elsewhere)
            """, file: "f.yaml")
    }

    @Test func `facts name the places of settings besides the line`() throws {
        let facts = try facts(
            "  - {when: {flag: config, isSet: true}, holds: all, file: config, flags: [a]}")
        func settings(_ arguments: String...) -> Settings {
            Settings(
                ControlPlaneProcess(
                    component: .kubelet, pid: 1, parent: nil, user: "root", program: "kubelet", arguments: arguments),
                facts: facts)
        }
        let a = try #require(facts.flag("a"))
        let b = try #require(facts.flag("b"))
        let with = settings("--config=/c", "--a=1", "--b=1")
        #expect(with.isElsewhere(a, isOnLine: true))
        #expect(!with.isElsewhere(b, isOnLine: false))
        #expect(!settings("--a=1").isElsewhere(a, isOnLine: false))
    }

    @Test(arguments: [
        ("  - {when: {flag: config, isSet: true}, holds: some, file: config}", "f.yaml:7:48: unknown holds: \"some\""),
        (
            "  - {when: {flag: config, isSet: true}, holds: all}",
            "f.yaml:7:5: a place of settings needs when, holds and a file or a note"
        ),
        (
            "  - {when: {flag: configs, isSet: true}, holds: all, file: config}",
            "f.yaml:7:19: kubelet has no such flag: \"configs\""
        ),
    ])
    func `a place of settings that does not decode is refused`(_ line: String, _ problem: String) throws {
        let error = #expect(throws: (any Error).self) { _ = try facts(line) }
        let first = "\(try #require(error))".split(separator: "\n").first.map(String.init)
        #expect(first == problem)
    }

    @Test func `a policy names every text it was made from, each once`() throws {
        let own = "policy: p\nextends: [hardened, stackrox-2019]\n"
        let texts = try ["hardened", "stackrox-2019", "cis-1.12"].map { try #require(BuiltIn.policyText($0)) }
        #expect(try policy(own).sources.first == own)
        #expect(try Set(policy(own).sources) == Set([own] + texts))
        #expect(try policy(own).sources.count == 4)
        #expect(try PolicySource.load("stackrox-2019").policy(facts: BuiltIn.facts()).sources == [texts[1]])
    }
}
