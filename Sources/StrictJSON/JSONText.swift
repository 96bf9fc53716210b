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

    package mutating func object(_ body: (inout JSONText) -> Void) {
        nested(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    package mutating func object(_ key: StaticString, _ body: (inout JSONText) -> Void) {
        name(key)
        object(body)
    }

    /// An object without line ends in it: what there are many of stays one line each, for grep and diff.
    package mutating func line(_ body: (inout JSONText) -> Void) {
        let wasOnOneLine = isOnOneLine
        isOnOneLine = true
        object(body)
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
        nested(UInt8(ascii: "["), UInt8(ascii: "]")) { json in
            for element in elements {
                json.separate()
                body(&json, element)
            }
        }
    }

    /// An array of values that are JSON already, each on a line of its own.
    package mutating func array(_ key: StaticString, json elements: [[UInt8]]) {
        array(key, elements) { json, element in json.bytes += element }
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
        guard let value else {
            name(key)
            return write("null")
        }
        // Nearly every text is plain, and then all of the field is written at once.
        let isWritten = value.utf8.withContiguousStorageIfAvailable { text in
            guard text.isPlain else { return false }
            name(key, with: text)
            return true
        }
        if isWritten ?? false { return }
        name(key)
        quote(value)
    }

    package mutating func field(_ key: StaticString, _ value: Int?) {
        name(key)
        if let value { write(value) } else { write("null") }
    }

    package mutating func field(_ key: StaticString, _ value: Bool?) {
        name(key)
        write(value.map { $0 ? "true" : "false" } ?? "null")
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

    private mutating func nested(_ open: UInt8, _ close: UInt8, _ body: (inout JSONText) -> Void) {
        bytes.append(open)
        depth += 1
        isFirst = true
        body(&self)
        depth -= 1
        if !isFirst, !isOnOneLine { newLine() }
        bytes.append(close)
        isFirst = false
    }

    private mutating func name(_ key: StaticString) { name(key, with: nil) }

    /// A key and, if one is given, its plain text.
    private mutating func name(_ key: StaticString, with text: UnsafeBufferPointer<UInt8>?) {
        let layout = layout
        put(atMost: layout.size + key.utf8CodeUnitCount + 6 + (text?.count ?? 0)) { end in
            layout.put(to: &end)
            end.put(UInt8(ascii: "\""))
            end.put(UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
            end.put(UInt8(ascii: "\""))
            end.put(UInt8(ascii: ":"))
            end.put(UInt8(ascii: " "))
            guard let text else { return }
            end.put(UInt8(ascii: "\""))
            end.put(text)
            end.put(UInt8(ascii: "\""))
        }
        isFirst = false
    }

    private mutating func name(_ text: String) {
        separate()
        quote(text)
        write(": ")
    }

    private mutating func separate() {
        let layout = layout
        put(atMost: layout.size) { layout.put(to: &$0) }
        isFirst = false
    }

    private mutating func newLine() {
        let layout = Layout(hasComma: false, hasSpace: false, indent: 2 * depth)
        put(atMost: layout.size) { layout.put(to: &$0) }
    }

    /// What stands before the next key or element.
    private var layout: Layout {
        Layout(hasComma: !isFirst, hasSpace: isOnOneLine && !isFirst, indent: isOnOneLine ? nil : 2 * depth)
    }

    private struct Layout {
        var hasComma: Bool
        var hasSpace: Bool
        /// Of a new line; nil for none.
        var indent: Int?

        /// Bytes, at most.
        var size: Int { 2 + (indent ?? 0) }

        @inline(__always)
        func put(to end: inout UnsafeMutablePointer<UInt8>) {
            if hasComma { end.put(UInt8(ascii: ",")) }
            if hasSpace { end.put(UInt8(ascii: " ")) }
            guard let indent else { return }
            end.put(UInt8(ascii: "\n"))
            end.update(repeating: UInt8(ascii: " "), count: indent)
            end += indent
        }
    }

    /// Adds what `body` writes, which is `count` bytes or fewer.
    @inline(__always)
    private mutating func put(atMost count: Int, _ body: (inout UnsafeMutablePointer<UInt8>) -> Void) {
        bytes.append(addingCapacity: count) { room in
            room.withUnsafeMutableBufferPointer { room, used in
                guard let start = room.baseAddress else { return }
                var end = start
                body(&end)
                used = end - start
            }
        }
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
        let isWritten = string.utf8.withContiguousStorageIfAvailable { text in
            guard text.isPlain else { return false }
            put(atMost: text.count + 2) { end in
                end.put(UInt8(ascii: "\""))
                end.put(text)
                end.put(UInt8(ascii: "\""))
            }
            return true
        }
        if isWritten ?? false { return }
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

extension UnsafeMutablePointer<UInt8> {
    @inline(__always)
    fileprivate mutating func put(_ byte: UInt8) {
        pointee = byte
        self += 1
    }

    @inline(__always)
    fileprivate mutating func put(_ text: UnsafeBufferPointer<UInt8>) {
        guard let start = text.baseAddress else { return }
        update(from: start, count: text.count)
        self += text.count
    }
}

extension UnsafeBufferPointer where Element == UInt8 {
    /// Whether there is nothing that may need an escape, looked at eight bytes at a time.
    fileprivate var isPlain: Bool {
        let raw = UnsafeRawBufferPointer(self)
        let lowBits: UInt64 = 0x0101_0101_0101_0101
        let highBits: UInt64 = 0x8080_8080_8080_8080
        // Sets the high bit of a byte that is zero, and of others only if one is.
        func zeros(_ word: UInt64) -> UInt64 { (word &- lowBits) & ~word }
        var index = 0
        while index + 8 <= raw.count {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let controls = (word &- lowBits &* 0x20) & ~word
            let special = zeros(word ^ lowBits &* 0x22) | zeros(word ^ lowBits &* 0x5C) | zeros(word ^ lowBits &* 0x7F)
            if (word | controls | special) & highBits != 0 { return false }
            index += 8
        }
        while index < raw.count {
            if raw[index].mayNeedEscape { return false }
            index += 1
        }
        return true
    }

    /// The scalar that begins here and must be escaped, with its length in bytes; nil for all others. The text is
    /// UTF-8 of a `String`, so its sequences are whole.
    ///
    /// A report may be shown raw, so beyond RFC 8259, section 7, there go all that steer a terminal, turn the direction of
    /// text or hide in it, by their Unicode properties.
    fileprivate func escaped(at position: Int) -> (scalar: UInt32, length: Int)? {
        let lead = self[position]
        if lead < 0x80 {
            return lead < 0x20 || lead == 0x22 || lead == 0x5C || lead == 0x7F ? (UInt32(lead), 1) : nil
        }
        guard lead >= 0xC0 else { return nil }
        let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        let value = UInt32(lead & 0x7F >> length) << (6 * (length - 1)) | tail(position + 1, length - 1)
        guard let scalar = Unicode.Scalar(value), scalar.isHidden else { return nil }
        return (value, length)
    }

    /// The six low bits of each of `count` bytes.
    private func tail(_ start: Int, _ count: Int) -> UInt32 {
        self[start..<(start + count)].reduce(0) { $0 << 6 | UInt32($1 & 0x3F) }
    }
}

extension Unicode.Scalar {
    /// What steers, turns or hides text; nobody sees what a private one is.
    fileprivate var isHidden: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse: true
        default: properties.isDefaultIgnorableCodePoint
        }
    }
}
