extension JSONReader {
    package mutating func string() throws(JSONProblem) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw problem("a string is expected") }
        let start = position + 1
        let end = try endOfString(from: start)
        guard bytes[start..<end].contains(UInt8(ascii: "\\")) else {
            guard let text = String(validating: bytes[start..<end], as: UTF8.self) else {
                throw problem("the string is not UTF-8")
            }
            position = end + 1
            return text
        }
        var text: [UInt8] = []
        text.reserveCapacity(end - start)
        position = start
        while position < end {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\\") {
                text += UTF8.encode(try escapedScalar(before: end)).map { Array($0) } ?? []
            } else {
                text.append(byte)
                position += 1
            }
        }
        guard let text = String(validating: text, as: UTF8.self) else { throw problem("the string is not UTF-8") }
        position = end + 1
        return text
    }

    mutating func skipString() throws(JSONProblem) {
        guard peek() == UInt8(ascii: "\"") else { throw problem("a string is expected") }
        position = try endOfString(from: position + 1) + 1
    }

    /// The index of the closing quote.
    private mutating func endOfString(from start: Int) throws(JSONProblem) -> Int {
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): return index
            case UInt8(ascii: "\\"): index += 2
            case 0..<0x20:
                position = index
                throw problem("a control character stands in a string")
            default: index += 1
            }
        }
        position = bytes.count
        throw problem("the string does not end")
    }

    /// RFC 8259, section 7; the reader stands at the backslash.
    private mutating func escapedScalar(before end: Int) throws(JSONProblem) -> Unicode.Scalar {
        let letter = position + 1 < end ? bytes[position + 1] : 0
        let scalar: Unicode.Scalar
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scalar = Unicode.Scalar(letter)
        case UInt8(ascii: "b"): scalar = "\u{8}"
        case UInt8(ascii: "f"): scalar = "\u{C}"
        case UInt8(ascii: "n"): scalar = "\n"
        case UInt8(ascii: "r"): scalar = "\r"
        case UInt8(ascii: "t"): scalar = "\t"
        case UInt8(ascii: "u"): return try unicodeScalar(before: end)
        default: throw problem("no such escape in a string")
        }
        position += 2
        return scalar
    }

    private mutating func unicodeScalar(before end: Int) throws(JSONProblem) -> Unicode.Scalar {
        guard let unit = unit(at: position, before: end) else { throw problem("four hexadecimal digits are expected") }
        if let scalar = Unicode.Scalar(unit) {
            position += 6
            return scalar
        }
        guard unit < 0xDC00, let low = self.unit(at: position + 6, before: end), (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { throw problem("half of a surrogate pair") }
        position += 12
        return scalar
    }

    /// The number of `\uXXXX`; nil where it does not stand there.
    private func unit(at index: Int, before end: Int) -> UInt32? {
        guard index + 6 <= end, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt32 = 0
        for byte in bytes[(index + 2)..<(index + 6)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }
}
