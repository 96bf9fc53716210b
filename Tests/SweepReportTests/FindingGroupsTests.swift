import Hardening
import Testing

@testable import SweepReport

struct FindingGroupsTests {
    private let fixture: FixturePolicy
    private let checks: [String]

    init() throws {
        fixture = try FixturePolicy()
        checks = fixture.policy.checks.map(\.id)
    }

    @Test func `the same on several clusters stands once`() {
        let open = fixture.finding("apiserver-anonymous-auth", .fail, "--anonymous-auth=true")
        let places = [place("a", "m1", open), place("a", "m2", open), place("b", "m1", open)]
        #expect(
            shown(places) { $0.verdict == .fail }
                == ["high apiserver-anonymous-auth [high --anonymous-auth=true on a/m[1:2], b/m1]"])
    }

    @Test func `the highest severity first, then the order of the checks`() {
        let findings = [
            "apiserver-profiling", "apiserver-etcd-cafile", "apiserver-insecure-port", "apiserver-anonymous-auth",
        ]
        .map { fixture.finding($0, .fail, "x") }
        #expect(
            shown(findings.map { place("a", "m1", $0) }) { $0.verdict == .fail } == [
                "critical apiserver-insecure-port [critical x on a/m1]",
                "high apiserver-anonymous-auth [high x on a/m1]",
                "high apiserver-etcd-cafile [high x on a/m1]",
                "low apiserver-profiling [low x on a/m1]",
            ])
    }

    @Test func `a check's failures stand under the worst of them, what most hosts show first`() {
        let places = [
            place("a", "m1", fixture.finding("apiserver-profiling", .fail, "one")),
            place("a", "m2", fixture.finding("apiserver-profiling", .fail, "two")),
            place("a", "m3", fixture.finding("apiserver-profiling", .fail, "two")),
            place("a", "m4", fixture.finding("apiserver-profiling", .fail, "two", note: "why")),
            place("a", "m5", fixture.finding("apiserver-profiling", .fail, "one", severity: .critical)),
        ]
        #expect(
            shown(places) { $0.verdict == .fail } == [
                "critical apiserver-profiling [critical one on a/m5] [low two on a/m[2:3]] [low one on a/m1] [low two (why) on a/m4]"
            ])
    }

    @Test func `a check that the policy does not know is shown, last of its severity`() {
        let places = [
            place("a", "m1", Finding(check: "stranger", severity: .low, verdict: .fail, observed: "x", expected: "y")),
            place("a", "m1", fixture.finding("apiserver-profiling", .fail, "x")),
        ]
        #expect(
            shown(places) { $0.verdict == .fail }
                == ["low apiserver-profiling [low x on a/m1]", "low stranger [low x on a/m1]"])
    }

    @Test func `unknowns stand apart by their reason`() {
        let places = [
            place("a", "m1", fixture.finding("apiserver-profiling", .unknown(.truncated), "x")),
            place("a", "m2", fixture.finding("apiserver-profiling", .unknown(.versionNeeded), "x")),
            place("a", "m3", fixture.finding("apiserver-profiling", .pass, "x")),
        ]
        #expect(
            unknowns(places) == [
                "versionNeeded [apiserver-profiling: x on a/m2]", "truncated [apiserver-profiling: x on a/m1]",
            ])
    }

    @Test func `checks that are unknown by the same sight on the same hosts stand together`() {
        func findings(_ reason: UnknownReason, _ observed: (String) -> String) -> [Finding] {
            ["apiserver-profiling", "apiserver-anonymous-auth"].map {
                fixture.finding($0, .unknown(reason), observed($0), note: "why")
            }
        }
        let both = findings(.configuredInFile) { _ in "not on the command line" }
        #expect(
            unknowns([place("a", "m1", both), place("a", "m2", both)]) == [
                "configuredInFile [apiserver-anonymous-auth, apiserver-profiling: not on the command line (why) on a/m[1:2]]"
            ])
        #expect(
            unknowns([place("a", "m1", findings(.needsReview) { $0 })]) == [
                "needsReview [apiserver-anonymous-auth: apiserver-anonymous-auth (why) on a/m1]"
                    + " [apiserver-profiling: apiserver-profiling (why) on a/m1]"
            ])
        #expect(
            unknowns([place("a", "m1", findings(.truncated) { $0 })])
                == ["truncated [apiserver-anonymous-auth, apiserver-profiling:  (why) on a/m1]"])
    }

    private func place(_ cluster: String, _ host: String, _ findings: Finding...) -> JudgedPlace {
        place(cluster, host, findings)
    }

    private func place(_ cluster: String, _ host: String, _ findings: [Finding]) -> JudgedPlace {
        JudgedPlace(
            cluster: cluster, host: host, process: FixtureSweep.apiserver(findings: findings), label: host)
    }

    private func shown(_ places: [JudgedPlace], where isWanted: (Finding) -> Bool) -> [String] {
        gathered(places, where: isWanted).groups(of: checks).map { group in
            group.sightings.reduce("\(group.severity) \(group.check)") { text, sighting in
                "\(text) [\(sighting.severity) \(sighting.observed)\(noted(sighting.note)) on \(list(sighting.places))]"
            }
        }
    }

    private func unknowns(_ places: [JudgedPlace]) -> [String] {
        gathered(places) { $0.verdict.word == "unknown" }.unknowns(of: checks).map { group in
            group.cases.reduce(group.reason.rawValue) { text, sight in
                "\(text) [\(sight.checks.joined(separator: ", ")): \(sight.observed ?? "")\(noted(sight.note))"
                    + " on \(list(sight.places))]"
            }
        }
    }

    private func gathered(
        _ places: [JudgedPlace], keeping: Keeping = .all, where isWanted: (Finding) -> Bool
    ) -> FindingGathering {
        var gathering = FindingGathering(keeping: keeping)
        for place in places { gathering.add(place, where: isWanted) }
        return gathering
    }

    private func noted(_ note: String?) -> String { note.map { " (\($0))" } ?? "" }

    private func list(_ places: Places) -> String {
        places.text(width: 1000, lines: 1, noun: "host").joined(separator: " ")
    }
}
