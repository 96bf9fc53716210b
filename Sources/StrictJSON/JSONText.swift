/// Writes JSON (RFC 8259) with keys in the order of the calls, two spaces an indent. Foundation's encoder knows only
/// alphabetical order, and a report's order is part of its contract.
package struct JSONText {
    package private(set) var bytes: [UInt8] = []
    private var depth = 0
    private var isFirst = true
    /// Inside an object that stands on one line.
    private var isOnOneLine = false

    /// - Parameter capacity: bytes to set aside, about as many as will be written.
    package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// For one element of an array in a text that is written in pieces.
    package init(elementAtDepth depth: Int, isFirst: Bool, capacity: Int) {
        self.init(capacity: capacity)
        self.depth = depth
        self.isFirst = isFirst
    }

    package mutating func object(_ body: (inout JSONText) -> Void) { nested("{", "}", body) }

    package mutating func object(_ key: StaticString, _ body: (inout JSONText) -> Void) {
        name(key)
        nested("{", "}", body)
    }

    /// An object without line ends in it: what there are many of stays one line each, for grep and diff.
    package mutating func line(_ body: (inout JSONText) -> Void) {
        let wasOnOneLine = isOnOneLine
        isOnOneLine = true
        nested("{", "}", body)
        isOnOneLine = wasOnOneLine
    }

    package mutating func line(_ key: StaticString, _ body: (inout JSONText) -> Void) {
        name(key)
        line(body)
    }

    package mutating func array<Element>(
        _ key: StaticString, _ elements: [Element], _ body: (inout JSONText, Element) -> Void
    ) {
        name(key)
        nested("[", "]") { json in
            for element in elements {
                json.separate()
                body(&json, element)
            }
        }
    }

    /// An object among the elements of an array.
    package mutating func element(_ body: (inout JSONText) -> Void) {
        separate()
        object(body)
    }

    /// An array whose elements are written elsewhere; returns where in the bytes they go.
    package mutating func gap(_ key: StaticString, isEmpty: Bool) -> Int {
        name(key)
        write("[")
        let start = bytes.count
        if !isEmpty { newLine() }
        write("]")
        return start
    }

    package mutating func field(_ key: StaticString, _ value: String?) {
        name(key)
        if let value { quote(value) } else { write("null") }
    }

    package mutating func field(_ key: StaticString, _ value: Int?) {
        name(key)
        if let value { write(value) } else { write("null") }
    }

    package mutating func field(_ key: StaticString, _ value: Bool) {
        name(key)
        write(value ? "true" : "false")
    }

    /// Counts by names that are the program's own words.
    package mutating func fields(_ counts: [(name: String, count: Int)]) {
        for (name, count) in counts {
            self.name(name)
            write(count)
        }
    }

    /// A number that is given in tenths, and not below zero.
    package mutating func field(_ key: StaticString, tenths: Int) {
        name(key)
        write(text: "\(tenths / 10).\(tenths % 10)")
    }

    package mutating func field(_ key: StaticString, _ values: [String]) {
        array(key, values) { json, value in json.quote(value) }
    }

    package mutating func field(_ key: StaticString, _ values: [String: String]) {
        object(key) { json in
            for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                json.name(name)
                json.quote(value)
            }
        }
    }

    /// A value that is JSON already.
    package mutating func field(_ key: StaticString, json value: [UInt8]?) {
        name(key)
        if let value { bytes += value } else { write("null") }
    }

    /// Hands over what has been written since the last time, once it is more than `size` bytes.
    ///
    /// - Returns: whether it could be put; nothing is kept either way.
    package mutating func handOver(beyond size: Int = 0, _ put: (ArraySlice<UInt8>) -> Bool) -> Bool {
        guard bytes.count > size else { return true }
        defer { bytes.removeAll(keepingCapacity: true) }
        return put(bytes[...])
    }

    /// Ends the text with a line end.
    package mutating func end() { bytes.append(UInt8(ascii: "\n")) }

    private mutating func nested(_ open: StaticString, _ close: StaticString, _ body: (inout JSONText) -> Void) {
        write(open)
        depth += 1
        isFirst = true
        body(&self)
        depth -= 1
        if !isFirst, !isOnOneLine { newLine() }
        write(close)
        isFirst = false
    }

    private mutating func name(_ key: StaticString) {
        separate()
        write("\"")
        write(key)
        write("\": ")
    }

    private mutating func name(_ text: String) {
        separate()
        quote(text)
        write(": ")
    }

    private mutating func separate() {
        if !isFirst { write(",") }
        if !isOnOneLine { newLine() } else if !isFirst { write(" ") }
        isFirst = false
    }

    private mutating func newLine() {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    /// Without quotes or escapes.
    private mutating func write(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func write(_ number: Int) {
        // Most counts have one digit.
        if (0..<10).contains(number) {
            bytes.append(UInt8(ascii: "0") + UInt8(number))
        } else {
            write(text: String(number))
        }
    }

    /// Labelled, because a literal would rather be a `String` than a `StaticString`, and cost ten times as much.
    private mutating func write(text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func quote(_ string: String) {
        bytes.append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { text in
            var plain = 0
            var position = 0
            while position < text.count {
                guard text[position].mayNeedEscape, let (scalar, length) = text.escaped(at: position) else {
                    position += 1
                    continue
                }
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[plain..<position]))
                escape(scalar)
                position += length
                plain = position
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[plain...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ scalar: UInt32) {
        switch scalar {
        case 0x22: write("\\\"")
        case 0x5C: write("\\\\")
        case 0x0A: write("\\n")
        case 0x0D: write("\\r")
        case 0x09: write("\\t")
        case 0x10000...:
            escapeUnit(0xD800 + (scalar - 0x10000) >> 10)
            escapeUnit(0xDC00 + (scalar - 0x10000) & 0x3FF)
        default: escapeUnit(scalar)
        }
    }

    private mutating func escapeUnit(_ unit: UInt32) {
        let digits = String(unit, radix: 16)
        write(text: "\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
    }
}

extension UInt8 {
    /// Cheap, because every byte of a report passes here.
    @inline(__always)
    fileprivate var mayNeedEscape: Bool { self < 0x20 || self == 0x22 || self == 0x5C || self >= 0x7F }
}

extension UnsafeBufferPointer where Element == UInt8 {
    /// The scalar that begins here and must be escaped, with its length in bytes; nil for all others. The text is
    /// UTF-8 of a `String`, so its sequences are whole.
    ///
    /// A report may be shown raw, so beyond RFC 8259, section 7, there go DEL, C1 controls, line separators, and what
    /// turns the direction of text or hides in it.
    fileprivate func escaped(at position: Int) -> (scalar: UInt32, length: Int)? {
        let lead = self[position]
        if lead < 0x80 {
            return lead < 0x20 || lead == 0x22 || lead == 0x5C || lead == 0x7F ? (UInt32(lead), 1) : nil
        }
        switch lead {
        case 0xC2:
            let scalar = 0x80 | tail(position + 1, 1)
            return scalar < 0xA0 || scalar == 0xAD ? (scalar, 2) : nil
        case 0xD8:
            let scalar = 0x600 | tail(position + 1, 1)
            return scalar == 0x61C ? (scalar, 2) : nil
        case 0xE2, 0xEF:
            let scalar = UInt32(lead & 0x0F) << 12 | tail(position + 1, 2)
            switch scalar {
            case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB: return (scalar, 3)
            default: return nil
            }
        case 0xF3:
            let scalar = 0xC0000 | tail(position + 1, 3)
            return (0xE0000...0xE0FFF).contains(scalar) ? (scalar, 4) : nil
        default: return nil
        }
    }

    /// The six low bits of each of `count` bytes.
    private func tail(_ start: Int, _ count: Int) -> UInt32 {
        self[start..<(start + count)].reduce(0) { $0 << 6 | UInt32($1 & 0x3F) }
    }
}
