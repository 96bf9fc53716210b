/// The lines of an explanation: headings to the left, their text beside them in at most `width` columns, and whatever
/// hangs under a line further in.
struct ExplanationText {
    private(set) var text = ""
    private var heading = ""

    static let width = 100
    /// Where text begins, in columns.
    private static let margin = 11
    /// Characters shown of a text from outside; the report has it whole.
    private static let textLimit = 500

    /// Stands in front of the next line.
    mutating func begin(_ heading: String) { self.heading = heading }

    mutating func blank() { text += "\n" }

    /// A line from the edge.
    mutating func title(_ line: String) {
        text += wrapped(printable(line, limit: Self.textLimit), width: Self.width).joined(separator: "\n") + "\n"
    }

    /// - Parameters:
    ///   - level: steps further in than the margin.
    ///   - label: in front of the text, which goes on under its own beginning.
    mutating func line(_ line: String, level: Int = 0, label: String = "") {
        let edge = Self.margin + 2 * level
        let lead = label.isEmpty ? "" : label + "  "
        let room = max(20, Self.width - edge - columns(lead))
        for (index, part) in wrapped(printable(line, limit: Self.textLimit), width: room).enumerated() {
            let start = index == 0 ? lead : String(repeating: " ", count: columns(lead))
            text += padded(heading, to: edge) + start + part + "\n"
            heading = ""
        }
    }
}
