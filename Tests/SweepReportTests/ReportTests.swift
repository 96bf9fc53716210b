import Hardening
import SweepReport
import Testing

struct ReportTests {
    private let plain = TerminalStyle(isColoured: false)
    private let coloured = TerminalStyle(isColoured: true)

    @Test func `a sweep as JSON`() throws {
        try Golden.expect(JSONReport.render(FixtureSweep().record), in: "sweep.json")
    }

    @Test func `a sweep of which a piece cannot be put is not written on`() throws {
        var pieces = 0
        let isWritten = JSONReport.write(try FixtureSweep().record) { _ in
            pieces += 1
            return false
        }
        #expect(!isWritten)
        #expect(pieces == 1)
    }

    @Test func `a sweep as text`() throws {
        let fixture = try FixtureSweep()
        try expect(TerminalReport.render(fixture.record, policy: fixture.policy, style: plain), in: "sweep.txt")
    }

    @Test func `a sweep as coloured text`() throws {
        let fixture = try FixtureSweep()
        try expect(TerminalReport.render(fixture.record, policy: fixture.policy, style: coloured), in: "sweep.ansi")
    }

    @Test func `colour adds nothing but colour`() throws {
        let fixture = try FixtureSweep()
        let text = TerminalReport.render(fixture.record, policy: fixture.policy, style: coloured)
        #expect(
            text.replacing(/\u{1B}\[[0-9;]*m/, with: "")
                == TerminalReport.render(fixture.record, policy: fixture.policy, style: plain))
    }

    @Test func `an evaluation as JSON`() throws {
        try Golden.expect(FixtureEvaluation().json(), in: "evaluation.json")
    }

    @Test func `an evaluation as text`() throws {
        try expect(FixtureEvaluation().text(plain), in: "evaluation.txt")
    }

    @Test func `an evaluation as coloured text`() throws {
        try expect(FixtureEvaluation().text(coloured), in: "evaluation.ansi")
    }

    @Test func `a clean sweep`() throws {
        let fleets = try FixtureFleets()
        try Golden.expect(JSONReport.render(fleets.clean), in: "clean.json")
        try expect(TerminalReport.render(fleets.clean, policy: fleets.policy, style: plain), in: "clean.txt")
    }

    @Test func `a sweep of nothing`() throws {
        let fleets = try FixtureFleets()
        try Golden.expect(JSONReport.render(fleets.empty), in: "empty.json")
        try expect(TerminalReport.render(fleets.empty, policy: fleets.policy, style: plain), in: "empty.txt")
    }

    @Test func `a sweep of many clusters`() throws {
        let fleets = try FixtureFleets()
        try expect(TerminalReport.render(fleets.many, policy: fleets.policy, style: plain), in: "many.txt")
    }

    @Test func `nothing from outside reaches a terminal or a reader raw`() throws {
        let sweep = try FixtureSweep()
        let evaluation = try FixtureEvaluation()
        for text in [
            TerminalReport.render(sweep.record, policy: sweep.policy, style: plain),
            evaluation.text(plain),
            String(decoding: JSONReport.render(sweep.record), as: UTF8.self),
            String(decoding: evaluation.json(), as: UTF8.self),
        ] {
            let raw = text.unicodeScalars.filter { scalar in
                switch scalar.properties.generalCategory {
                case .control: scalar != "\n"
                case .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
                default: false
                }
            }
            #expect(raw.map { String($0.value, radix: 16) } == [])
        }
    }

    private func expect(_ text: String, in name: String) throws {
        try Golden.expect(Array(text.utf8), in: name)
    }
}
