import HostInventory

/// The first word of a host's line or its key in YAML: a name, a range of names, and maybe a port
/// (lib/ansible/parsing/utils/addresses.py, `parse_address`).
enum HostEntry {
    static func names(in text: String) throws(RangeProblem) -> (names: [String], port: Int?) {
        let (pattern, port) = split(text)
        guard pattern.utf8.contains(UInt8(ascii: "[")) else { return ([pattern], port) }
        return (try HostPattern(pattern, isLenient: true).names, port)
    }

    /// Where what stands before the port is no name or address, all of it is the name, as for Ansible.
    static func split(_ text: String) -> (pattern: String, port: Int?) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return (text, nil) }
        let digits = text.utf8[text.utf8.index(after: colon)...]
        guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = Int(Substring(digits))
        else { return (text, nil) }
        var head = text[..<colon]
        if head.first == "[", head.last == "]" {
            let inner = head.dropFirst().dropLast()
            guard isAddress(inner) else { return (text, nil) }
            return (String(inner), port)
        }
        guard !outsideBrackets(head).utf8.contains(UInt8(ascii: ":")), isAddress(head) else { return (text, nil) }
        head = text[..<colon]
        return (String(head), port)
    }

    /// A host name, an address, or a range of them; what the port stands behind, and what a pattern is whole with.
    static func isAddress(_ text: Substring) -> Bool {
        if HostAddress.isIPv6(String(text)) { return true }
        guard let plain = withoutRanges(text) else { return false }
        return plain.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            guard let last = label.utf8.last, last != UInt8(ascii: "-"), last != UInt8(ascii: "_"),
                label.utf8.first != UInt8(ascii: "-")
            else { return false }
            return label.utf8.allSatisfy { byte in
                byte >= 0x80 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            }
        }
    }

    private static func outsideBrackets(_ text: Substring) -> String {
        var depth = 0
        return String(
            decoding: text.utf8.filter { byte in
                if byte == UInt8(ascii: "[") { depth += 1 }
                if byte == UInt8(ascii: "]") { depth -= 1 }
                return depth == 0
            }, as: UTF8.self)
    }

    /// Each range as one digit; nil where brackets hold something else.
    private static func withoutRanges(_ text: Substring) -> String? {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }) else {
            return String(text)
        }
        var result = ""
        var rest = text
        while let open = rest.firstIndex(of: "[") {
            guard let close = rest[open...].firstIndex(of: "]") else { return nil }
            let parts = rest[open..<close].dropFirst().split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2 || parts.count == 3,
                parts[0].allSatisfy(\.isNumber) == parts[1].allSatisfy(\.isNumber),
                parts.allSatisfy({
                    !$0.isEmpty && ($0.allSatisfy(\.isNumber) || ($0.count == 1 && $0 != parts.dropFirst(2).first))
                })
            else { return nil }
            result += rest[..<open] + "0"
            rest = rest[close...].dropFirst()
        }
        result += rest
        return result.contains("]") ? nil : result
    }
}
