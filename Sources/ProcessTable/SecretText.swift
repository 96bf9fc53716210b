/// Finds secrets by what they look like, or by the name before them, whatever text stands around.
enum SecretText {
    /// What begins well-known secrets, and how many letters and digits the shortest of them has behind it.
    private static let prefixes: [(text: [UInt8], least: Int)] = [
        ("ghp_", 16), ("gho_", 16), ("ghu_", 16), ("ghs_", 16), ("ghr_", 16), ("github_pat_", 16), ("glpat-", 16),
        ("xoxa-", 8), ("xoxb-", 8), ("xoxp-", 8), ("xoxr-", 8), ("xoxs-", 8), ("AKIA", 12), ("ASIA", 12), ("AIza", 24),
        ("dckr_pat_", 16), ("hvs.", 16), ("npm_", 24),
    ].map { (Array($0.0.utf8), $0.1) }

    /// Whether one of `prefixes`, a JSON Web Token, `Bearer` or `Basic` may begin with these two bytes: nearly no word does.
    private static func mayBegin(_ first: UInt8, _ second: UInt8) -> Bool {
        switch (first, second) {
        case (UInt8(ascii: "e"), UInt8(ascii: "y")), (UInt8(ascii: "g"), UInt8(ascii: "h")),
            (UInt8(ascii: "g"), UInt8(ascii: "i")), (UInt8(ascii: "g"), UInt8(ascii: "l")),
            (UInt8(ascii: "x"), UInt8(ascii: "o")), (UInt8(ascii: "A"), UInt8(ascii: "K")),
            (UInt8(ascii: "A"), UInt8(ascii: "S")), (UInt8(ascii: "A"), UInt8(ascii: "I")),
            (UInt8(ascii: "d"), UInt8(ascii: "c")), (UInt8(ascii: "h"), UInt8(ascii: "v")),
            (UInt8(ascii: "n"), UInt8(ascii: "p")):
            true
        default: first | 0x20 == UInt8(ascii: "b")
        }
    }

    /// The text with all that in the place of each secret.
    static func redacted(_ text: String, as mark: String) -> String {
        var text = text
        let result: [UInt8]? = text.withUTF8 { bytes in
            guard var range = first(in: bytes, from: 0) else { return nil }
            var result: [UInt8] = []
            var start = 0
            while true {
                result += bytes[start..<range.lowerBound]
                result += mark.utf8
                start = range.upperBound
                guard let next = first(in: bytes, from: start) else { break }
                range = next
            }
            return result + bytes[start...]
        }
        return result.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// The first secret that begins at or behind an index. Every control-plane command passes here, value by value, and
    /// each by its runs of letters and digits.
    static func first(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if isLetterOrDigit(byte) {
                if index + 1 < bytes.count, mayBegin(byte, bytes[index + 1]),
                    index == 0 || !isLetterOrDigit(bytes[index - 1]), let end = end(of: bytes, at: index)
                {
                    return index..<end
                }
                repeat { index += 1 } while index < bytes.count && isLetterOrDigit(bytes[index])
                continue
            }
            switch byte {
            case equals, colon:
                if let value = value(in: bytes, behind: index) { return value }
            case dash:
                // To the end of the text; the rest of its words follows.
                if index + 2 < bytes.count, bytes[index + 2] == dash, bytes[index...].starts(with: blockStart.utf8) {
                    return index..<bytes.count
                }
            default: break
            }
            index += 1
        }
        return nil
    }

    /// Where the secret ends that begins at an index by its looks; nil where none does.
    private static func end(of bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
        switch bytes[index] {
        case UInt8(ascii: "e"): return tokenEnd(bytes, index)
        case UInt8(ascii: "B"), UInt8(ascii: "b"): return schemeEnd(bytes, index)
        default: break
        }
        for (prefix, least) in prefixes where bytes[index...].starts(with: prefix) {
            let end = run(in: bytes, from: index + prefix.count) { isLetterOrDigit($0) || $0 == dash || $0 == low }
            if end - index - prefix.count >= least { return end }
        }
        return nil
    }

    /// A JSON Web Token: an object in base64, and at least one part more behind a dot.
    private static func tokenEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int? {
        guard bytes[index...].starts(with: "eyJ".utf8) else { return nil }
        let header = run(in: bytes, from: index) { isLetterOrDigit($0) || $0 == dash || $0 == low }
        guard header - index >= 8, header < bytes.count, bytes[header] == dot else { return nil }
        return run(in: bytes, from: header) {
            isLetterOrDigit($0) || $0 == dash || $0 == low || $0 == dot || $0 == equals
        }
    }

    /// `Bearer` or `Basic` in a URL, where the blank before the secret is written as another byte.
    private static func schemeEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int? {
        for scheme in ["bearer", "basic"] where starts(bytes[index...], with: scheme) {
            let rest = bytes[(index + scheme.utf8.count)...]
            guard rest.starts(with: "%20".utf8) || rest.first == UInt8(ascii: "+") else { continue }
            return run(in: bytes, from: rest.startIndex) { $0 != UInt8(ascii: "&") }
        }
        return nil
    }

    /// What a PEM block begins with.
    static let blockStart = "-----BEGIN"

    /// The value of a secret that is named before `=` or `:`, such as `?password=`, `,secret-key=` or `"token":`.
    private static func value(in bytes: UnsafeBufferPointer<UInt8>, behind sign: Int) -> Range<Int>? {
        guard let name = name(in: bytes, before: sign) else { return nil }
        let before = name.lowerBound > 0 ? bytes[name.lowerBound - 1] : UInt8(ascii: " ")
        let isQuery = before == UInt8(ascii: "?") || before == UInt8(ascii: "&")
        let isSecret =
            isQuery
            ? SecretName.isOfQuery(bytes[name])
            : bytes[sign] == equals ? SecretName.isSecret(bytes[name]) : isHeader(bytes[name], behind: before)
        guard isSecret else { return nil }
        var start = sign + 1
        if start < bytes.count, isQuote(bytes[start]) { start += 1 }
        let end = valueEnd(in: bytes, from: start, isQuery: isQuery)
        let value = bytes[start..<end]
        return isHarmless(value) || isURL(value) ? nil : start..<end
    }

    /// Whether a name before a colon is that of a header or of a member in JSON or YAML. In `registry/secret:1.0` it is not.
    private static func isHeader(_ name: Slice<UnsafeBufferPointer<UInt8>>, behind before: UInt8) -> Bool {
        switch before {
        case UInt8(ascii: " "), UInt8(ascii: "="), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "{"),
            UInt8(ascii: "("), UInt8(ascii: "["):
            SecretName.isOfHeader(name)
        default: isQuote(before) && SecretName.isOfHeader(name)
        }
    }

    /// Whether a text ends in the name of a secret and a colon, or in `Bearer` or `Basic`: what follows a blank is the
    /// secret.
    static func announcesSecret(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let last = text.last else { return false }
        switch last {
        case UInt8(ascii: ":"):
            guard let name = name(in: text, before: text.count - 1) else { return false }
            return isHeader(text[name], behind: name.lowerBound > 0 ? text[name.lowerBound - 1] : UInt8(ascii: " "))
        case UInt8(ascii: "r"), UInt8(ascii: "R"): return isLastWord("bearer", of: text)
        case UInt8(ascii: "c"), UInt8(ascii: "C"): return isLastWord("basic", of: text)
        default: return false
        }
    }

    private static func isLastWord(_ word: String, of text: UnsafeBufferPointer<UInt8>) -> Bool {
        let end = text.suffix(word.utf8.count)
        return starts(end, with: word) && text[..<end.startIndex].last.map(isLetterOrDigit) != true
    }

    /// The name that ends at an index, without dashes before it; nil where there is none.
    private static func name(in bytes: UnsafeBufferPointer<UInt8>, before sign: Int) -> Range<Int>? {
        var end = sign
        if end > 0, isQuote(bytes[end - 1]) { end -= 1 }
        var start = end
        while start > 0, isOfName(bytes[start - 1]) { start -= 1 }
        while start < end, bytes[start] == dash { start += 1 }
        return start < end ? start..<end : nil
    }

    /// A value goes on to the next name with its sign, or to the end: it may hold commas.
    private static func valueEnd(in bytes: UnsafeBufferPointer<UInt8>, from start: Int, isQuery: Bool) -> Int {
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "&") where isQuery, UInt8(ascii: "#") where isQuery: return index
            case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "&"):
                if isNamed(bytes, at: index + 1) { return index }
            default: break
            }
            index += 1
        }
        return index
    }

    /// Whether a name with its sign stands at an index, quoted or not.
    private static func isNamed(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        var start = index
        if start < bytes.count, isQuote(bytes[start]) { start += 1 }
        var end = run(in: bytes, from: start, isOfName)
        guard end > start else { return false }
        if end < bytes.count, isQuote(bytes[end]) { end += 1 }
        return end < bytes.count && (bytes[end] == equals || bytes[end] == UInt8(ascii: ":"))
    }

    /// What a flag or a parameter with a secret's name may have as its value without being one: nothing, a boolean, a
    /// file, and what stands in a secret's place.
    static func isHarmless<Value: BidirectionalCollection<UInt8>>(_ value: Value) -> Bool {
        let unquoted = value.last.map(isQuote) == true ? value.dropLast() : value[...]
        return unquoted.isEmpty || unquoted.elementsEqual(Redaction.mark.utf8) || isPath(unquoted)
            || unquoted.count < 6 && FlagValue.bool(String(decoding: unquoted, as: UTF8.self)) != nil
    }

    /// Under a directory where files are: a secret in base64 may begin with a slash, too.
    private static func isPath<Value: BidirectionalCollection<UInt8>>(_ value: Value) -> Bool {
        guard value.first == slash, value.allSatisfy({ isOfName($0) || $0 == slash }) else { return false }
        let first = value.dropFirst().prefix { $0 != slash }
        return first.endIndex != value.endIndex && folders.contains { first.elementsEqual($0.utf8) }
    }

    private static let folders = [
        "data", "etc", "home", "mnt", "opt", "private", "proc", "root", "run", "secrets", "srv", "tmp", "usr", "var",
        "vault",
    ]

    private static func isURL<Value: BidirectionalCollection<UInt8>>(_ value: Value) -> Bool {
        let scheme = value.prefix(while: isLetterOrDigit)
        return !scheme.isEmpty && value[scheme.endIndex...].starts(with: "://".utf8)
    }

    private static func starts<Text: Collection<UInt8>>(_ text: Text, with word: String) -> Bool {
        text.prefix(word.utf8.count).elementsEqual(word.utf8) { $0 | 0x20 == $1 }
    }

    private static func run(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ isOfRun: (UInt8) -> Bool
    ) -> Int {
        var end = start
        while end < bytes.count, isOfRun(bytes[end]) { end += 1 }
        return end
    }

    private static var dash: UInt8 { UInt8(ascii: "-") }
    private static var low: UInt8 { UInt8(ascii: "_") }
    private static var dot: UInt8 { UInt8(ascii: ".") }
    private static var slash: UInt8 { UInt8(ascii: "/") }
    private static var equals: UInt8 { UInt8(ascii: "=") }
    private static var colon: UInt8 { UInt8(ascii: ":") }

    private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

    private static func isOfName(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte == dash || byte == low || byte == dot
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
    }
}
