import Glibc

/// What may stand where a connection is made to: a host name or an IP literal.
package enum HostAddress {
    /// The longest host name in text form (RFC 1035 section 2.3.4 allows 255 octets on the wire).
    package static let limit = 253

    /// Letters, digits, `.`, `-` and `_` (which DNS carries, though RFC 952 does not name it), or an IPv6
    /// literal with an optional zone. A leading `-` is refused, so that no name reads as an option anywhere.
    package static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (1...limit).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.first != UInt8(ascii: ".")
        else {
            return false
        }
        if bytes.contains(UInt8(ascii: ":")) { return isIPv6(text) }
        var previous: UInt8 = 0
        for byte in bytes {
            guard isNameByte(byte), !(byte == UInt8(ascii: ".") && previous == byte) else { return false }
            previous = byte
        }
        // No top-level domain is a number (RFC 1123 section 2.1), so this can only mean an IPv4 address.
        let labels = text.split(separator: ".")
        guard let last = labels.last, last.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            return true
        }
        var address = in_addr()
        return inet_pton(AF_INET, text, &address) == 1
    }

    /// One spelling for every way to write the same address, to find duplicates by. It is not resolved.
    package static func canonical(_ text: String) -> String {
        if text.utf8.contains(UInt8(ascii: ":")) { return canonicalIPv6(text) ?? text }
        let lower = text.utf8.contains { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 } ? text.lowercased() : text
        return lower.utf8.last == UInt8(ascii: ".") ? String(lower.dropLast()) : lower
    }

    package static func isIPv6(_ text: String) -> Bool { canonicalIPv6(text) != nil }

    private static func canonicalIPv6(_ text: String) -> String? {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let literal = parts.first, !literal.utf8.contains(0) else { return nil }
        if parts.count == 2, parts[1].isEmpty || !parts[1].utf8.allSatisfy(isNameByte) { return nil }
        var address = in6_addr()
        guard inet_pton(AF_INET6, String(literal), &address) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: address) { Array($0) }
        let hex = bytes.map { String($0, radix: 16) }.joined(separator: ".")
        return "v6:" + hex + (parts.count == 2 ? "%\(parts[1])" : "")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
