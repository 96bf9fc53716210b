/// A shell pattern over a whole name: `*`, `?`, `[abc]`, `[a-z]`, `[!a-z]`. A `[` that begins no
/// such class (no `]`, or a range that runs backwards) stands for itself.
package struct Glob: Sendable, Hashable {
    private enum Token: Hashable, Sendable {
        case literal(Unicode.Scalar)
        case any
        case star
        case oneOf([ClosedRange<Unicode.Scalar>], negated: Bool)
    }

    package let pattern: String
    private let tokens: [Token]

    package init(_ pattern: String) {
        self.pattern = pattern
        var tokens: [Token] = []
        var rest = Array(pattern.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*": tokens.append(.star)
            case "?": tokens.append(.any)
            case "[":
                if let (set, after) = Self.set(rest) {
                    tokens.append(set)
                    rest = after
                } else {
                    tokens.append(.literal(scalar))
                }
            default: tokens.append(.literal(scalar))
            }
        }
        self.tokens = tokens
    }

    /// A pattern that matches this text alone.
    package static func escaping(_ text: String) -> String {
        text.map { "*?[".contains($0) ? "[\($0)]" : String($0) }.joined()
    }

    /// It matches its own text and no other.
    package var isPlain: Bool { tokens.allSatisfy { if case .literal = $0 { true } else { false } } }

    /// The class after `[`, and what follows its `]`; nil where no `]` closes it.
    private static func set(
        _ start: ArraySlice<Unicode.Scalar>
    ) -> (Token, ArraySlice<Unicode.Scalar>)? {
        var rest = start
        var negated = false
        if rest.first == "!" || rest.first == "^" {
            negated = true
            rest.removeFirst()
        }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while let scalar = rest.popFirst() {
            // A `]` in the first place is a member (POSIX, section 9.3.5).
            if scalar == "]", !ranges.isEmpty { return (.oneOf(ranges, negated: negated), rest) }
            if rest.first == "-", let upper = rest.dropFirst().first, upper != "]" {
                rest = rest.dropFirst(2)
                guard scalar <= upper else { return nil }
                ranges.append(scalar...upper)
            } else {
                ranges.append(scalar...scalar)
            }
        }
        return nil
    }

    /// Takes at most tokens times scalars steps: only the last `*` is ever gone back to.
    package func matches(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        var token = 0
        var position = scalars.startIndex
        var retry: (token: Int, position: String.Index)?
        while position < scalars.endIndex {
            if token < tokens.count, case .star = tokens[token] {
                token += 1
                retry = (token, position)
            } else if token < tokens.count, accepts(tokens[token], scalars[position]) {
                token += 1
                position = scalars.index(after: position)
            } else if let last = retry {
                token = last.token
                position = scalars.index(after: last.position)
                retry = (token, position)
            } else {
                return false
            }
        }
        return tokens[token...].allSatisfy { if case .star = $0 { true } else { false } }
    }

    private func accepts(_ token: Token, _ scalar: Unicode.Scalar) -> Bool {
        switch token {
        case .literal(let expected): expected == scalar
        case .any: true
        case .star: false
        case .oneOf(let ranges, let negated): ranges.contains { $0.contains(scalar) } != negated
        }
    }
}
