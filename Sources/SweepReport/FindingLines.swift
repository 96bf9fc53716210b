import Hardening
import ProcessTable
import StrictJSON

/// Findings as JSON objects on a line each. Processes of a component have nearly the same ones, place by place, so what
/// the last one had is kept, and only what differs from it is written anew.
struct FindingLines {
    private struct Written {
        var findings: [Finding] = []
        var lines: [[UInt8]] = []
    }

    private var last: [Component: Written] = [:]

    /// In the order of the process's findings.
    mutating func lines(of process: ProcessRecord) -> [[UInt8]] {
        // Taken out, so that it is changed and not copied.
        var written = last.removeValue(forKey: process.component) ?? Written()
        let places = process.findings.places(otherThanIn: written.findings)
        if !places.isEmpty || written.findings.count != process.findings.count {
            written.lines.removeLast(max(0, written.lines.count - process.findings.count))
            written.lines += repeatElement([], count: process.findings.count - written.lines.count)
            for place in places { written.lines[place] = Self.line(process.findings[place]) }
            written.findings = process.findings
        }
        last[process.component] = written
        return written.lines
    }

    private static func line(_ finding: Finding) -> [UInt8] {
        var json = JSONText(capacity: 384)
        json.line { json in
            json.field("check", finding.check)
            json.field("severity", finding.severity.rawValue)
            json.field("verdict", finding.verdict.word)
            json.field("reason", finding.verdict.reason)
            json.field("observed", finding.observed)
            json.field("expected", finding.expected)
            json.waiver(finding.waiver)
            json.field("note", finding.note)
        }
        return json.bytes
    }
}
