import ProcessTable

/// Every word of an exact or whole line ends up in one occurrence or among the positionals, and only there; of a cut
/// line at most once, and never the last one.
func checkPartition(_ parsed: ParsedFlags, of words: [String], isCut: Bool) throws(BrokenInvariant) {
    var takers = [Int](repeating: 0, count: words.count)
    for occurrence in parsed.occurrences {
        try hold(!occurrence.arguments.isEmpty, "--\(occurrence.name) stands nowhere")
        try hold(occurrence.arguments.upperBound <= words.count, "--\(occurrence.name) stands behind the last word")
    }
    // Shorthands share a word, and the last of them may have the next one as its value: -hv 2 is two flags.
    var previous = 0..<0
    for occurrence in parsed.occurrences {
        let words = words[occurrence.arguments]
        let isShared = occurrence.arguments.lowerBound == previous.lowerBound && !previous.isEmpty
        if isShared {
            let first = words.first ?? ""
            try hold(first.hasPrefix("-") && !first.hasPrefix("--"), "two flags in one word: \(first)")
        }
        for index in occurrence.arguments where !isShared || index >= previous.upperBound { takers[index] += 1 }
        previous = occurrence.arguments
    }
    for index in parsed.positionals {
        try hold(words.indices.contains(index), "a positional behind the last word")
        takers[index] += 1
    }
    if isCut {
        try hold(takers.allSatisfy { $0 <= 1 }, "a word taken twice")
        try hold(takers.last ?? 0 == 0, "the last word of a cut line is taken for certain")
    } else {
        try hold(takers.allSatisfy { $0 == 1 }, "words lost or invented: \(takers)")
    }
    try hold(parsed.occurrences.map(\.arguments.lowerBound).isAscending, "occurrences out of order")
}

/// An occurrence's name and value are spelt by its words, with nothing left over.
func checkSpelling(_ occurrence: FlagOccurrence, in words: [String], _ syntax: FlagSyntax) throws(BrokenInvariant) {
    let text = words[occurrence.arguments].joined(separator: " ")
    let spelt: Bool
    if !text.hasPrefix("--"), syntax.style == .pflag {
        // Shorthands: the value is the end of the word or the next one.
        spelt = text.utf8.reversed().starts(with: occurrence.value.utf8.reversed()) || occurrence.value == "true"
    } else {
        let body = text.utf8.drop { $0 == UInt8(ascii: "-") }
        let name = body.prefix(occurrence.name.utf8.count)
        let rest = body.dropFirst(occurrence.name.utf8.count)
        let isNamed = name.elementsEqual(occurrence.name.utf8) {
            $0 == $1 || $0 == UInt8(ascii: "_") && $1 == UInt8(ascii: "-")
        }
        let value = occurrence.value.utf8
        spelt =
            isNamed
            && (rest.isEmpty
                ? occurrence.value == "true"
                : rest.first == UInt8(ascii: "=") || rest.first == UInt8(ascii: " "))
            && (rest.isEmpty || rest.dropFirst().elementsEqual(value))
    }
    try hold(spelt, "\(text) read as --\(occurrence.name)=\(occurrence.value)")
}

/// Whether `arguments` are the last of `words`, but for what was redacted.
func areLast(_ arguments: [String], of words: [Substring]) -> Bool {
    guard arguments.count <= words.count else { return false }
    return zip(arguments, words.suffix(arguments.count)).allSatisfy { argument, word in
        argument.utf8.elementsEqual(word.utf8) || argument.contains("REDACTED")
    }
}

extension String {
    /// The pieces between separators, empty ones included.
    func split(separator: UInt8) -> [Substring] {
        utf8.split(separator: separator, omittingEmptySubsequences: false).map(Substring.init)
    }
}

extension Sequence<Int> {
    fileprivate var isAscending: Bool { zip(self, dropFirst()).allSatisfy(<=) }
}
