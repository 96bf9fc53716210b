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
        #expect(lines.count == policy.checks.count + 2)
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
}
