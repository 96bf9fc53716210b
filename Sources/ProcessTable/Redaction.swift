/// Takes secrets out of arguments before anything else sees them.
enum Redaction {
    static let mark = "REDACTED"

    private static let secretSegments: Set<String> = ["token", "password", "passwd", "passphrase", "secret"]

    /// The arguments with secrets replaced, as many as came in.
    ///
    /// Two rules: the user information of a URL in any argument, and the value of a flag whose last name segment says
    /// that it is a secret. Words after such a value belong to it as far as one can tell (`ps` shows a space inside it
    /// like any other), up to the next word that starts with a dash. A boolean literal is no secret.
    /// `isCut`: the last argument may be the first half of a URL whose `@` is not shown.
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
            if let equals = argument.utf8.firstIndex(of: UInt8(ascii: "=")) {
                let value = argument[argument.utf8.index(after: equals)...]
                if !value.isEmpty, FlagValue.bool(String(value)) == nil {
                    result[index] = argument[..<equals] + "=" + mark
                }
            } else {
                valueMayStartWithDash = true
            }
        }
        if isCut, let last = result.last, let scheme = schemeEnd(in: last.utf8[...]),
            !last.utf8[scheme...].contains(UInt8(ascii: "@"))
        {
            result[result.count - 1] = last[..<scheme] + mark
        }
        return result
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
        guard argument.utf8.first == UInt8(ascii: "-") else { return false }
        let name = argument.utf8.prefix { $0 != UInt8(ascii: "=") }
        guard let separator = name.lastIndex(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
        else { return false }
        return secretSegments.contains(argument[name.index(after: separator)..<name.endIndex].lowercased())
    }
}
