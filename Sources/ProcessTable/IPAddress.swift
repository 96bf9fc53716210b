/// An address as Go's `net.ParseIP` reads it.
package struct IPAddress: Sendable, Equatable {
    /// 4 bytes for IPv4, also where it is written as IPv6 (`::ffff:10.0.0.1`); otherwise 16.
    package var bytes: [UInt8]

    package var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

    package var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.last == 1 && bytes.dropLast().allSatisfy { $0 == 0 }
    }

    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init?(_ text: String) {
        guard text.utf8.count <= 64 else { return nil }
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let bytes = Self.version6(text) else { return nil }
            let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            self.bytes = isMapped ? Array(bytes[12...]) : bytes
        } else {
            guard let bytes = Self.version4(text.utf8[...]) else { return nil }
            self.bytes = bytes
        }
    }

    /// Four decimal numbers without leading zeros.
    private static func version4(_ text: Substring.UTF8View) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var value = 0
            for byte in part {
                guard let digit = decimalDigit(byte) else { return nil }
                value = value * 10 + digit
            }
            guard let byte = UInt8(exactly: value) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func version6(_ text: String) -> [UInt8]? {
        var head: [UInt8] = []
        var tail: [UInt8]?
        var groups = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)[...]
        // `::` at either end gives two empty groups there, in the middle one; nothing else gives an empty group.
        if groups.first?.isEmpty == true {
            guard groups.dropFirst().first?.isEmpty == true else { return nil }
            groups.removeFirst()
        }
        if groups.last?.isEmpty == true {
            guard groups.dropLast().last?.isEmpty == true else { return nil }
            groups.removeLast()
        }
        for (offset, group) in groups.enumerated() {
            if group.isEmpty {
                guard tail == nil else { return nil }
                tail = []
                continue
            }
            let isLast = offset == groups.count - 1
            let bytes = isLast && group.contains(UInt8(ascii: ".")) ? version4(group) : hexGroup(group)
            guard let bytes else { return nil }
            if tail == nil { head += bytes } else { tail? += bytes }
        }
        guard let tail else { return head.count == 16 ? head : nil }
        // `::` stands for at least one group.
        guard head.count + tail.count <= 14 else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func hexGroup(_ group: Substring.UTF8View) -> [UInt8]? {
        // Swift would take a sign, and "-0" fits.
        guard (1...4).contains(group.count), group.first != UInt8(ascii: "+"), group.first != UInt8(ascii: "-"),
            let value = UInt16(String(decoding: group, as: UTF8.self), radix: 16)
        else { return nil }
        return [UInt8(value >> 8), UInt8(value & 0xFF)]
    }
}

extension FlagValue {
    /// What an IP flag makes of its text.
    package enum IP: Sendable, Equatable {
        /// The empty text: pflag then leaves the flag as it was.
        case keepsDefault
        case address(IPAddress)
    }

    /// White space around the address is allowed, as in pflag's ip.go.
    package static func ip(_ text: String) -> IP? {
        if text.isEmpty { return .keepsDefault }
        return IPAddress(trimmed(text.utf8[...])).map(IP.address)
    }
}
