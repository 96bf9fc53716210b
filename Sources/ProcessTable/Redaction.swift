/// Takes secrets out of arguments before anything else sees them.
enum Redaction {
    static let mark = "REDACTED"

    private static let secretSegments = ["token", "password", "passwd", "passphrase", "secret"]

    /// Whether `apply` could change anything of a command that is not cut: for the many that hold no secret.
    static func isNeeded(in command: UnsafeBufferPointer<UInt8>) -> Bool {
        if command.position(of: UInt8(ascii: "@"), in: 0..<command.count) < command.count { return true }
        var start = 0
        while start < command.count {
            let end = command.position(of: UInt8(ascii: " "), in: start..<command.count)
            if command[start] == UInt8(ascii: "-") {
                let nameEnd = command.position(of: UInt8(ascii: "="), in: start..<end)
                if isSecretName(command[start..<nameEnd]) { return true }
            }
            start = end + 1
        }
        return false
    }

    /// The arguments with secrets replaced, as many as came in.
    ///
    /// Two rules: the user information of a URL in any argument, and the value of a flag whose last name segment says
    /// that it is a secret. Words after such a value belong to it as far as one can tell (`ps` shows a space inside it
    /// like any other), up to the next word that starts with a dash. A boolean literal is no secret.
    /// `isCut`: of a URL in the last argument only the scheme stays, as the `@` that would tell may not be shown.
    static func apply(to arguments: [String], isCut: Bool) -> [String] {
        var result = arguments
        var isInSecret = false
        var valueMayStartWithDash = false
        for (index, argument) in arguments.enumerated() {
            let startsWithDash = argument.utf8.first == UInt8(ascii: "-")
            if isInSecret, !startsWithDash || valueMayStartWithDash && !argument.utf8.starts(with: "--".utf8) {
                valueMayStartWithDash = false
                if !argument.isEmpty, FlagValue.bool(argument) == nil { result[index] = mark }
                continue
            }
            isInSecret = isSecretFlag(argument)
            valueMayStartWithDash = false
            guard isInSecret else {
                result[index] = withoutUserInfo(argument)
                continue
            }
            let equals = argument.utf8.firstIndex(of: UInt8(ascii: "="))
            result[index] = shownName(argument[..<(equals ?? argument.endIndex)])
            if let equals {
                let value = argument[argument.utf8.index(after: equals)...]
                result[index] += "="
                result[index] += value.isEmpty || FlagValue.bool(String(value)) != nil ? String(value) : mark
            } else {
                valueMayStartWithDash = true
            }
        }
        if isCut, let last = result.last, let scheme = schemeEnd(in: last.utf8[...]) {
            result[result.count - 1] = last[..<scheme] + mark
        }
        return result
    }

    /// No flag's name holds a URL: what ends like the name of one does not show what stands in the URL.
    private static func shownName(_ name: Substring) -> String {
        guard let scheme = schemeEnd(in: name.utf8) else { return String(name) }
        return name[..<scheme] + mark
    }

    /// `scheme://user:password@host` as `scheme://REDACTED@host`, for every URL in the text. What counts as user
    /// information ends at the last `@` before the next URL: a password may hold `/`, `,` and `@`.
    static func withoutUserInfo(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "@")), schemeEnd(in: text.utf8[...]) != nil else { return text }
        var result = ""
        var rest = text.utf8[...]
        while let start = schemeEnd(in: rest) {
            result += text[rest.startIndex..<start]
            let end = schemeEnd(in: rest[start...]) ?? rest.endIndex
            rest = rest[start...]
            if let at = rest[..<end].lastIndex(of: UInt8(ascii: "@")) {
                result += mark
                rest = rest[at...]
            }
        }
        return result + text[rest.startIndex...]
    }

    /// The index after the first `://`.
    private static func schemeEnd(in text: Substring.UTF8View) -> String.Index? {
        var index = text.startIndex
        while let colon = text[index...].firstIndex(of: UInt8(ascii: ":")) {
            if text[colon...].starts(with: "://".utf8) { return text.index(colon, offsetBy: 3) }
            index = text.index(after: colon)
        }
        return nil
    }

    private static func isSecretFlag(_ argument: String) -> Bool {
        argument.utf8.first == UInt8(ascii: "-")
            && isSecretName(argument.utf8.prefix { $0 != UInt8(ascii: "=") })
    }

    /// Whether the last segment of a flag's name, from the last dash or underscore on, is a word for a secret.
    private static func isSecretName<Name: BidirectionalCollection<UInt8>>(_ name: Name) -> Bool {
        // The last letters of the words, which few other names share.
        switch name.last.map({ $0 | 0x20 }) {
        case UInt8(ascii: "d"), UInt8(ascii: "e"), UInt8(ascii: "n"), UInt8(ascii: "t"): break
        default: return false
        }
        return secretSegments.contains { secret in
            let segment = name.suffix(secret.utf8.count)
            guard segment.elementsEqual(secret.utf8, by: { $0 | 0x20 == $1 }) else { return false }
            let before = name[..<segment.startIndex].last
            return before == UInt8(ascii: "-") || before == UInt8(ascii: "_")
        }
    }
}

extension ComponentClaim {
    /// Takes the secrets out of everything of the claim that is shown.
    mutating func redact(isCut: Bool) {
        arguments = Redaction.apply(to: arguments, isCut: isCut)
        // Whatever stood behind the option that names the file: a URL, or another option with its value.
        if case .file(let distribution, let path) = settings {
            settings = .file(distribution: distribution, path: Redaction.apply(to: [path], isCut: isCut)[0])
        }
    }
}
