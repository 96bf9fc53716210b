/// Go's `encoding/csv` with its default settings, first record only (RFC 4180 with strict quotes).
enum CSVRecord {
    /// Nil for a quote that does not fit, and for text with no record in it.
    static func first(in text: String) -> [String]? {
        if isPlain(text), !text.isEmpty { return plain(text) }
        var rest = Array(text.utf8)[...]
        // The reader skips empty lines.
        while true {
            if rest.first == newline {
                rest.removeFirst()
            } else if rest.starts(with: [carriageReturn, newline]) {
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        guard !rest.isEmpty else { return nil }
        var fields: [String] = []
        while true {
            guard let field = rest.first == quote ? quoted(&rest) : bare(&rest) else { return nil }
            fields.append(field)
            guard rest.first == comma else { return fields }
            rest.removeFirst()
        }
    }

    /// Without quotes and line ends, so that every comma separates.
    static func isPlain(_ text: String) -> Bool {
        !text.utf8.contains { $0 == quote || $0 == newline || $0 == carriageReturn }
    }

    private static func plain(_ text: String) -> [String] {
        var text = text
        return text.withUTF8 { bytes in
            var fields: [String] = []
            var start = 0
            while true {
                let end = bytes.position(of: comma, in: start..<bytes.count)
                fields.append(String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self))
                if end == bytes.count { return fields }
                start = end + 1
            }
        }
    }

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Leaves the comma or the line's end that follows.
    private static func bare(_ rest: inout ArraySlice<UInt8>) -> String? {
        var field = rest.prefix { $0 != comma && $0 != newline }
        rest = rest.dropFirst(field.count)
        // A carriage return belongs to the line's end, at the end of the text too.
        if rest.first != comma, field.last == carriageReturn { field.removeLast() }
        return field.contains(quote) ? nil : String(decoding: field, as: UTF8.self)
    }

    /// Two quotes inside stand for one; behind the closing one only a comma or the line's end may follow.
    private static func quoted(_ rest: inout ArraySlice<UInt8>) -> String? {
        rest.removeFirst()
        var field: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == quote else {
                field.append(byte)
                continue
            }
            guard rest.first == quote else {
                if rest.first == carriageReturn, rest.count == 1 || rest.dropFirst().first == newline {
                    rest.removeFirst()
                }
                return rest.isEmpty || rest.first == comma || rest.first == newline
                    ? String(decoding: field, as: UTF8.self) : nil
            }
            field.append(quote)
            rest.removeFirst()
        }
        return nil
    }
}
