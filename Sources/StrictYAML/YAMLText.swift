internal import Yams

/// A file's text on the way to one YAML node tree: everything that stops before its own keys can be read.
struct YAMLText {
    /// How long the text may become when aliases are written out, in bytes. They can nest so that a few lines
    /// unfold into billions of nodes, and Yams walks them all when it compares mapping keys: 64 MiB is seconds.
    static let unfoldedLimit = Double(1 << 26)

    let file: String
    private let text: String

    /// The tree, and the keys that Yams would have refused as duplicates of a later one.
    struct Document {
        var root: Node
        /// Where such a key stands, and its name; the node there carries another name.
        var renamedKeys: [Place: String]
    }

    init(_ text: String, file: String) {
        // Each would count as a column of the first line otherwise.
        self.text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        self.file = file
    }

    func compose() throws(YAMLError) -> Document {
        do throws(YAMLProblem) {
            try refuseControls()
            try refuseAliasBombs()
        } catch {
            throw YAMLError(problems: [error])
        }
        var scalars: [Unicode.Scalar]?
        var renamed: [Place: String] = [:]
        var source = text
        while true {
            switch attempt(source) {
            case .success(let root):
                guard let root else {
                    throw YAMLError(problems: [problem(line: 1, column: 1, "the file is empty")])
                }
                return Document(root: root, renamedKeys: renamed)
            case .failure(.duplicatedKeysInMapping(let names, let context)):
                // Yams stops here and names one place only. Giving that key another name of the same length
                // lets the rest of the file be read, and the later key be reported beside the others.
                let place = place(context.mark)
                let name = names.first ?? ""
                let line = scalars ?? Array(text.unicodeScalars)
                // The bound on work: each round composes the whole file again.
                let rounds = min(64, max(1, (1 << 23) / max(1, line.count)))
                guard renamed.count < rounds, renamed[place] == nil,
                    let target = keyLetter(in: line, at: place),
                    let replacement = Unicode.Scalar(UInt32(0xE000 + renamed.count))
                else {
                    throw YAMLError(problems: duplicates(renamed, and: place, restOfLine(at: context.mark)))
                }
                var changed = line
                changed[target] = replacement
                renamed[place] = name
                source = String(String.UnicodeScalarView(changed))
                scalars = changed
            case .failure(let error):
                throw YAMLError(problems: [problem(error)])
            }
        }
    }

    /// What is known of duplicate keys when no more of them can be given another name.
    private func duplicates(_ renamed: [Place: String], and last: Place, _ text: String?) -> [YAMLProblem] {
        let texts = renamed.merging([last: text ?? ""]) { _, new in new }
        return texts.sorted { ($0.key.line, $0.key.column) < ($1.key.line, $1.key.column) }.map { place, text in
            YAMLProblem(place: place, message: "key stands twice in its mapping", text: text)
        }
    }

    private func attempt(_ source: String) -> Result<Node?, YamlError> {
        do {
            // The basic resolver gives every scalar the tag of text, so "1" and 1 are the same key.
            return .success(try Yams.compose(yaml: source, .basic, .default, .utf8))
        } catch let error as YamlError {
            return .failure(error)
        } catch {
            return .failure(.no)
        }
    }

    /// Where the first letter of the key at `place` stands; nil for a key that does not begin with its own
    /// text: an alias, an escape, a tag.
    private func keyLetter(in scalars: [Unicode.Scalar], at place: Place) -> Int? {
        var line = 1
        var start = 0
        while line < place.line {
            guard start < scalars.count else { return nil }
            if scalars[start] == "\n" || (scalars[start] == "\r" && scalars.dropFirst(start + 1).first != "\n") {
                line += 1
            }
            start += 1
        }
        var index = start + place.column - 1
        guard index < scalars.count else { return nil }
        if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
        guard index < scalars.count, !"&*!|>[]{}?:%@`#,\"'\\".unicodeScalars.contains(scalars[index]),
            !isInvisible(scalars[index])
        else { return nil }
        return index
    }

    /// Refuses what libyaml's reader refuses, and the line breaks that only YAML 1.1 counts as such: with
    /// them our line numbers would not be the editor's.
    private func refuseControls() throws(YAMLProblem) {
        var line = 1
        var column = 1
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A:
                if previous != "\r" { line += 1 }
                column = 0
            case 0x0D:
                line += 1
                column = 0
            case 0x09, 0x20...0x7E: break
            case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
                throw problem(line: line, column: column, "control character", text: String(scalar))
            default: break
            }
            column += 1
            previous = scalar
        }
    }

    /// Counts what may be an anchor or an alias, and more rather than less: `*word` in a quoted text counts too.
    private func refuseAliasBombs() throws(YAMLProblem) {
        var anchors = 0
        var aliases = 0
        for (number, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        where line.contains(where: { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "&") }) {
            // A `#` may belong to a quoted text that goes on over several lines, or end at a lone carriage return.
            let hasComment =
                !line.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }
                && !line.dropLast().contains(UInt8(ascii: "\r"))
            var previous = UInt8(ascii: " ")
            for (byte, next) in zip(line, line.dropFirst()) {
                let followsBlank = previous == UInt8(ascii: " ") || previous == UInt8(ascii: "\t")
                if byte == UInt8(ascii: "#"), followsBlank, hasComment { break }
                if byte == UInt8(ascii: "*"), isAnchorByte(next) { aliases += 1 }
                if byte == UInt8(ascii: "&"), isAnchorByte(next) { anchors += 1 }
                previous = byte
            }
            guard unfoldedLength(anchors: anchors, aliases: aliases) <= Self.unfoldedLimit else {
                throw problem(
                    line: number + 1, column: 1, "aliases that unfold too far",
                    hint: "write the values out")
            }
        }
    }

    /// The most bytes that so many aliases can make of this text. Through k anchors, each made of earlier ones, n
    /// aliases unfold it at most (1 + n/k)^k-fold (the product of their shares is largest where all are equal).
    private func unfoldedLength(anchors: Int, aliases: Int) -> Double {
        let levels = min(anchors, aliases)
        var length = Double(text.utf8.count)
        for _ in 0..<levels where length <= Self.unfoldedLimit {
            length *= 1 + Double(aliases) / Double(levels)
        }
        return length
    }

    /// libyaml's IS_ALPHA, the bytes an anchor's name is made of.
    private func isAnchorByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private func place(_ mark: Mark) -> Place {
        Place(file: file, line: mark.line, column: mark.column)
    }

    private func problem(
        line: Int, column: Int, _ message: String, text: String? = nil, hint: String? = nil
    ) -> YAMLProblem {
        YAMLProblem(
            place: Place(file: file, line: line, column: column), message: message, text: text, hint: hint)
    }

    private func problem(_ error: YamlError) -> YAMLProblem {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            // libyaml's own words end in a function name here.
            if problem.hasPrefix("Maximum nesting level") {
                return YAMLProblem(place: place(mark), message: "not YAML: nested too deeply")
            }
            let rest = restOfLine(at: mark)
            if rest?.first == "\t" {
                return YAMLProblem(
                    place: place(mark), message: "not YAML: a tab cannot indent", hint: "use spaces")
            }
            var message = "not YAML: " + problem
            if let context {
                message += ", " + context.text + " from line \(context.mark.line), column \(context.mark.column)"
            }
            return YAMLProblem(place: place(mark), message: message, text: rest)
        case .composer(let context, let problem, let mark, _):
            // Yams gives a context for one of its two composer errors only.
            let message = context == nil ? "not YAML: " + problem : "more than one YAML document"
            return YAMLProblem(place: place(mark), message: message, text: restOfLine(at: mark))
        default:
            return problem(line: 1, column: 1, "not YAML: \(error)")
        }
    }

    /// What stands from the mark to the end of its line; nil where nothing does.
    private func restOfLine(at mark: Mark) -> String? {
        let lines = text.unicodeScalars.split(
            maxSplits: mark.line, omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" })
        guard lines.indices.contains(mark.line - 1) else { return nil }
        var rest = lines[mark.line - 1].dropFirst(mark.column - 1)
        if rest.last == "\r" { rest.removeLast() }
        return rest.isEmpty ? nil : String(rest)
    }
}
