/// The lines of a terminal report: entries hang under a heading, their labels to the right of one edge and their text
/// to the left of the other.
struct TerminalText {
    private(set) var text = ""

    /// Columns of a line, where what it shows can be broken.
    static let width = 140
    /// Where an entry's text begins, in columns.
    static let indent = 18
    /// Characters shown of a value; the JSON report has it whole.
    static let valueLimit = 300

    mutating func line(_ line: String = "") {
        text += line
        text += "\n"
    }

    /// Text from outside under a label.
    mutating func entry(_ label: String, _ text: String, paint: (String) -> String = { $0 }) {
        entry(label, wrapped(printable(text, limit: Self.valueLimit), width: Self.width - Self.indent).map(paint))
    }

    /// Lines that are printable already.
    mutating func entry(_ label: String, _ lines: [String]) {
        var label = label
        for line in lines {
            let edge = aligned(label, to: Self.indent - 2)
            self.line(line.isEmpty ? edge : "\(edge)  \(line)")
            label = ""
        }
    }
}
