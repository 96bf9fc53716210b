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

    /// A flag as its name stands on the line, normalised. Without a kind where the syntax does not list it.
    private struct Flag {
        var name: String
        var entry: Int?
        var kind: FlagKind?
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
        var word = arguments[index]
        guard let (flag, value) = word.withUTF8({ split($0, dashes: dashes) }) else {
            fail(at: index, "bad flag syntax: \(quoted(word))")
            positionals.append(index)
            return
        }
        if flag.kind == nil, !isSplitAtSpaces { fail(at: index, "unknown flag: --\(flag.name)") }
        if let value {
            readJoined(flag, value, at: index)
        } else if let kind = flag.kind, kind != .bool {
            readSeparate(flag, kind, at: index)
        } else {
            readBare(flag, at: index)
        }
    }

    /// The flag and what stands behind its `=`, if it has one; nil where there is no name.
    private func split(_ word: UnsafeBufferPointer<UInt8>, dashes: Int) -> (Flag, value: String?)? {
        guard word.count > dashes, word[dashes] != UInt8(ascii: "-"), word[dashes] != UInt8(ascii: "=") else {
            return nil
        }
        let equals = word.position(of: UInt8(ascii: "="), in: dashes..<word.count)
        let flag = flag(UnsafeBufferPointer(rebasing: word[dashes..<equals]))
        guard equals < word.count else { return (flag, nil) }
        return (flag, String(decoding: UnsafeBufferPointer(rebasing: word[(equals + 1)...]), as: UTF8.self))
    }

    private func flag(_ name: UnsafeBufferPointer<UInt8>) -> Flag {
        let foldsUnderscores = syntax.style == .pflag
        if let entry = syntax.table.entry(of: name, foldsUnderscores: foldsUnderscores) { return flag(entry) }
        guard foldsUnderscores, name.contains(UInt8(ascii: "_")) else {
            return Flag(name: String(decoding: name, as: UTF8.self))
        }
        let folded = name.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
        return Flag(name: String(decoding: folded, as: UTF8.self))
    }

    private func flag(_ entry: Int) -> Flag {
        Flag(name: syntax.table.names[entry], entry: entry, kind: syntax.table.kinds[entry])
    }

    /// `--name=value`, and the words after it that its value may go on with.
    private mutating func readJoined(_ flag: Flag, _ value: String, at index: Int) {
        let (name, kind) = (flag.name, flag.kind)
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
        add(flag, whole, index..<end)
    }

    /// `--name value`, whatever the value looks like.
    private mutating func readSeparate(_ flag: Flag, _ kind: FlagKind, at index: Int) {
        guard next < arguments.count else {
            fail(at: index, "flag needs an argument: --\(flag.name)")
            // Of `-hv` the `h` has the word already.
            if occurrences.last?.arguments.contains(index) != true { positionals.append(index) }
            return
        }
        let value = arguments[next]
        next += 1
        if isSplitAtSpaces, kind.mayHoldSpaces, next < arguments.count, !arguments[next].isEmpty,
            continuesValue(arguments[next])
        {
            doubt(index..<(next + 1), "the value of --\(flag.name) may go on with \(quoted(arguments[next]))")
        }
        add(flag, value, index..<next)
    }

    /// `--name` of a boolean, or of a flag that is not listed.
    private mutating func readBare(_ flag: Flag, at index: Int) {
        let following = isSplitAtSpaces && next < arguments.count ? arguments[next] : ""
        if flag.kind == nil, !following.isEmpty, continuesValue(following) {
            next += 1
            add(flag, following, index..<next)
            return
        }
        if flag.kind == .bool, FlagValue.bool(following) != nil {
            doubt(
                index..<(next + 1),
                "--\(flag.name) is followed by \(quoted(following)), which it does not take as its value"
            )
        }
        add(flag, "true", index..<next)
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
            let flag = syntax.table.entry(of: name).map(flag) ?? Flag(name: name, kind: .string)
            isTaken = true
            if letters.first == "=", !letters.dropFirst().isEmpty {
                readJoined(flag, String(letters.dropFirst()), at: index)
                return
            }
            if flag.kind == .bool {
                add(flag, "true", index..<next)
            } else if letters.isEmpty {
                readSeparate(flag, flag.kind ?? .string, at: index)
                return
            } else {
                add(flag, String(letters), index..<next)
                return
            }
        }
        if !isTaken { positionals.append(index) }
    }

    private func continuesValue(_ word: String) -> Bool { dashes(of: word) == 0 && word != "\\" }

    private mutating func add(_ flag: Flag, _ value: String, _ range: Range<Int>) {
        if let kind = flag.kind, !isValid(value, for: kind) {
            errors.append(Remark(arguments: range, text: "invalid argument \(quoted(value)) for --\(flag.name)"))
        }
        occurrences.append(FlagOccurrence(name: flag.name, value: value, arguments: range, entry: flag.entry))
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
