/// ssh_config's patterns: `*` and `?`, nothing else, over bytes (match.c).
struct Wildcard: Equatable {
    private let pattern: [UInt8]

    init(_ text: String) { pattern = Array(text.utf8) }

    var isPlain: Bool { !pattern.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") } }

    /// Only the last `*` is ever gone back to.
    func matches(_ text: String) -> Bool {
        let text = Array(text.utf8)
        var (at, position) = (0, 0)
        var retry: (at: Int, position: Int)?
        while position < text.count {
            if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
                at += 1
                retry = (at, position)
            } else if at < pattern.count, pattern[at] == UInt8(ascii: "?") || pattern[at] == text[position] {
                at += 1
                position += 1
            } else if let last = retry {
                at = last.at
                position = last.position + 1
                retry = (at, position)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

/// Patterns of which none with a `!` may match and one without must.
struct WildcardList: Equatable {
    private let patterns: [(negated: Bool, wildcard: Wildcard)]
    /// The names it is about, where it has no wildcard and no negation.
    let plainNames: [String]?

    init(_ texts: [String]) {
        patterns = texts.map { text in
            text.hasPrefix("!") ? (true, Wildcard(String(text.dropFirst()))) : (false, Wildcard(text))
        }
        plainNames = patterns.allSatisfy { !$0.negated && $0.wildcard.isPlain } ? texts : nil
    }

    /// Separated by commas, as the words of `Match`.
    init(commaSeparated text: String) {
        self.init(text.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
    }

    func matches(_ text: String) -> Bool {
        var isNamed = false
        for pattern in patterns where pattern.wildcard.matches(text) {
            if pattern.negated { return false }
            isNamed = true
        }
        return isNamed
    }

    static func == (left: WildcardList, right: WildcardList) -> Bool {
        left.patterns.elementsEqual(right.patterns) { $0.negated == $1.negated && $0.wildcard == $1.wildcard }
    }
}
