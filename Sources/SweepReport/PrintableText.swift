/// Text from a host, an inventory or a policy, made harmless for a terminal: whatever steers one, hides text or turns
/// its direction is written as an escape. `limit` is in characters of what is written; a cut is shown as "…".
package func printable(_ text: String, limit: Int = 200) -> String {
    if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    var result = ""
    var count = 0
    // Marks pile up over the lines above; no script in use needs more of them on one letter.
    var marks = 0
    for scalar in text.unicodeScalars {
        marks = scalar.isMark ? marks + 1 : 0
        let isEscaped = scalar.steersTerminal || marks > 3 || (marks > 0 && result.isEmpty)
        let escape = "\\u{" + String(scalar.value, radix: 16) + "}"
        count += isEscaped ? escape.utf8.count : 1
        if count > limit { return result + "…" }
        if isEscaped { result += escape } else { result.unicodeScalars.append(scalar) }
    }
    return result
}

extension Unicode.Scalar {
    fileprivate var isMark: Bool {
        if isASCII { return false }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return true
        default: return false
        }
    }

    fileprivate var steersTerminal: Bool {
        if isASCII { return value < 0x20 || value == 0x7F }
        if properties.isDefaultIgnorableCodePoint { return true }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .privateUse, .surrogate,
            .unassigned:
            return true
        default: return false
        }
    }

    /// Columns of a terminal, after Unicode Standard Annex #11 in broad strokes: East Asian letters and pictures take
    /// two, marks none.
    fileprivate var columns: Int {
        if value < 0x300 { return 1 }
        if isMark { return 0 }
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
            0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}

/// The columns that printable text takes on a terminal.
func columns(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + $1.columns }
}

/// Pads with spaces to a width in columns; longer text stays whole.
func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - columns(text)))
}

/// As `padded`, with the spaces in front.
func aligned(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - columns(text))) + text
}

/// Printable text in lines of at most `width` columns: broken at spaces, or after commas in a word that is longer than
/// a line. What has neither stays whole, so that it can be copied.
func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = 0
    func end() {
        lines.append(line)
        line = ""
        used = 0
    }
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
        let length = columns(String(word))
        if used > 0, used + 1 + length > width { end() }
        if used > 0 {
            line += " "
            used += 1
        }
        if length <= width {
            line += word
            used += length
            continue
        }
        for piece in word.split(after: ",") {
            let length = columns(String(piece))
            if used > 0, used + length > width { end() }
            line += piece
            used += length
        }
    }
    if used > 0 || lines.isEmpty { end() }
    return lines
}

extension Substring {
    fileprivate func split(after separator: Character) -> [Substring] {
        var pieces: [Substring] = []
        var rest = self
        while let place = rest.firstIndex(of: separator) {
            let next = rest.index(after: place)
            pieces.append(rest[..<next])
            rest = rest[next...]
        }
        if !rest.isEmpty { pieces.append(rest) }
        return pieces
    }
}
