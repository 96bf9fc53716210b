package import Yams

/// One `key: value` of a mapping.
package struct YAMLEntry {
    package var key: String
    package var place: Place
    package var value: Node
}

/// Reads a node tree and gathers every problem on the way, so that one run names them all.
package struct YAMLReader {
    private static let problemLimit = 1_000

    private let file: String
    private let renamedKeys: [Place: String]
    package private(set) var problems: [YAMLProblem] = []
    /// Set once a problem found no room, or the caller passed over what it would have reported.
    package var isCut = false

    init(_ document: YAMLText.Document, file: String) {
        self.file = file
        renamedKeys = document.renamedKeys
    }

    /// No further problem finds room in the report.
    package var isFull: Bool { problems.count >= Self.problemLimit }

    /// Throws what was gathered, in the order of the file; settings may be read before what they apply to.
    func finish() throws(YAMLError) {
        if problems.isEmpty { return }
        let sorted = problems.enumerated().sorted {
            ($0.element.place.line, $0.element.place.column, $0.offset)
                < ($1.element.place.line, $1.element.place.column, $1.offset)
        }
        throw YAMLError(problems: sorted.map(\.element), isCut: isCut)
    }

    package mutating func report(_ place: Place, _ message: String, text: String? = nil, hint: String? = nil) {
        guard !isFull else {
            isCut = true
            return
        }
        problems.append(YAMLProblem(place: place, message: message, text: text, hint: hint))
    }

    /// A mapping's entries in the order of the file; nil, and reported, where the node is none. `keys` are the
    /// known ones, nil where any name will do. Unknown keys are reported and left out, duplicates are reported
    /// and kept, so that what stands under them is read too.
    package mutating func entries(of node: Node, _ what: String, keys: [String]? = nil) -> [YAMLEntry]? {
        guard case .mapping(let mapping) = node else {
            reportKind(node, what, expected: "a mapping")
            return nil
        }
        var entries: [YAMLEntry] = []
        entries.reserveCapacity(mapping.count)
        var seen: [String: Place] = [:]
        for (key, value) in mapping {
            let place = place(key)
            guard case .scalar(let scalar) = key else {
                reportKind(key, "a key", expected: "text")
                continue
            }
            let name = renamedKeys[place] ?? scalar.string
            if let keys, !keys.contains(name) {
                report(place, "unknown key", text: name, hint: hint(forKey: name, known: keys))
                continue
            }
            if let first = seen[name] {
                report(place, "duplicate key, first at \(position(first))", text: name)
            } else {
                seen[name] = place
            }
            entries.append(YAMLEntry(key: name, place: place, value: value))
        }
        return entries
    }

    private func hint(forKey name: String, known: [String]) -> String {
        if name == "<<" { return "merge keys are not read; write the keys out" }
        if let near = nearestKey(to: name, among: known) { return "did you mean \"\(near)\"?" }
        return "known keys: " + known.joined(separator: ", ")
    }

    /// The text of a scalar, as it is written: 1.30 stays "1.30". Nil, and reported, for anything else and for
    /// nothing at all.
    package mutating func text(_ node: Node, _ what: String) -> String? {
        guard case .scalar(let scalar) = node else {
            reportKind(node, what, expected: "text")
            return nil
        }
        guard !scalar.isNull, !scalar.string.isEmpty else {
            report(node, "\(what) is empty")
            return nil
        }
        return scalar.string
    }

    /// The elements of a list; nil, and reported, for anything else.
    package mutating func list(_ node: Node, _ what: String) -> [Node]? {
        guard case .sequence(let list) = node else {
            reportKind(node, what, expected: "a list")
            return nil
        }
        return Array(list)
    }

    /// A list of texts, or one text that stands for a list of one.
    package mutating func texts(_ node: Node, _ what: String) -> [String]? {
        if case .scalar(let scalar) = node, !scalar.isNull { return [scalar.string] }
        guard let list = list(node, what) else { return nil }
        var texts: [String] = []
        for element in list {
            guard case .scalar(let scalar) = element else {
                reportKind(element, "an element of \(what)", expected: "text")
                continue
            }
            texts.append(scalar.string)
        }
        return texts
    }

    /// One word of a closed list; nil, and reported, for any other.
    package mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ node: Node, _ what: String) -> Word? {
        guard let text = text(node, what) else { return nil }
        if let word = Word(rawValue: text) { return word }
        report(
            node, "unknown \(what)", text: text, hint: "known: " + Word.allCases.map(\.rawValue).joined(separator: ", ")
        )
        return nil
    }

    /// The text of a scalar for a message; nil for anything else.
    package func scalar(_ node: Node) -> String? {
        if case .scalar(let scalar) = node { scalar.string } else { nil }
    }

    package mutating func boolean(_ node: Node, _ what: String) -> Bool? {
        guard case .scalar(let scalar) = node else {
            reportKind(node, what, expected: "true or false")
            return nil
        }
        guard let value = scalar.boolean else {
            report(node, "\(what) must be true or false", text: scalar.string)
            return nil
        }
        return value
    }

    package mutating func reportKind(_ node: Node, _ what: String, expected: String) {
        let found: (kind: String, text: String?) =
            switch node {
            case .scalar(let scalar) where scalar.isNull: ("nothing", nil)
            case .scalar(let scalar): ("text", scalar.string)
            case .mapping: ("a mapping", nil)
            case .sequence: ("a list", nil)
            case .alias: ("an alias", nil)
            }
        report(place(node), "\(what) must be \(expected), not \(found.kind)", text: found.text)
    }

    package mutating func report(_ node: Node, _ message: String, text: String? = nil, hint: String? = nil) {
        report(place(node), message, text: text, hint: hint)
    }

    package func place(_ node: Node) -> Place {
        Place(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// A place within the same file, without its name.
    package func position(_ place: Place) -> String { "\(place.line):\(place.column)" }
}
