import Hardening
import ProcessTable
import Testing

private func check(_ id: String, _ expect: String = "{flag: profiling, is: \"false\"}") -> String {
    """
      - id: \(id)
        title: T
        severity: low
        flags: [profiling]
        expected: E
        rationale: R
        remediation: F
        expect: \(expect)

    """
}

private func merged(_ sources: [PolicySource]) throws -> Policy { try sources.policy(facts: builtInFacts.get()) }

private func problems(_ sources: [PolicySource]) throws -> String {
    let facts = try builtInFacts.get()
    do throws(PolicyError) {
        _ = try sources.policy(facts: facts)
        return "none"
    } catch {
        return error.description
    }
}

private func file(_ name: String, _ text: String) -> PolicySource { PolicySource(text: text, file: name) }

struct PolicyMergeTests {
    @Test func `names and files make one policy with each check once`() throws {
        let ours = file("ours.yaml", "policy: ours\nextends: stackrox-2019\nchecks:\n\(check("own"))")
        let policy = try merged(PolicySource.load(["stackrox-2019", "cis-1.12", "stackrox-2019"]) + [ours])
        #expect(policy.name == "stackrox-2019+cis-1.12+ours")
        #expect(policy.checks.count == 38 + 33 + 1)
        #expect(Set(policy.checks.map(\.id)).count == policy.checks.count)
        #expect(policy.checks.last?.id == "own")
        #expect(policy.sources.count == 3)
    }

    @Test func `what one file switches off or sets holds for all`() throws {
        let ours = file(
            "ours.yaml",
            "policy: ours\ndisable: {apiserver-profiling: wanted}\nparameters: {audit-retention-days: 365}")
        let policy = try merged([ours] + PolicySource.load(["stackrox-2019"]))
        #expect(policy.name == "ours+stackrox-2019")
        #expect(policy.checks.count == 37)
        #expect(policy.disabled == ["apiserver-profiling": "wanted"])
        #expect(
            policy.checks.first { $0.id == "apiserver-audit-log-maxage" }?.expected
                == "--audit-log-maxage of 365 days or more")
        #expect(policy.overrides == ["audit-retention-days": "365"])
    }

    @Test func `a file that only switches off is no policy alone`() throws {
        #expect(
            try problems([file("ours.yaml", "policy: ours\ndisable: {apiserver-profiling: wanted}")]) == """
                ours.yaml:1:1: the policy has no checks
                ours.yaml:2:11: no such check in the policy that is extended: "apiserver-profiling"
                """)
    }

    @Test func `two checks under one id are refused, naming both`() throws {
        let ours = file("ours.yaml", "policy: ours\nchecks:\n" + check("apiserver-profiling"))
        let theirs = file("theirs.yaml", "policy: theirs\nchecks:\n" + check("apiserver-profiling"))
        #expect(
            try problems([ours, theirs])
                == "theirs.yaml:3:5: check is another one than that at ours.yaml:3:5: \"apiserver-profiling\"")
        let place = try #require(
            try builtInPolicy.get().checks.first { $0.id == "apiserver-profiling" }?.places.start)
        #expect(
            try problems(PolicySource.load(["stackrox-2019"]) + [ours])
                == "ours.yaml:3:5: check is another one than that at \(place): \"apiserver-profiling\"")
    }

    @Test func `two values for a parameter are refused, the same value twice is not`() throws {
        func ours(_ name: String, _ days: Int) -> PolicySource {
            file(name, "policy: ours\nextends: stackrox-2019\nparameters: {audit-retention-days: \(days)}")
        }
        #expect(
            try problems([ours("a.yaml", 40), ours("b.yaml", 50)])
                == "b.yaml:3:36: audit-retention-days has another value at a.yaml:3:36: \"50\"")
        #expect(try merged([ours("a.yaml", 40), ours("b.yaml", 40)]).overrides == ["audit-retention-days": "40"])
    }

    @Test func `two definitions of a parameter are refused`() throws {
        func ours(_ name: String) -> PolicySource {
            file(name, "policy: p\nparameters:\n  limit: {title: t, type: number, default: 1}\nchecks:\n" + check(name))
        }
        #expect(
            try problems([ours("a"), ours("b")]) == "b:3:3: parameter is defined already at a:3:3: \"limit\"")
    }

    @Test func `every problem of every file is told, in their order`() throws {
        let found = try problems([
            file(
                "a.yaml",
                "policy: a\ndisable: {nothing: why}\nchecks:\n" + check("one", "{flag: profilin, isSet: true}")),
            file("b.yaml", "policy: b\nparameters: {nothing: 1}\nextend: x"),
        ])
        #expect(
            found.split(separator: "\n").filter { !$0.hasPrefix(" ") } == [
                "a.yaml:1:1: the policy has no checks",
                "a.yaml:2:11: no such check in the policy that is extended: \"nothing\"",
                "a.yaml:11:20: kube-apiserver has no such flag: \"profilin\"",
                "b.yaml:2:23: no policy has such a parameter: \"nothing\"",
                "b.yaml:3:1: unknown key: \"extend\"",
            ])
    }

    @Test func `reasons of two files are both kept`() throws {
        func off(_ name: String, _ reason: String) -> PolicySource {
            file(name, "policy: \(name)\nextends: stackrox-2019\ndisable: {apiserver-profiling: \(reason)}")
        }
        #expect(try merged([off("a", "x"), off("b", "y"), off("c", "y")]).disabled == ["apiserver-profiling": "x; y"])
    }
}
