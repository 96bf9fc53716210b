import Hardening
import SweepReport
import Testing

struct DoctorReportTests {
    private let plain = TerminalStyle(isColoured: false)
    private let coloured = TerminalStyle(isColoured: true)

    private func expect(_ text: String, in name: String) throws {
        try Golden.expect(Array(text.utf8), in: name)
    }

    @Test func `a machine alone`() throws {
        try expect(DoctorReport.render(FixtureDoctor.bare, style: plain), in: "doctor.txt")
        try Golden.expect(DoctorJSON.render(FixtureDoctor.bare), in: "doctor.json")
    }

    @Test func `how hosts would be reached`() throws {
        try expect(DoctorReport.render(FixtureDoctor.settings, style: plain), in: "doctor-settings.txt")
        try Golden.expect(DoctorJSON.render(FixtureDoctor.settings), in: "doctor-settings.json")
    }

    @Test func `how hosts were reached`() throws {
        try expect(DoctorReport.render(FixtureDoctor.tried, style: plain), in: "doctor-tried.txt")
        try expect(DoctorReport.render(FixtureDoctor.tried, style: coloured), in: "doctor-tried.ansi")
        try Golden.expect(DoctorJSON.render(FixtureDoctor.tried), in: "doctor-tried.json")
    }

    @Test func `three hundred hosts that are reached alike stand together`() throws {
        let text = DoctorReport.render(FixtureDoctor.many, style: plain)
        try expect(text, in: "doctor-many.txt")
        #expect(text.split(separator: "\n").count < 80)
    }

    @Test func `colour adds nothing but colour`() {
        #expect(
            DoctorReport.render(FixtureDoctor.tried, style: coloured).replacing(/\u{1B}\[[0-9;]*m/, with: "")
                == DoctorReport.render(FixtureDoctor.tried, style: plain))
    }

    @Test func `nothing from outside reaches a terminal or a reader raw`() {
        for text in [
            DoctorReport.render(FixtureDoctor.tried, style: plain),
            String(decoding: DoctorJSON.render(FixtureDoctor.tried), as: UTF8.self),
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

    @Test func `what counts as a problem, and what as not reached`() {
        #expect(FixtureDoctor.bare.hasProblems)
        #expect(!FixtureDoctor.bare.hasUnreached)
        var record = FixtureDoctor.settings
        record.items.removeAll { $0.health == .problem }
        #expect(record.hasProblems)
        #expect(!record.hasUnreached)
        record.fleet?.hosts.removeAll { $0.problem != nil }
        #expect(!record.hasProblems)
        #expect(FixtureDoctor.tried.hasUnreached)
        var reached = FixtureDoctor.tried
        reached.fleet?.hosts.removeAll { $0.trial?.failure != nil }
        #expect(!reached.hasUnreached)
    }
}
