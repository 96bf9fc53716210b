extension FlagSyntax {
    /// Reads an exact argv (without argv[0]), as the component's own parser would: an unknown flag is an error, every
    /// argument begins where it begins. pflag goes on past an error here, so that the rest can still be shown.
    package func parse(argv: [String]) -> ParsedFlags {
        var reader = ArgumentReader(syntax: self, arguments: argv, isSplitAtSpaces: false)
        reader.read()
        return reader.parsed(isCut: false)
    }

    /// Reads the words of a process-table row (without argv[0]), where a space inside an argument looks like one
    /// between two. What differs from an exact argv:
    /// - Words without a dash after `--name=value` belong to the value if its type can hold a space, and for every flag
    ///   that the syntax does not list. For a flag that it lists this sets `ambiguity`: the value may as well end
    ///   there. A `\` alone is left over from a unit file and stays a word of its own; so do empty arguments at the
    ///   end of a value, which Kubernetes accepts among its operands.
    /// - `--name value` takes one word. A second word behind it sets `ambiguity` if the type can hold a space.
    /// - `--bool false`: pflag reads true and leaves `false` standing alone, upon which Kubernetes 1.19 and newer does
    ///   not start. That such a process runs means an old server, or a split in the wrong place: `ambiguity`.
    /// - A flag that the syntax does not list is a newer server's or a fork's, not an error. It takes the next word if
    ///   that has no dash.
    ///
    /// Not seen, because nothing on the line shows it: a value that holds ` --name` itself.
    ///
    /// With `isCut`, the last argument may be incomplete, and a value that seems to end in front of a cut space may go
    /// on behind it: such arguments, and a flag whose value they are, are left out of the result.
    package func parse(_ arguments: [String], isCut: Bool = false) -> ParsedFlags {
        var reader = ArgumentReader(syntax: self, arguments: arguments, isSplitAtSpaces: true)
        reader.read()
        return reader.parsed(isCut: isCut)
    }
}

/// One walk over the arguments. Every argument ends up in one occurrence, or among the positionals.
private struct ArgumentReader {
    private struct Remark {
        var arguments: Range<Int>
        var text: String
    }

    private let syntax: FlagSyntax
    private let arguments: [String]
    private let isSplitAtSpaces: Bool
    private var next = 0
    private var occurrences: [FlagOccurrence] = []
    private var positionals: [Int] = []
    private var errors: [Remark] = []
    private var ambiguities: [Remark] = []

    init(syntax: FlagSyntax, arguments: [String], isSplitAtSpaces: Bool) {
        self.syntax = syntax
        self.arguments = arguments
        self.isSplitAtSpaces = isSplitAtSpaces
        occurrences.reserveCapacity(arguments.count)
    }

    func parsed(isCut: Bool) -> ParsedFlags {
        let known = isCut ? certainCount : arguments.count
        return ParsedFlags(
            occurrences: isCut ? occurrences.filter { $0.arguments.upperBound <= known } : occurrences,
            positionals: isCut ? positionals.filter { $0 < known } : positionals,
            ambiguity: ambiguities.first { $0.arguments.upperBound <= known }?.text,
            error: errors.first { $0.arguments.upperBound <= known }?.text)
    }

    /// How many arguments of a cut row are certain: all but the last, and where that is empty, because the cut fell
    /// behind a space, all but the one with which the value that it may go on with begins. A `\` at the end is the same:
    /// as the first byte of a longer word it goes on with the value.
    private var certainCount: Int {
        var count = arguments.count
        if arguments.last == "\\" { count -= 1 }
        while count > 0, arguments[count - 1].isEmpty { count -= 1 }
        return max(count - 1, 0)
    }

    mutating func read() {
        while next < arguments.count {
            let index = next
            next += 1
            let word = arguments[index]
            switch (dashes(of: word), syntax.style) {
            case (0, .pflag):
                positionals.append(index)
            case (0, .goFlag):
                endFlags(at: index)
            case (2, _) where word.utf8.count == 2:
                positionals.append(index)
                positionals += next..<arguments.count
                next = arguments.count
            case (1, .pflag):
                readShorthands(at: index)
            case (let dashes, _):
                readNamed(at: index, dashes: dashes)
            }
        }
    }

    /// 0 also for `-` alone, which is a word to both grammars.
    private func dashes(of word: String) -> Int {
        var bytes = word.utf8.makeIterator()
        guard bytes.next() == UInt8(ascii: "-"), let second = bytes.next() else { return 0 }
        return second == UInt8(ascii: "-") ? 2 : 1
    }

    /// Go's `flag` reads no further than the first word that is no flag; etcd then refuses what is left over.
    private mutating func endFlags(at index: Int) {
        positionals += index..<arguments.count
        next = arguments.count
        errors.append(Remark(arguments: index..<next, text: "\(quoted(arguments[index])) is not a flag"))
    }

    private mutating func readNamed(at index: Int, dashes: Int) {
        let word = arguments[index]
        let body = word.utf8.dropFirst(dashes)
        guard let first = body.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "=") else {
            fail(at: index, "bad flag syntax: \(quoted(word))")
            positionals.append(index)
            return
        }
        let equals = body.firstIndex(of: UInt8(ascii: "="))
        let name = normalized(body[..<(equals ?? body.endIndex)])
        let kind = syntax.kinds[name]
        if kind == nil, !isSplitAtSpaces { fail(at: index, "unknown flag: --\(name)") }
        if let equals {
            readJoined(name, kind, String(word[word.utf8.index(after: equals)...]), at: index)
        } else if let kind, kind != .bool {
            readSeparate(name, kind, at: index)
        } else {
            readBare(name, kind, at: index)
        }
    }

    private func normalized(_ name: Substring.UTF8View) -> String {
        guard syntax.style == .pflag, name.contains(UInt8(ascii: "_")) else {
            return String(decoding: name, as: UTF8.self)
        }
        return String(decoding: name.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }, as: UTF8.self)
    }

    /// `--name=value`, and the words after it that its value may go on with.
    private mutating func readJoined(_ name: String, _ kind: FlagKind?, _ value: String, at index: Int) {
        var end = next
        if isSplitAtSpaces, kind?.mayHoldSpaces ?? true {
            while end < arguments.count, continuesValue(arguments[end]) { end += 1 }
            while end > next, arguments[end - 1].isEmpty { end -= 1 }
        }
        if end > next, kind != nil {
            doubt(index..<end, "the value of --\(name) may end before \(quoted(arguments[next]))")
        }
        let whole = end > next ? ([value] + arguments[next..<end]).joined(separator: " ") : value
        next = end
        add(name, kind, whole, index..<end)
    }

    /// `--name value`, whatever the value looks like.
    private mutating func readSeparate(_ name: String, _ kind: FlagKind, at index: Int) {
        guard next < arguments.count else {
            fail(at: index, "flag needs an argument: --\(name)")
            // Of `-hv` the `h` has the word already.
            if occurrences.last?.arguments.contains(index) != true { positionals.append(index) }
            return
        }
        let value = arguments[next]
        next += 1
        if isSplitAtSpaces, kind.mayHoldSpaces, next < arguments.count, !arguments[next].isEmpty,
            continuesValue(arguments[next])
        {
            doubt(index..<(next + 1), "the value of --\(name) may go on with \(quoted(arguments[next]))")
        }
        add(name, kind, value, index..<next)
    }

    /// `--name` of a boolean, or of a flag that is not listed.
    private mutating func readBare(_ name: String, _ kind: FlagKind?, at index: Int) {
        let following = isSplitAtSpaces && next < arguments.count ? arguments[next] : ""
        if kind == nil, !following.isEmpty, continuesValue(following) {
            next += 1
            add(name, kind, following, index..<next)
            return
        }
        if kind == .bool, FlagValue.bool(following) != nil {
            doubt(
                index..<(next + 1), "--\(name) is followed by \(quoted(following)), which it does not take as its value"
            )
        }
        add(name, kind, "true", index..<next)
    }

    /// One dash in pflag: one-letter flags, the last of which may have a value (`-v2`, `-v=2`, `-v 2`).
    private mutating func readShorthands(at index: Int) {
        let word = arguments[index]
        var letters = word.dropFirst()
        var isTaken = false
        while let letter = letters.popFirst() {
            guard let name = syntax.shorthands[letter] else {
                fail(at: index, "unknown shorthand flag \(quoted(String(letter))) in \(quoted(word))")
                break
            }
            let kind = syntax.kinds[name]
            isTaken = true
            if letters.first == "=", !letters.dropFirst().isEmpty {
                readJoined(name, kind ?? .string, String(letters.dropFirst()), at: index)
                return
            }
            if kind == .bool {
                add(name, kind, "true", index..<next)
            } else if letters.isEmpty {
                readSeparate(name, kind ?? .string, at: index)
                return
            } else {
                add(name, kind, String(letters), index..<next)
                return
            }
        }
        if !isTaken { positionals.append(index) }
    }

    private func continuesValue(_ word: String) -> Bool { dashes(of: word) == 0 && word != "\\" }

    private mutating func add(_ name: String, _ kind: FlagKind?, _ value: String, _ range: Range<Int>) {
        if let kind, !isValid(value, for: kind) {
            errors.append(Remark(arguments: range, text: "invalid argument \(quoted(value)) for --\(name)"))
        }
        occurrences.append(FlagOccurrence(name: name, value: value, arguments: range, isKnown: kind != nil))
    }

    /// etcd splits its lists itself and knows no quotes.
    private func isValid(_ value: String, for kind: FlagKind) -> Bool {
        syntax.style == .goFlag && kind == .stringSlice || FlagValue.isValid(value, for: kind)
    }

    private mutating func fail(at index: Int, _ text: String) {
        errors.append(Remark(arguments: index..<(index + 1), text: text))
    }

    private mutating func doubt(_ range: Range<Int>, _ text: String) {
        ambiguities.append(Remark(arguments: range, text: text))
    }

    private func quoted(_ text: String) -> String {
        let short = text.prefix(40)
        return short.endIndex == text.endIndex ? "\"\(text)\"" : "\"\(short)…\""
    }
}

extension FlagKind {
    /// Values of the other kinds never hold a space, so a word after one is a word of its own.
    fileprivate var mayHoldSpaces: Bool {
        switch self {
        case .string, .stringSlice, .stringArray, .gates, .map: true
        case .bool, .int, .float, .duration, .ip: false
        }
    }
}
