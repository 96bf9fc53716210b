/// The first of the arguments that shows a secret although `Redaction` has been over them: a URL's user information, what
/// looks like a well-known secret, or the value of a flag or of a parameter whose name ends in a word for a secret.
func secret(in arguments: [String]) -> String? {
    var isAfterSecretFlag = false
    for argument in arguments {
        let isFlag = starts(argument, "-")
        if isAfterSecretFlag, !isFlag {
            if !isHarmless(argument[...]) { return argument }
            // Behind a file no word belongs to the secret.
            if argument.utf8.first == UInt8(ascii: "/") { isAfterSecretFlag = false }
            continue
        }
        let equals = argument.utf8.firstIndex(of: UInt8(ascii: "="))
        isAfterSecretFlag =
            isFlag && !starts(argument, "---") && isSecretName(argument[..<(equals ?? argument.endIndex)])
        if isAfterSecretFlag {
            if let equals {
                let value = argument[argument.utf8.index(after: equals)...]
                if !isHarmless(value), !isTokenKind(argument) { return argument }
                // Words behind a boolean are still taken for the secret's.
                isAfterSecretFlag = value.isEmpty || !value.hasPrefix("/") && !isTokenKind(argument)
            }
        } else if showsUserInfo(argument) || showsToken(value(of: argument)) || showsParameter(value(of: argument)) {
            return argument
        }
    }
    return nil
}

/// Of a flag what is behind its name, else the whole argument.
private func value(of argument: String) -> String {
    guard starts(argument, "-"), !starts(argument, "---") else { return argument }
    return argument.utf8.firstIndex(of: UInt8(ascii: "=")).map { String(argument[$0...]) } ?? ""
}

private func isHarmless(_ value: Substring) -> Bool {
    var value = value
    if let quote = value.last, quote == "\"" || quote == "'" { value.removeLast() }
    return value.isEmpty || value == "REDACTED" || isPath(value)
        || ["1", "t", "true", "0", "f", "false"].contains(value.lowercased())
}

private func isPath(_ value: Substring) -> Bool {
    let parts = value.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let folders = [
        "data", "etc", "home", "mnt", "opt", "private", "proc", "root", "run", "secrets", "srv", "tmp", "usr", "var",
        "vault",
    ]
    return parts.count > 2 && parts[0].isEmpty && folders.contains { parts[1].elementsEqual($0.utf8) }
        && value.utf8.allSatisfy { isLetterOrDigit($0) || "-_./".utf8.contains($0) }
}

/// etcd's tokens, by what they are made of.
private func isTokenKind(_ argument: String) -> Bool {
    argument == "--auth-token=simple" || argument.hasPrefix("--auth-token=jwt,")
}

private func isSecretName(_ name: Substring) -> Bool {
    var name = name.utf8.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 + 32 : $0 }
    while let last = name.last, "-_.".utf8.contains(last) { name.removeLast() }
    // With its user information gone, what a URL held behind it may read as a name: --a=://REDACTED@h-token=x.
    if end(of: "://", in: name[...]) != nil { return false }
    let words = name.split { "-_.".utf8.contains($0) }
    guard let last = words.last, !ends(name[...], "initial-cluster-token") else { return false }
    let endings = ["password", "passwd", "passphrase", "passcode", "token", "secret", "apikey", "privatekey"]
    if endings.contains(where: { ends(last, $0) || ends(last, $0 + "s") }) { return true }
    let whole = ["pwd", "pass", "credential", "credentials", "cred", "creds", "bearer"]
    if whole.contains(where: { last.elementsEqual($0.utf8) }) { return true }
    let modifiers = ["api", "access", "encryption", "private", "secret"]
    return last.elementsEqual("key".utf8) && words.count > 1
        && modifiers.contains { words[words.count - 2].elementsEqual($0.utf8) }
}

/// By bytes, as the components read them: a dash with a combining mark behind it is one character, and no dash.
private func starts(_ text: String, _ word: String) -> Bool { text.utf8.starts(with: word.utf8) }

private func ends(_ bytes: ArraySlice<UInt8>, _ word: String) -> Bool {
    bytes.suffix(word.utf8.count).elementsEqual(word.utf8)
}

private func showsToken(_ argument: String) -> Bool {
    let bytes = Array(argument.utf8)
    let tokens: [(String, Int)] = [("ghp_", 16), ("glpat-", 16), ("xoxb-", 8), ("AKIA", 12)]
    for start in bytes.indices where start == 0 || !isLetterOrDigit(bytes[start - 1]) {
        let rest = bytes[start...]
        for (prefix, least) in tokens where rest.starts(with: prefix.utf8) {
            if rest.dropFirst(prefix.utf8.count).prefix(while: isLetterOrDigit).count >= least { return true }
        }
        guard rest.starts(with: "eyJ".utf8) else { continue }
        let header = rest.prefix { isLetterOrDigit($0) || "-_".utf8.contains($0) }
        if header.count >= 8, bytes[header.endIndex...].first == UInt8(ascii: ".") { return true }
    }
    return end(of: "-----BEGIN", in: bytes[...]) != nil
}

/// In the query of a URL.
private func showsParameter(_ argument: String) -> Bool {
    argument.split(omittingEmptySubsequences: false) { "?&#".contains($0) }.dropFirst().contains { part in
        guard let equals = part.firstIndex(of: "=") else { return false }
        let name = part[..<equals]
        let value = part[part.index(after: equals)...]
        return name.utf8.allSatisfy { isLetterOrDigit($0) || "_.".utf8.contains($0) } && isSecretName(name)
            && !isHarmless(value) && !value.contains("://")
    }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
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
