import Hardening
import SweepReport
import Testing

struct CheckCatalogTests {
    @Test func `lists checks and those that are off`() throws {
        let policy = try PolicySource(
            text: """
                policy: mine
                extends: stackrox-2019
                disable:
                  apiserver-profiling: needed by \u{202E}us
                  apiserver-anonymous-auth: probes use it
                """, file: "mine.yaml"
        ).policy(facts: try BuiltIn.facts())
        let lines = CheckCatalog.list(policy).split(separator: "\n")
        #expect(lines.count == policy.checks.count + 2 + IntegrityCheck.all.count)
        #expect(
            lines.suffix(2) == [
                "off       apiserver-anonymous-auth                   probes use it",
                #"off       apiserver-profiling                        needed by \u{202e}us"#,
            ])
    }

    @Test func `lists the fixture's checks`() throws {
        try Golden.expect(Array(CheckCatalog.list(FixturePolicy().policy).utf8), in: "checks.txt")
    }

    @Test(arguments: ["apiserver-anonymous-auth", "apiserver-tls-cipher-suites"])
    func `explains a check`(id: String) throws {
        let policy = try FixturePolicy().policy
        let check = try #require(policy.checks.first { $0.id == id })
        let preview = CheckPreview(check, facts: try BuiltIn.facts(), at: nil)
        try Golden.expect(
            Array(CheckCatalog.explain(check, policy.parameters, preview).utf8), in: "explain-\(id).txt")
    }

    @Test func `integrity checks stand behind the policy's, or among those that are off`() throws {
        let facts = try BuiltIn.facts()
        func lines(_ disable: String) throws -> [Substring] {
            let text = "policy: p\nextends: stackrox-2019\n\(disable)"
            let policy = try PolicySource(text: text, file: "p").policy(facts: facts)
            return CheckCatalog.list(policy).split(separator: "\n").suffix(2)
        }
        #expect(
            try lines("") == [
                "high      process-identity                           A component is what it claims to be",
                "medium    kubernetes-version                         The stated Kubernetes version fits the line",
            ])
        #expect(
            try lines("disable: {process-identity: ours run as k8sapi}\n") == [
                "medium    kubernetes-version                         The stated Kubernetes version fits the line",
                "off       process-identity                           ours run as k8sapi",
            ])
    }

    @Test func `explains an integrity check`() {
        let lines = CheckCatalog.explain(.kubernetesVersion).split(separator: "\n")
        #expect(
            lines.prefix(4) == [
                "kubernetes-version: The stated Kubernetes version fits the line", "severity   medium",
                "component  every component; an integrity check, which runs with every policy",
                "expected   flags that one release accepts, the stated one where one is stated",
            ])
        #expect(lines.allSatisfy { $0.count <= 100 })
    }
}
