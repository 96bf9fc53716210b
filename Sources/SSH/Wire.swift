/// Reads the data types of RFC 4251 §5. Every read is bounded by what is there; nil means that it is not.
struct WireReader {
    private(set) var bytes: ArraySlice<UInt8>

    init(_ bytes: some Collection<UInt8>) { self.bytes = ArraySlice(bytes) }

    var isAtEnd: Bool { bytes.isEmpty }

    mutating func byte() -> UInt8? { bytes.popFirst() }

    mutating func uint32() -> UInt32? {
        guard let head = take(4) else { return nil }
        return head.reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func uint64() -> UInt64? {
        guard let head = take(8) else { return nil }
        return head.reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= bytes.count else { return nil }
        let head = bytes.prefix(count)
        bytes = bytes.dropFirst(count)
        return head
    }

    mutating func string() -> ArraySlice<UInt8>? {
        guard let length = uint32() else { return nil }
        return take(Int(length))
    }

    mutating func text() -> String? {
        string().map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Writes the data types of RFC 4251 §5.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func uint32(_ value: UInt32) {
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    mutating func string(_ content: some Collection<UInt8>) {
        uint32(UInt32(truncatingIfNeeded: content.count))
        bytes.append(contentsOf: content)
    }

    /// `magnitude` is big-endian and unsigned, with any number of leading zeros.
    mutating func mpint(_ magnitude: some Collection<UInt8>) {
        let significant = magnitude.drop { $0 == 0 }
        let needsSign = (significant.first ?? 0) & 0x80 != 0
        string((needsSign ? [0] : []) + Array(significant))
    }
}

/// Base64 of RFC 4648 §4, strict: whole groups, no white space, padding only at the end.
enum Base64 {
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(text.count / 4 * 3)
        var group: UInt32 = 0
        var filled = 0
        var padding = 0
        for character in text {
            let value: UInt32
            switch character {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(character) - 65
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(character) - 71
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(character) + 4
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            case UInt8(ascii: "="):
                padding += 1
                value = 0
            default: return nil
            }
            if padding > 0, character != UInt8(ascii: "=") { return nil }
            group = group << 6 | value
            filled += 1
            if filled == 4 {
                output.append(UInt8(truncatingIfNeeded: group >> 16))
                output.append(UInt8(truncatingIfNeeded: group >> 8))
                output.append(UInt8(truncatingIfNeeded: group))
                group = 0
                filled = 0
            }
        }
        guard padding <= 2 else { return nil }
        output.removeLast(padding)
        return output
    }

    static func encode(_ bytes: some Collection<UInt8>, padded: Bool = true) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var output: [UInt8] = []
        var rest = ArraySlice(Array(bytes))
        while !rest.isEmpty {
            let group = rest.prefix(3)
            rest = rest.dropFirst(3)
            let word = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for position in 0...3 {
                if position <= group.count {
                    output.append(alphabet[Int(word >> (18 - 6 * UInt32(position))) & 63])
                } else if padded {
                    output.append(UInt8(ascii: "="))
                }
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}

/// Text that a peer wrote, made safe for a terminal, a log and a report.
enum PeerText {
    /// Printable ASCII, everything else as `?`, one line, at most `limit` bytes.
    static func printable(_ bytes: some Sequence<UInt8>, limit: Int = 160) -> String {
        var output: [UInt8] = []
        for byte in bytes {
            if output.count == limit { break }
            output.append((0x20...0x7e).contains(byte) ? byte : UInt8(ascii: "?"))
        }
        return String(decoding: output, as: UTF8.self)
    }
}
