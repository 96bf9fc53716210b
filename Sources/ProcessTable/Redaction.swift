/// Takes secrets out of arguments before anything else sees them: the one place where that is done.
package enum Redaction {
    static let mark = "REDACTED"

    /// Whether `apply` could change anything of a command that is not cut: for the many that hold no secret.
    static func isNeeded(in command: UnsafeBufferPointer<UInt8>) -> Bool {
        if command.position(of: UInt8(ascii: "@"), in: 0..<command.count) < command.count { return true }
        var start = 0
        while start < command.count {
            let end = command.position(of: UInt8(ascii: " "), in: start..<command.count)
            if mayHoldSecret(command, in: start..<end) { return true }
            start = end + 1
        }
        return false
    }

    private static func mayHoldSecret(_ command: UnsafeBufferPointer<UInt8>, in word: Range<Int>) -> Bool {
        var start = word.lowerBound
        if isFlag(command[word]) {
            start = command.position(of: UInt8(ascii: "="), in: word)
            if SecretName.isSecret(command[word.lowerBound..<start]) { return true }
        }
        let value = UnsafeBufferPointer(rebasing: command[start..<word.upperBound])
        return SecretText.first(in: value, from: 0) != nil || SecretText.announcesSecret(value)
    }

    /// The arguments with secrets replaced, as many as came in.
    ///
    /// A secret is the user information of a URL in any argument, what looks like one (`SecretText`), and the value of a
    /// flag whose name says that it is one (`SecretName`). Words after such a value belong to it as far as one can tell
    /// (`ps` shows a space inside it like any other), up to the next word that starts with a dash. A boolean literal is
    /// no secret, nor is a file.
    /// `isCut`: of a URL in the last argument only the scheme stays, as the `@` that would tell may not be shown.
    static func apply(to arguments: [String], isCut: Bool) -> [String] {
        var result = arguments
        var isInSecret = false
        var isInBlock = false
        var valueMayStartWithDash = false
        for (index, argument) in arguments.enumerated() {
            let startsWithDash = argument.utf8.first == UInt8(ascii: "-")
            if isInBlock, !startsWithDash || argument.utf8.starts(with: "-----".utf8) {
                result[index] = argument.isEmpty ? "" : mark
                continue
            }
            isInBlock = value(of: argument).contains(SecretText.blockStart)
            if isInSecret, !startsWithDash || valueMayStartWithDash && !argument.utf8.starts(with: "--".utf8) {
                let isHarmless = SecretText.isHarmless(argument.utf8)
                // Behind a file no word belongs to the secret.
                if isHarmless, valueMayStartWithDash, argument.utf8.first == UInt8(ascii: "/") { isInSecret = false }
                valueMayStartWithDash = false
                if !isHarmless { result[index] = mark }
                continue
            }
            isInSecret = isSecretFlag(argument)
            valueMayStartWithDash = false
            guard isInSecret else {
                isInSecret = announcesSecret(value(of: argument))
                result[index] = withoutSecrets(argument)
                continue
            }
            let equals = argument.utf8.firstIndex(of: UInt8(ascii: "="))
            result[index] = shownName(argument[..<(equals ?? argument.endIndex)])
            if let equals {
                let value = argument[argument.utf8.index(after: equals)...]
                let isHarmless = SecretText.isHarmless(value.utf8) || isTokenKind(value, of: argument)
                if isHarmless, FlagValue.bool(String(value)) == nil, !value.isEmpty { isInSecret = false }
                result[index] += "=\(isHarmless ? String(value) : mark)"
            } else {
                valueMayStartWithDash = true
            }
        }
        if isCut, let last = result.last, let scheme = schemeEnd(in: last.utf8[...]) {
            result[result.count - 1] = last[..<scheme] + mark
        }
        return result
    }

    /// Text that is no command's, such as what an account's shell says: as if its words were arguments.
    package static func text(_ text: String, isCut: Bool) -> String {
        apply(to: text.split(separator: " ", omittingEmptySubsequences: false).map(String.init), isCut: isCut)
            .joined(separator: " ")
    }

    private static func withoutSecrets(_ argument: String) -> String {
        let shown = withoutUserInfo(argument)
        let value = value(of: shown)
        return shown[..<value.startIndex] + SecretText.redacted(String(value), as: mark)
    }

    /// No flag's name holds a URL: what ends like the name of one does not show what stands in the URL.
    private static func shownName(_ name: Substring) -> String {
        guard let scheme = schemeEnd(in: name.utf8) else { return String(name) }
        return name[..<scheme] + mark
    }

    /// A block of PEM begins with dashes, too.
    private static func isFlag<Word: Collection<UInt8>>(_ word: Word) -> Bool {
        word.first == UInt8(ascii: "-") && !word.starts(with: "---".utf8)
    }

    /// Where a secret is looked for: of a flag what is behind its name, with the sign, else the whole argument.
    private static func value(of argument: String) -> Substring {
        guard isFlag(argument.utf8) else { return argument[...] }
        return argument[(argument.utf8.firstIndex(of: UInt8(ascii: "=")) ?? argument.endIndex)...]
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
        isFlag(argument.utf8) && SecretName.isSecret(argument.utf8.prefix { $0 != UInt8(ascii: "=") })
    }

    /// What etcd makes its tokens of; with its name it looks like one.
    private static func isTokenKind(_ value: Substring, of argument: String) -> Bool {
        argument.hasPrefix("--auth-token=") && (value == "simple" || value.hasPrefix("jwt,"))
    }

    private static func announcesSecret(_ value: Substring) -> Bool {
        var value = value
        return value.withUTF8(SecretText.announcesSecret)
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
