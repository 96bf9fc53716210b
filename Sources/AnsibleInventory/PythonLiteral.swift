/// The value of a text in an INI inventory: Ansible hands it to Python's `ast.literal_eval`, and where that is no literal
/// the text stays as it is. So `022` and `bob` are texts, `0x16` is 22, and `True # yes` is true.
struct PythonLiteral {
    private var rest: ArraySlice<UInt8>

    static func value(of text: String) -> VariableValue {
        guard let first = text.utf8.first else { return .text(text) }
        switch first {
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "("):
            // What begins like a list is taken for one, be it well formed or not: no setting could be either.
            // A template's braces are a set of sets to Python, and those cannot be.
            return text.hasPrefix("{{") || text.hasPrefix("{%") ? .text(text) : .structure
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            var literal = PythonLiteral(rest: Array(text.utf8)[...])
            return literal.strings().map(VariableValue.text) ?? .text(text)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"):
            let word = beforeComment(text)
            return number(word) ?? .text(text)
        case UInt8(ascii: "T"), UInt8(ascii: "F"), UInt8(ascii: "N"):
            switch beforeComment(text) {
            case "True": return .boolean(true)
            case "False": return .boolean(false)
            case "None": return .null
            default: return .text(text)
            }
        default: return .text(text)
        }
    }

    /// Python's comment ends the literal.
    private static func beforeComment(_ text: String) -> Substring {
        let word = text.utf8.prefix { $0 != UInt8(ascii: "#") }
        let end = word.lastIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        return end.map { Substring(word[...$0]) } ?? ""
    }

    private static func number(_ text: Substring) -> VariableValue? {
        var digits = text.utf8[...]
        var isNegative = false
        if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            digits.removeFirst()
        }
        // Between two digits only.
        guard let first = digits.first, first != UInt8(ascii: "_"), digits.last != UInt8(ascii: "_"),
            !String(Substring(digits)).contains("__")
        else { return nil }
        let plain = String(decoding: digits.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        let radix: Int? =
            switch plain.prefix(2) {
            case "0x", "0X": 16
            case "0o", "0O": 8
            case "0b", "0B": 2
            default: nil
            }
        if let radix {
            guard let value = Int(plain.dropFirst(2), radix: radix), plain.dropFirst(2).first != "-" else { return nil }
            return .integer(isNegative ? -value : value)
        }
        if plain.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            guard first != UInt8(ascii: "0") || plain.utf8.allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
            guard let value = Int(plain) else { return .number(String(text)) }
            return .integer(isNegative ? -value : value)
        }
        let isDecimal = plain.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || ".eE+-".utf8.contains(byte)
        }
        guard isDecimal, Double(plain.hasSuffix(".") ? plain + "0" : plain) != nil else { return nil }
        return .number(String(text))
    }

    /// Literals one behind the other are one text.
    private mutating func strings() -> String? {
        var bytes: [UInt8] = []
        repeat {
            guard let quote = rest.popFirst(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
                string(endedBy: quote, into: &bytes)
            else { return nil }
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        } while rest.first.map { $0 != UInt8(ascii: "#") } ?? false
        return String(validating: bytes, as: UTF8.self)
    }

    private mutating func string(endedBy quote: UInt8, into bytes: inout [UInt8]) -> Bool {
        while let byte = rest.popFirst() {
            if byte == quote { return true }
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            guard let letter = rest.popFirst() else { return false }
            switch letter {
            case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): bytes.append(letter)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            // Rarer escapes: the text is left as it stands, which no name or path survives unnoticed.
            case UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "U"), UInt8(ascii: "N"), UInt8(ascii: "a"),
                UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "v"), UInt8(ascii: "0")...UInt8(ascii: "7"):
                return false
            default: bytes += [byte, letter]
            }
        }
        return false
    }
}
