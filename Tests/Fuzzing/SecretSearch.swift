/// The first of the arguments that shows a secret although `Redaction` has been over them: a URL's user information, what
/// looks like a well-known secret, or the value of a flag or of a parameter whose name ends in a word for a secret.
func secret(in arguments: [String]) -> String? {
    var isAfterSecretFlag = false
    for argument in arguments {
        let isFlag = argument.utf8.first == UInt8(ascii: "-")
        if isAfterSecretFlag, !isFlag {
            if !isHarmless(argument[...]) { return argument }
            // Behind a file no word belongs to the secret.
            if argument.utf8.first == UInt8(ascii: "/") { isAfterSecretFlag = false }
            continue
        }
        let equals = argument.utf8.firstIndex(of: UInt8(ascii: "="))
        isAfterSecretFlag = isFlag && isSecretName(argument[..<(equals ?? argument.endIndex)])
        if isAfterSecretFlag {
            if let equals {
                let value = argument[argument.utf8.index(after: equals)...]
                if !isHarmless(value), !isTokenKind(argument) { return argument }
                // Words behind a boolean are still taken for the secret's.
                isAfterSecretFlag = value.isEmpty || !value.hasPrefix("/") && !isTokenKind(argument)
            }
        } else if showsUserInfo(argument) || showsToken(argument) || showsParameter(argument) {
            return argument
        }
    }
    return nil
}

private func isHarmless(_ value: Substring) -> Bool {
    var value = value
    if let quote = value.last, quote == "\"" || quote == "'" { value.removeLast() }
    let isPath =
        value.wholeMatch(
            of: #/\/(data|etc|home|mnt|opt|private|proc|root|run|secrets|srv|tmp|usr|var|vault)\/[-A-Za-z0-9_.\/]*/#)
        != nil
    return value.isEmpty || value == "REDACTED" || isPath
        || ["1", "t", "true", "0", "f", "false"].contains(value.lowercased())
}

/// etcd's tokens, by what they are made of.
private func isTokenKind(_ argument: String) -> Bool {
    argument == "--auth-token=simple" || argument.hasPrefix("--auth-token=jwt,")
}

private func isSecretName(_ name: Substring) -> Bool {
    // With its user information gone, what a URL held behind it may read as a name: --a=://REDACTED@h-token=x.
    if name.contains("://") { return false }
    let words = name.lowercased().split { "-_.".contains($0) }
    guard let last = words.last, !name.lowercased().hasSuffix("initial-cluster-token") else { return false }
    let endings = ["password", "passwd", "passphrase", "passcode", "token", "secret", "apikey", "privatekey"]
    if endings.contains(where: { last.hasSuffix($0) || last.hasSuffix($0 + "s") }) { return true }
    if ["pwd", "pass", "credential", "credentials", "cred", "creds", "bearer"].contains(last) { return true }
    let modifiers = ["api", "access", "encryption", "private", "secret"]
    return last == "key" && words.count > 1 && modifiers.contains(String(words[words.count - 2]))
}

private func showsToken(_ argument: String) -> Bool {
    argument.contains(
        #/(^|[^A-Za-z0-9])(ghp_[A-Za-z0-9]{16}|glpat-[A-Za-z0-9]{16}|xoxb-[A-Za-z0-9]{8}|AKIA[A-Z0-9]{12})/#)
        || argument.contains(#/(^|[^A-Za-z0-9])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]/#) || argument.contains("-----BEGIN")
}

/// In the query of a URL.
private func showsParameter(_ argument: String) -> Bool {
    argument.matches(of: #/[?&](?<name>[A-Za-z0-9_.]+)=(?<value>[^&#]*)/#).contains { match in
        isSecretName(match.name) && !isHarmless(match.value) && !match.value.contains("://")
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
