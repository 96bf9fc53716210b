import Hardening
import Testing

@testable import SweepReport

/// A report on a stream of files names the first of long lists and counts all.
struct KeepingTests {
    private let keeping = Keeping(places: 2, sights: 2)

    @Test func `places beyond the limit are counted, each once`() {
        var places = Places(limit: 2)
        for host in ["a", "b", "b", "c", "c", "d"] { places.add("", host) }
        #expect(places.hostCount == 4)
        #expect(places.text(width: 100, lines: 4, noun: "file") == ["a, b,", "and 2 more files"])
        #expect(places.text(width: 3, lines: 1, noun: "file") == ["a,", "and 3 more files"])
    }

    @Test func `places are the same only where those beyond the limit are`() {
        func places(_ hosts: String...) -> Places {
            var places = Places(limit: 1)
            for host in hosts { places.add("", host) }
            return places
        }
        #expect(places("a", "b", "c") == places("a", "b", "c"))
        #expect(places("a", "b", "c") != places("a", "b", "d"))
        #expect(places("a", "b", "c") != places("a", "x", "c"))
        #expect(places("a", "b") != places("a", "b", "c"))
    }

    @Test func `what joins lists that are not whole gives no number`() {
        var cut = Places(limit: 1)
        var whole = Places(limit: 1)
        for host in ["a", "b", "c"] { cut.add("", host) }
        whole.add("", "x")
        let joined = [cut, whole].joined
        #expect(joined.text(width: 100, lines: 4, noun: "file") == ["a, x", "and more files"])
        #expect(joined.text(width: 2, lines: 1, noun: "file") == ["a,", "and more files"])
        #expect([whole].joined.text(width: 100, lines: 4, noun: "file") == ["x"])
    }

    @Test func `values, notes and failures beyond the limit leave their hosts`() throws {
        let fixture = try FixturePolicy()
        var gathered = Gathered(keeping: keeping)
        for number in 1...5 {
            gathered.add(
                FileRecord(
                    name: "f\(number)", state: .evaluated, notes: ["note \(number)"],
                    processes: [
                        FixtureSweep.apiserver(findings: [
                            fixture.finding("apiserver-profiling", .fail, "value \(number)"),
                            fixture.finding("apiserver-anonymous-auth", .unknown(.needsReview), "sight \(number)"),
                        ])
                    ], checkCount: 2))
            gathered.add(
                FileRecord(
                    name: "u\(number)", state: .unreadable,
                    failure: HostFailure(phase: "evidence", reason: "r", detail: "detail \(number)", hint: "hint"),
                    checkCount: 2))
        }
        let group = try #require(gathered.failed.groups(of: ["apiserver-profiling"]).first)
        #expect(group.places.hostCount == 5)
        #expect(group.sightings.map(\.observed) == ["value 1", "value 2"])
        #expect(names(group.others) == ["f[3:4],", "and 1 more file"])
        let unknown = try #require(gathered.unknown.unknowns(of: ["apiserver-anonymous-auth"]).first)
        #expect(unknown.cases.map(\.observed) == ["sight 1", "sight 2"])
        #expect(unknown.others.map(names) == [["f[3:4],", "and 1 more file"]])
        #expect(gathered.notes.groups.map(\.note) == ["note 1", "note 2"])
        #expect(names(gathered.notes.others) == ["f[3:4],", "and 1 more file"])
        let failure = try #require(gathered.unseen.groups.first)
        #expect(failure.cases.map(\.detail) == ["detail 1", "detail 2"])
        #expect(names(failure.others) == ["u[3:4],", "and 1 more file"])
        #expect(failure.commonHint == "hint")
    }

    @Test func `a text names the first of very many files and counts all`() throws {
        let fixture = try FixtureEvaluation()
        let text = fixture.text(TerminalStyle(isColoured: false), try fixture.many(3000))
        #expect(text.contains("Profiling is off  (3000 files)"))
        #expect(text.contains("              on  cp0.ps, cp2.ps,"))
        #expect(text.contains("and  more than 190 more values, not shown"))
        #expect(text.contains("judged 3000 of 3000 files"))
    }

    private func names(_ places: Places) -> [String] { places.text(width: 100, lines: 4, noun: "file") }
}
