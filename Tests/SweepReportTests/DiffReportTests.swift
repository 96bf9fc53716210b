import Hardening
import SweepReport
import Testing

struct DiffReportTests {
    private let plain = TerminalStyle(isColoured: false)
    private let coloured = TerminalStyle(isColoured: true)

    @Test func `a diff as JSON`() throws {
        try Golden.expect(DiffReport.json(FixtureDiff().diff), in: "diff.json")
    }

    @Test func `a diff as text`() throws {
        try Golden.expect(Array(DiffReport.text(FixtureDiff().diff, style: plain).utf8), in: "diff.txt")
    }

    @Test func `a diff as Markdown`() throws {
        try Golden.expect(Array(DiffReport.markdown(FixtureDiff().diff).utf8), in: "diff.md")
    }

    @Test func `a diff without a change`() throws {
        let diff = try FixtureDiff().unchanged
        try Golden.expect(DiffReport.json(diff), in: "diff-unchanged.json")
        #expect(
            DiffReport.text(diff, style: plain).split(separator: "\n").first == "kubesweep diff  nothing changed")
        #expect(DiffReport.markdown(diff).hasPrefix("# kubesweep diff\n\nnothing changed\n"))
    }

    @Test func `a sweep that was cut off says so before anything else, also where nothing changed`() throws {
        let diff = try FixtureDiff().cut
        #expect(diff.isEmpty && !diff.isQuiet)
        let words = "the sweep's deadline of 4 s was reached; because of it 5 of 9 hosts were not seen"
        #expect(
            DiffReport.text(diff, style: plain).hasPrefix(
                "CUT OFF  \(words)\n\nkubesweep diff  nothing changed on the hosts that were seen\n"))
        #expect(
            DiffReport.markdown(diff).hasPrefix(
                "# kubesweep diff\n\n**cut off:** \(words)\n\nnothing changed on the hosts that were seen\n"))
        let json = String(decoding: DiffReport.json(diff), as: UTF8.self)
        let object = #""endedEarly": {"cause": "the sweep's deadline of 4 s was reached", "hosts": 9, "abandoned": 5}"#
        #expect(json.ranges(of: object).count == 1)
        let record = try FixtureDiff().record
        let notice = NoticeReport.json(record, early: diff.newer.early, diff: diff, reason: nil)
        #expect(String(decoding: notice, as: UTF8.self).contains(object))
    }

    @Test func `colour adds nothing but colour`() throws {
        let diff = try FixtureDiff().diff
        #expect(
            DiffReport.text(diff, style: coloured).replacing(/\u{1B}\[[0-9;]*m/, with: "")
                == DiffReport.text(diff, style: plain))
    }

    @Test func `nothing that a host says steers a terminal or a page`() throws {
        let diff = try FixtureDiff().diff
        let text = DiffReport.text(diff, style: plain)
        let markdown = DiffReport.markdown(diff)
        for scalar in (text + markdown).unicodeScalars where scalar != "\n" {
            #expect(scalar.properties.generalCategory != .control)
            #expect(scalar.properties.generalCategory != .format)
        }
        // The only tag is ours, and a table's row has as many cells as its head.
        #expect(!markdown.replacing("<br>", with: "").contains("<"))
        for line in markdown.split(separator: "\n") where line.hasPrefix("|") {
            #expect(line.count { $0 == "|" } == 6, "\(line)")
        }
    }

    @Test func `Markdown lists so many items and counts the others`() throws {
        let markdown = DiffReport.markdown(try FixtureDiff().diff, limit: 3)
        let all = DiffReport.markdown(try FixtureDiff().diff)
        func items(_ text: String) -> Int { text.split(separator: "\n").count { $0.hasPrefix("| ") } }
        // Each section's head is one of the lines.
        func heads(_ text: String) -> Int { text.split(separator: "\n").count { $0.hasPrefix("## ") } }
        let left = items(all) - heads(all) - 3
        #expect(items(markdown) - heads(markdown) == 3)
        #expect(markdown.hasSuffix("\nand \(left) more; the JSON report has all\n"))
    }

    @Test func `a notice as JSON`() throws {
        let fixture = try FixtureDiff()
        try Golden.expect(NoticeReport.json(fixture.record, diff: fixture.diff, reason: nil), in: "notice.json")
    }

    @Test func `a notice keeps its size, whatever changed`() throws {
        let fixture = try FixtureDiff()
        let record = fixture.record
        let bytes = NoticeReport.json(record, diff: nil, reason: String(repeating: "A", count: 100_000))
        #expect(bytes.count < 2_000)
        let many = try FixtureDiff.wide(hosts: 400)
        let notice = NoticeReport.json(record, diff: many, reason: nil)
        #expect(notice.count <= NoticeReport.sizeLimit)
        #expect(notice.count > NoticeReport.sizeLimit / 4)
        #expect(String(decoding: notice, as: UTF8.self).contains(#""changes": 400"#))
        #expect(String(decoding: notice, as: UTF8.self).contains(#""truncated": true"#))
        // Also where nothing but the inventory changed.
        let moved = NoticeReport.json(record, diff: try FixtureDiff.readdressed(hosts: 400), reason: nil)
        #expect(moved.count <= NoticeReport.sizeLimit)
        #expect(moved.count > NoticeReport.sizeLimit / 4)
        #expect(String(decoding: moved, as: UTF8.self).contains(#""inventory": 400"#))
        #expect(String(decoding: moved, as: UTF8.self).contains(#""truncated": true"#))
    }
}
