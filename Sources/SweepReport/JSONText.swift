/// Writes JSON (RFC 8259) with keys in the order of the calls, two spaces an indent. Foundation's encoder knows only
/// alphabetical order, and a report's order is part of its contract.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    private var depth = 0
    private var isFirst = true

    mutating func object(_ body: (inout JSONText) -> Void) { nested("{", "}", body) }

    mutating func object(_ key: String, _ body: (inout JSONText) -> Void) {
        name(key)
        nested("{", "}", body)
    }

    mutating func array<Element>(_ key: String, _ elements: [Element], _ body: (inout JSONText, Element) -> Void) {
        name(key)
        nested("[", "]") { json in
            for element in elements {
                json.separate()
                body(&json, element)
            }
        }
    }

    mutating func field(_ key: String, _ value: String?) {
        name(key)
        if let value { quote(value) } else { write("null") }
    }

    mutating func field(_ key: String, _ value: Int?) {
        name(key)
        write(value.map(String.init) ?? "null")
    }

    mutating func field(_ key: String, _ value: Bool) {
        name(key)
        write(value ? "true" : "false")
    }

    /// With one digit after the point, rounded down, so that 100 is written only for all of it.
    mutating func field(_ key: String, tenths value: Double) {
        name(key)
        let tenths = Int((value * 10).rounded(.down))
        write("\(tenths / 10).\(tenths % 10)")
    }

    mutating func field(_ key: String, _ values: [String]) {
        array(key, values) { json, value in json.quote(value) }
    }

    mutating func field(_ key: String, _ values: [String: String]) {
        object(key) { json in
            for (name, value) in values.sorted(by: { $0.key < $1.key }) { json.field(name, value) }
        }
    }

    private mutating func nested(_ open: String, _ close: String, _ body: (inout JSONText) -> Void) {
        write(open)
        depth += 1
        isFirst = true
        body(&self)
        depth -= 1
        if !isFirst { newLine() }
        write(close)
        isFirst = false
    }

    private mutating func name(_ key: String) {
        separate()
        quote(key)
        write(": ")
    }

    private mutating func separate() {
        if !isFirst { write(",") }
        isFirst = false
        newLine()
    }

    private mutating func newLine() {
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<depth { write("  ") }
    }

    private mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func quote(_ string: String) {
        bytes.append(UInt8(ascii: "\""))
        var rest = string.utf8[...]
        while let byte = rest.first {
            rest.removeFirst()
            switch byte {
            case UInt8(ascii: "\""): write("\\\"")
            case UInt8(ascii: "\\"): write("\\\\")
            case UInt8(ascii: "\n"): write("\\n")
            case UInt8(ascii: "\r"): write("\\r")
            case UInt8(ascii: "\t"): write("\\t")
            case 0..<0x20, 0x7F: escape(UInt32(byte))
            // A report may be shown raw, so beyond RFC 8259, section 7, C1 controls and line separators go too.
            case 0xC2 where (rest.first ?? 0) < 0xA0:
                escape(UInt32(rest.removeFirst()))
            case 0xE2 where rest.starts(with: [0x80, 0xA8]) || rest.starts(with: [0x80, 0xA9]):
                escape(0x2000 | UInt32(rest[rest.index(after: rest.startIndex)] & 0x3F))
                rest.removeFirst(2)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ scalar: UInt32) {
        let digits = String(scalar, radix: 16)
        write("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
    }
}
