import HostInventory

/// A host pattern (lib/ansible/inventory/manager.py): `a:b` or `a,b` both, `a:&b` what is in both, `a:!b` what is in `a`
/// only; each a group, a host, a glob, `~` and a regular expression, or `group[0:2]`.
package struct HostExpression: Sendable, Equatable {
    package struct Problem: Error, Equatable {
        package var message: String
    }

    /// As it was given.
    package let text: String
    private let terms: [Term]

    private struct Term: Equatable {
        enum Kind: Equatable {
            case among, only, except
        }

        var kind: Kind
        var name: String
        /// Indices into what the name matches, both ends included; negative ones count from the end.
        var range: (first: Int, last: Int)?

        static func == (left: Self, right: Self) -> Bool {
            left.kind == right.kind && left.name == right.name && left.range?.first == right.range?.first
                && left.range?.last == right.range?.last
        }
    }

    package init(_ text: String) throws(Problem) {
        self.text = text
        var terms: [Term] = []
        for piece in Self.pieces(of: text) {
            var name = piece[...]
            var kind = Term.Kind.among
            if name.first == "!" || name.first == "&" {
                kind = name.first == "!" ? .except : .only
                name.removeFirst()
            }
            guard !name.isEmpty else { throw Problem(message: "a host pattern without a name") }
            var range: (first: Int, last: Int)?
            if name.first == "~" {
                guard (try? Regex(String(name.dropFirst()))) != nil else {
                    throw Problem(message: "not a regular expression: \(name.dropFirst())")
                }
            } else if let (head, found) = Self.subscripted(name) {
                name = head
                range = found
            }
            terms.append(Term(kind: kind, name: String(name), range: range))
        }
        guard !terms.isEmpty else { throw Problem(message: "an empty host pattern") }
        if !terms.contains(where: { $0.kind == .among }) { terms.insert(Term(kind: .among, name: "all"), at: 0) }
        // Whatever their order, what adds comes first and what takes away last.
        self.terms =
            terms.filter { $0.kind == .among } + terms.filter { $0.kind == .only } + terms.filter { $0.kind == .except }
    }

    private static func pieces(of text: String) -> [String] {
        func trimmed(_ piece: Substring) -> String {
            let start = piece.drop { $0 == " " }
            return String(start.lastIndex { $0 != " " }.map { start[...$0] } ?? "")
        }
        if text.contains(",") { return text.split(separator: ",").map(trimmed).filter { !$0.isEmpty } }
        if HostEntry.isAddress(HostEntry.split(text).pattern[...]) || text.hasPrefix("~") { return [text] }
        var pieces = [""]
        var depth = 0
        for character in text {
            if character == "[" { depth += 1 }
            if character == "]" { depth -= 1 }
            if depth <= 0, character == ":" || character == " " {
                pieces.append("")
            } else {
                pieces[pieces.count - 1].append(character)
            }
        }
        return pieces.filter { !$0.isEmpty }
    }

    /// `name[3]`, `name[-1]`, `name[0:2]`, `name[1:]`.
    private static func subscripted(_ text: Substring) -> (Substring, (Int, Int))? {
        guard text.last == "]", let open = text.lastIndex(of: "["), open > text.startIndex else { return nil }
        let inner = text[open...].dropFirst().dropLast()
        if let index = Int(inner), inner.first != "+" { return (text[..<open], (index, index)) }
        let ends = inner.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" }
        guard ends.count == 2, let first = Int(ends[0]), let last = ends[1].isEmpty ? -1 : Int(ends[1]) else {
            return nil
        }
        return (text[..<open], (first, last))
    }

    /// The hosts that are meant, each with the group that brought it, and the terms that match nothing.
    func matches(in tree: InventoryTree) -> (hosts: [Match], unmatched: [String]) {
        var hosts: [Match] = []
        var unmatched: [String] = []
        for term in terms {
            let found = matches(of: term, in: tree)
            if found.isEmpty { unmatched.append(term.name) }
            let indices = Set(found.map(\.host))
            switch term.kind {
            case .among:
                let known = Set(hosts.map(\.host))
                hosts += found.filter { !known.contains($0.host) }
            case .only: hosts.removeAll { !indices.contains($0.host) }
            case .except: hosts.removeAll { indices.contains($0.host) }
            }
        }
        return (hosts, unmatched)
    }

    struct Match {
        var host: Int
        var group: Int?
        var position: Position
    }

    private func matches(of term: Term, in tree: InventoryTree) -> [Match] {
        if term.range == nil, let host = tree.hostIndex[term.name] { return [named(host, tree)] }
        let isPattern = term.name.hasPrefix("~") || term.name.contains { ".?*[".contains($0) }
        let matcher = Matcher(term.name)
        let groups =
            isPattern
            ? tree.groups.indices.filter { matcher.matches(tree.groups[$0].name) }
            : tree.groupIndex[term.name].map { [$0] } ?? []
        var result: [Match] = []
        for group in groups {
            for member in tree.hosts(in: group) {
                result.append(Match(host: member.index, group: group, position: member.position))
            }
        }
        if isPattern {
            result += tree.hosts.indices.filter { matcher.matches(tree.hosts[$0].name) }.map { named($0, tree) }
        } else if groups.isEmpty, let host = tree.hostIndex[term.name] {
            result.append(named(host, tree))
        }
        guard let range = term.range, !result.isEmpty else { return unique(result) }
        func index(_ number: Int) -> Int { number < 0 ? number + result.count : number }
        let (first, last) = (index(range.first), min(index(range.last), result.count - 1))
        return first >= 0 && first <= last ? unique(Array(result[first...last])) : []
    }

    private func unique(_ matches: [Match]) -> [Match] {
        var seen: Set<Int> = []
        return matches.filter { seen.insert($0.host).inserted }
    }

    private func named(_ host: Int, _ tree: InventoryTree) -> Match {
        Match(host: host, group: nil, position: tree.hosts[host].position)
    }

    private enum Matcher {
        case glob(Glob)
        case expression(Regex<AnyRegexOutput>)

        init(_ text: String) {
            if text.hasPrefix("~"), let expression = try? Regex(String(text.dropFirst())) {
                self = .expression(expression)
            } else {
                self = .glob(Glob(text))
            }
        }

        /// A regular expression must match from the start, and need not reach the end.
        func matches(_ name: String) -> Bool {
            switch self {
            case .glob(let glob): glob.matches(name)
            case .expression(let expression): name.prefixMatch(of: expression) != nil
            }
        }
    }
}
