/// The first of the arguments that shows a secret although `Redaction` has been over them: a URL's user information,
/// or the value of a flag whose name ends in a word for a secret.
func secret(in arguments: [String]) -> String? {
    var isAfterSecretFlag = false
    for argument in arguments {
        let isFlag = argument.utf8.first == UInt8(ascii: "-")
        if isAfterSecretFlag, !isFlag {
            if !isHarmless(argument[...]) { return argument }
            continue
        }
        let equals = argument.utf8.firstIndex(of: UInt8(ascii: "="))
        isAfterSecretFlag = isFlag && isSecretName(argument[..<(equals ?? argument.endIndex)])
        if isAfterSecretFlag {
            if let equals, !isHarmless(argument[argument.utf8.index(after: equals)...]) { return argument }
        } else if showsUserInfo(argument) {
            return argument
        }
    }
    return nil
}

private func isHarmless(_ value: Substring) -> Bool {
    value.isEmpty || value == "REDACTED" || ["1", "t", "true", "0", "f", "false"].contains(value.lowercased())
}

private func isSecretName(_ name: Substring) -> Bool {
    // With its user information gone, what a URL held behind it may read as a name: --a=://REDACTED@h-token=x.
    if name.contains("://") { return false }
    let lowered = name.lowercased()
    return ["token", "password", "passwd", "passphrase", "secret"].contains { word in
        lowered.hasSuffix("-" + word) || lowered.hasSuffix("_" + word)
    }
}

private func showsUserInfo(_ argument: String) -> Bool {
    var parts = Array(argument.utf8)[...]
    while let scheme = end(of: "://", in: parts) {
        parts = parts[scheme...]
        let next = end(of: "://", in: parts) ?? parts.endIndex
        if let at = parts[..<next].lastIndex(of: UInt8(ascii: "@")), !parts[..<at].elementsEqual("REDACTED".utf8) {
            return true
        }
    }
    return false
}

private func end(of text: String, in bytes: ArraySlice<UInt8>) -> Int? {
    bytes.indices.first { bytes[$0...].starts(with: text.utf8) }.map { $0 + text.utf8.count }
}
