/// Everything that is wrong with a file, in its order.
package struct YAMLError: Error, Sendable, Equatable, CustomStringConvertible {
    package var problems: [YAMLProblem]
    /// True where reading went on no further because so many had been found.
    package var isCut: Bool

    package init(problems: [YAMLProblem], isCut: Bool = false) {
        self.problems = problems
        self.isCut = isCut
    }

    /// One problem a line, hints indented below; safe to print on a terminal. No newline at the end.
    package var description: String {
        var lines = problems.map(\.description)
        if isCut { lines.append("there may be more: only \(problems.count) problems are shown") }
        return lines.joined(separator: "\n")
    }
}

/// One thing that is wrong, and where.
package struct YAMLProblem: Error, Sendable, Equatable, CustomStringConvertible {
    package var place: Place
    /// Plain words, without the file's own text.
    package var message: String
    /// The piece of the file at fault, as it stands there; `description` quotes and bounds it.
    package var text: String?
    package var hint: String?

    package init(place: Place, message: String, text: String? = nil, hint: String? = nil) {
        self.place = place
        self.message = message
        self.text = text
        self.hint = hint
    }

    /// `fleet.yaml:12:7: unknown key: "masterz"`, with the hint on an indented line of its own.
    package var description: String {
        var result = "\(place): \(message)"
        if let text { result += ": " + quoted(text) }
        if let hint { result += "\n    " + hint }
        return result
    }
}

/// A position in an inventory.
package struct Place: Sendable, Hashable, CustomStringConvertible {
    package var file: String
    /// 1-based.
    package var line: Int
    /// 1-based, in Unicode scalars.
    package var column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(escaped(file)):\(line):\(column)" }
}
