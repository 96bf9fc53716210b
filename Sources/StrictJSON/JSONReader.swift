/// Reads JSON (RFC 8259) value by value, in the order of the text: nothing is built but what is asked for, so that a
/// report of 10,000 hosts can be searched for one of them. The text may be anybody's: it nests at most `depthLimit`
/// deep, a key stands once in an object that is read, and strings are UTF-8 without lone surrogates.
///
/// A reader is a value: a copy of it is a bookmark.
package struct JSONReader {
    let bytes: [UInt8]
    var position = 0
    private var depth = 0
    private var path: [Step] = []

    private enum Step {
        case key(String)
        case index(Int)
    }

    /// More than any of the documents nests.
    package static let depthLimit = 64

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// - Parameter member: called with the reader at the member's value, which it must read or skip.
    package mutating func object(
        _ member: (inout JSONReader, _ key: String) throws(JSONProblem) -> Void
    ) throws(JSONProblem) {
        try open("{", "an object")
        var keys: Set<String> = []
        var isFirst = true
        while try next(before: "}", isFirst: &isFirst) {
            _ = peek()
            let start = position
            let key = try string()
            guard keys.insert(key).inserted else {
                position = start
                throw problem("the key is there twice: \(key)")
            }
            try expect(":")
            path.append(.key(key))
            try member(&self, key)
            path.removeLast()
        }
    }

    /// - Parameter element: called with the reader at the element, which it must read or skip.
    package mutating func array(_ element: (inout JSONReader) throws(JSONProblem) -> Void) throws(JSONProblem) {
        try open("[", "an array")
        var isFirst = true
        var index = 0
        while try next(before: "]", isFirst: &isFirst) {
            path.append(.index(index))
            try element(&self)
            path.removeLast()
            index += 1
        }
    }

    package mutating func bool() throws(JSONProblem) -> Bool {
        if take("true") { return true }
        if take("false") { return false }
        throw problem("true or false is expected")
    }

    /// Whether null stands here, which it then goes past.
    package mutating func null() -> Bool { take("null") }

    package mutating func int() throws(JSONProblem) -> Int {
        _ = peek()
        let start = position
        let text = try numberText()
        guard let number = Int(text) else {
            position = start
            throw problem("a whole number is expected")
        }
        return number
    }

    /// Null is nil.
    package mutating func optional<Value>(
        _ read: (inout JSONReader) throws(JSONProblem) -> Value
    ) throws(JSONProblem) -> Value? {
        null() ? nil : try read(&self)
    }

    package mutating func strings() throws(JSONProblem) -> [String] {
        var strings: [String] = []
        try array { json throws(JSONProblem) in strings.append(try json.string()) }
        return strings
    }

    /// Goes past a value of any kind. Of its strings only the ends are looked for.
    package mutating func skip() throws(JSONProblem) {
        switch peek() {
        case UInt8(ascii: "{"):
            try open("{", "an object")
            var isFirst = true
            while try next(before: "}", isFirst: &isFirst) {
                try skipString()
                try expect(":")
                try skip()
            }
        case UInt8(ascii: "["):
            try open("[", "an array")
            var isFirst = true
            while try next(before: "]", isFirst: &isFirst) { try skip() }
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try bool()
        case UInt8(ascii: "n"): if !null() { throw problem("a value is expected") }
        default: _ = try numberText()
        }
    }

    /// Nothing but white space may follow.
    package mutating func end() throws(JSONProblem) {
        if peek() != nil { throw problem("nothing more is expected") }
    }

    /// At the reader's place.
    package func problem(_ message: String) -> JSONProblem {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let column = before.count - (before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0) + 1
        var text = ""
        for step in path {
            switch step {
            case .key(let key): text += text.isEmpty ? key : ".\(key)"
            case .index(let index): text += "[\(index)]"
            }
        }
        return JSONProblem(line: line, column: column, path: text, message: message)
    }

    /// The next byte that is not white space.
    package mutating func peek() -> UInt8? {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            case let byte: return byte
            }
        }
        return nil
    }

    private mutating func open(_ bracket: Unicode.Scalar, _ noun: StaticString) throws(JSONProblem) {
        guard peek() == UInt8(ascii: bracket) else { throw problem("\(noun) is expected") }
        guard depth < Self.depthLimit else { throw problem("nested more than \(Self.depthLimit) deep") }
        depth += 1
        position += 1
    }

    /// Whether another member or element follows; goes past the comma in front of it, or past the bracket at the end.
    private mutating func next(before bracket: Unicode.Scalar, isFirst: inout Bool) throws(JSONProblem) -> Bool {
        if peek() == UInt8(ascii: bracket) {
            position += 1
            depth -= 1
            return false
        }
        if !isFirst { try expect(",") }
        isFirst = false
        return true
    }

    private mutating func expect(_ mark: Unicode.Scalar) throws(JSONProblem) {
        guard peek() == UInt8(ascii: mark) else { throw problem("\"\(mark)\" is expected") }
        position += 1
    }

    private mutating func take(_ word: StaticString) -> Bool {
        _ = peek()
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count,
            bytes[position..<end].elementsEqual(
                UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        else { return false }
        position = end
        return true
    }

    /// A number as it is written (RFC 8259, section 6).
    package mutating func numberText() throws(JSONProblem) -> String {
        _ = peek()
        let start = position
        func byte(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }
        func digits(from index: Int) -> Int {
            var end = index
            while let digit = byte(end), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) { end += 1 }
            return end
        }
        var end = byte(start) == UInt8(ascii: "-") ? start + 1 : start
        let whole = digits(from: end)
        guard whole > end, whole == end + 1 || byte(end) != UInt8(ascii: "0") else {
            throw problem("a value is expected")
        }
        end = whole
        if byte(end) == UInt8(ascii: ".") {
            let fraction = digits(from: end + 1)
            guard fraction > end + 1 else { throw problem("digits are expected behind the point") }
            end = fraction
        }
        if byte(end) == UInt8(ascii: "e") || byte(end) == UInt8(ascii: "E") {
            let sign = byte(end + 1) == UInt8(ascii: "+") || byte(end + 1) == UInt8(ascii: "-")
            let exponent = digits(from: end + (sign ? 2 : 1))
            guard exponent > end + (sign ? 2 : 1) else { throw problem("digits are expected in the exponent") }
            end = exponent
        }
        position = end
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}
