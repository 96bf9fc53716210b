/// The way to a host that is not reached directly.
package enum Gateway: Sendable, Equatable {
    /// Directly, whatever ssh_config says.
    case none
    /// Bastions, as ssh's ProxyJump.
    case jump(String)
    /// A command with its tokens, as ssh's ProxyCommand.
    case command(String)
}

/// What may stand in an inventory of whatever grammar.
extension Gateway {
    /// Bytes of a proxy command.
    package static let commandLimit = 4096
    package static let tokens =
        "there are %h (address), %n (address as written here), %p (port), %r (account) and %%"

    /// `[user@]host[:port]`, several with commas between them.
    package static func isJump(_ text: String) -> Bool {
        text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { isHop($0) }
    }

    /// The first token that would not be replaced; nil where there is none.
    package static func unknownToken(inCommand text: String) -> String? {
        var rest = text[...]
        while let percent = rest.firstIndex(of: "%") {
            let token = rest[percent...].dropFirst().first
            guard let token, "hnpr%".contains(token) else { return "%" + (token.map(String.init) ?? "") }
            rest = rest[percent...].dropFirst(2)
        }
        return nil
    }

    /// Whether a known_hosts line can hold it.
    package static func isHostKeyAlias(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 < 0x7f && !"*?!,|@#[]\"".utf8.contains($0) }
    }

    private static func isHop(_ text: Substring) -> Bool {
        var host = text
        if let at = host.lastIndex(of: "@") {
            let user = host[..<at].utf8
            let isName = user.allSatisfy { byte in
                byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
            guard isName, let first = user.first, first != UInt8(ascii: "-") else { return false }
            host = host[host.index(after: at)...]
        }
        if host.first == "[" {
            guard let end = host.firstIndex(of: "]"), HostAddress.isIPv6(String(host[..<end].dropFirst())) else {
                return false
            }
            let rest = host[end...].dropFirst()
            return !host.contains("%") && (rest.isEmpty || (rest.first == ":" && isPort(rest.dropFirst())))
        }
        if let colon = host.lastIndex(of: ":"), host.firstIndex(of: ":") == colon {
            guard isPort(host[colon...].dropFirst()) else { return false }
            host = host[..<colon]
        }
        return HostAddress.isValid(String(host)) && !host.contains("%")
    }

    private static func isPort(_ text: Substring) -> Bool {
        guard let port = UInt16(text), port > 0 else { return false }
        return text.first != "+"
    }
}
