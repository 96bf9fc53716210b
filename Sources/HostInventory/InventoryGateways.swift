import StrictYAML
internal import Yams

/// What an inventory says of ways through bastions. A proxy command is run on this machine: it is taken from files that
/// the user named, and nothing of one host is put into it but by its tokens.
extension InventoryReader {
    private static let commandLimit = 4096

    /// `[user@]host[:port]`, several with commas between them, or `none`.
    mutating func jump(_ node: Node) -> Gateway? {
        guard let text = yaml.text(node, "proxy_jump") else { return nil }
        if text == "none" { return Gateway.none }
        guard text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy({ isHop($0) }) else {
            yaml.report(
                node, "not a bastion to go through", text: text,
                hint: "write [user@]host[:port], the nearest first where there are several: a,b")
            return nil
        }
        return .jump(text)
    }

    private func isHop(_ text: Substring) -> Bool {
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

    private func isPort(_ text: Substring) -> Bool {
        guard let port = UInt16(text), port > 0 else { return false }
        return text.first != "+"
    }

    /// A command with `%h`, `%n`, `%p`, `%r` and `%%`, or `none`.
    mutating func proxyCommand(_ node: Node) -> Gateway? {
        guard let text = yaml.text(node, "proxy_command") else { return nil }
        if text == "none" { return Gateway.none }
        if hasControls(text) {
            yaml.report(node, "control character in proxy_command", text: text)
            return nil
        }
        guard !text.isEmpty, text.utf8.count <= Self.commandLimit else {
            yaml.report(node, "proxy_command must have 1 to \(Self.commandLimit) bytes")
            return nil
        }
        var rest = text[...]
        while let percent = rest.firstIndex(of: "%") {
            let token = rest[percent...].dropFirst().first
            guard let token, "hnpr%".contains(token) else {
                yaml.report(
                    node, "unknown token in proxy_command", text: "%" + (token.map(String.init) ?? ""),
                    hint: "there are %h (address), %n (address as written here), %p (port), %r (account) and %%")
                return nil
            }
            rest = rest[percent...].dropFirst(2)
        }
        return .command(text)
    }

    /// A name that a known_hosts line can hold.
    mutating func hostKeyAlias(_ node: Node) -> String? {
        guard let text = yaml.text(node, "host_key_alias"),
            checkName(text, "host_key_alias", at: yaml.place(node))
        else { return nil }
        guard text.utf8.allSatisfy({ $0 < 0x7f && !"*?!,|@#[]\"".utf8.contains($0) }) else {
            yaml.report(node, "host_key_alias that known_hosts cannot hold", text: text)
            return nil
        }
        return text
    }
}
