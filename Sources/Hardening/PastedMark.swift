import StrictYAML

/// Dashes and quotation marks that a word processor put into a text: they look like `-` and `"`, and neither a shell
/// nor a component takes them for one.
enum PastedMark {
    /// The marks of a YAML text outside of comments, with their places.
    static func all(in text: String, file: String) -> [LintFinding] {
        var findings: [LintFinding] = []
        let lines = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" }
        for (number, line) in lines.enumerated() where line.contains(where: { !$0.isASCII }) {
            let scalars = Array(line)
            let end = comment(in: scalars) ?? scalars.count
            for column in 0..<end {
                guard let mark = mark(scalars, at: column) else { continue }
                let place = Place(file: file, line: number + 1, column: column + 1)
                let word = word(scalars, around: column)
                findings.append(
                    LintFinding(mark.weight, place, "\(mark.name), which is not \(mark.meant)", text: word))
            }
        }
        return findings
    }

    private struct Mark {
        let weight: LintFinding.Weight
        let name: String
        let meant: String
    }

    private static func mark(_ scalars: [Unicode.Scalar], at column: Int) -> Mark? {
        let scalar = scalars[column]
        let before = column > 0 ? scalars[column - 1] : " "
        let after = column + 1 < scalars.count ? scalars[column + 1] : " "
        switch scalar {
        case "\u{2010}", "\u{2011}", "\u{FE63}", "\u{FF0D}":
            return Mark(weight: .error, name: "a hyphen from a document (\(code(scalar)))", meant: "-")
        case "\u{2012}", "\u{2013}", "\u{2014}", "\u{2015}", "\u{2212}", "\u{FE58}":
            // Between words and numbers a dash may be meant: "10–20", "one – two".
            let isFlag = (isLetter(after) || isDash(after)) && !isWord(before) || (isDash(before) && isLetter(after))
            let isInName = scalar != "\u{2014}" && isLetter(before) && isLetter(after)
            guard isFlag || isInName else { return nil }
            return Mark(weight: .error, name: "a dash from a document (\(code(scalar)))", meant: "-")
        case "\u{201C}", "\u{201D}", "\u{201E}", "\u{201F}":
            return Mark(weight: .warning, name: "a quotation mark from a document (\(code(scalar)))", meant: "\"")
        case "\u{2018}", "\u{2019}", "\u{201A}", "\u{201B}":
            // Within a word it is an apostrophe.
            if isLetter(before), isLetter(after) { return nil }
            return Mark(weight: .warning, name: "a quotation mark from a document (\(code(scalar)))", meant: "'")
        default: return nil
        }
    }

    private static func code(_ scalar: Unicode.Scalar) -> String {
        "U+" + String(scalar.value, radix: 16, uppercase: true)
    }

    private static func isDash(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "-" || (0x2010...0x2015).contains(scalar.value) || scalar == "\u{2212}"
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? (0x41...0x5A).contains(scalar.value) || (0x61...0x7A).contains(scalar.value) : false
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        isLetter(scalar) || (0x30...0x39).contains(scalar.value)
    }

    /// Where a comment begins; a `#` in a quoted text begins none.
    private static func comment(in scalars: [Unicode.Scalar]) -> Int? {
        var quote: Unicode.Scalar?
        for (column, scalar) in scalars.enumerated() {
            if let open = quote {
                if scalar == open { quote = nil }
            } else if scalar == "#", column == 0 || scalars[column - 1] == " " {
                return column
            } else if scalar == "\"" || scalar == "'",
                column == 0 || " [{,:".unicodeScalars.contains(scalars[column - 1])
            {
                quote = scalar
            }
        }
        return nil
    }

    private static func word(_ scalars: [Unicode.Scalar], around column: Int) -> String {
        let start = scalars[..<column].lastIndex(of: " ").map { $0 + 1 } ?? 0
        let end = scalars[column...].firstIndex(of: " ") ?? scalars.count
        return String(String.UnicodeScalarView(scalars[start..<end]))
    }
}
