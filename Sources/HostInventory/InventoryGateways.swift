import StrictYAML
internal import Yams

/// What an inventory says of ways through bastions. A proxy command is run on this machine: it is taken from files that
/// the user named, and nothing of one host is put into it but by its tokens.
extension InventoryReader {
    /// `[user@]host[:port]`, several with commas between them, or `none`.
    mutating func jump(_ node: Node) -> Gateway? {
        guard let text = yaml.text(node, "proxy_jump") else { return nil }
        if text == "none" { return Gateway.none }
        guard Gateway.isJump(text) else {
            yaml.report(
                node, "not a bastion to go through", text: text,
                hint: "write [user@]host[:port], the nearest first where there are several: a,b")
            return nil
        }
        return .jump(text)
    }

    /// A command with `%h`, `%n`, `%p`, `%r` and `%%`, or `none`.
    mutating func proxyCommand(_ node: Node) -> Gateway? {
        guard let text = yaml.text(node, "proxy_command") else { return nil }
        if text == "none" { return Gateway.none }
        if hasControls(text) {
            yaml.report(node, "control character in proxy_command", text: text)
            return nil
        }
        guard !text.isEmpty, text.utf8.count <= Gateway.commandLimit else {
            yaml.report(node, "proxy_command must have 1 to \(Gateway.commandLimit) bytes")
            return nil
        }
        if let token = Gateway.unknownToken(inCommand: text) {
            yaml.report(node, "unknown token in proxy_command", text: token, hint: Gateway.tokens)
            return nil
        }
        return .command(text)
    }

    /// A name that a known_hosts line can hold.
    mutating func hostKeyAlias(_ node: Node) -> String? {
        guard let text = yaml.text(node, "host_key_alias"),
            checkName(text, "host_key_alias", at: yaml.place(node))
        else { return nil }
        guard Gateway.isHostKeyAlias(text) else {
            yaml.report(node, "host_key_alias that known_hosts cannot hold", text: text)
            return nil
        }
        return text
    }
}
