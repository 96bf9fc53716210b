internal import Yams

/// One `key: value` of a mapping.
struct Entry {
    var key: String
    var place: Place
    var value: Node
}

extension InventoryReader {
    /// A mapping's entries in the order of the file; nil, and reported, where the node is none. `keys` are the
    /// known ones, nil where any name will do. Unknown keys are reported and left out, duplicates are reported
    /// and kept, so that what stands under them is read too.
    mutating func entries(of node: Node, _ what: String, keys: [String]? = nil) -> [Entry]? {
        guard case .mapping(let mapping) = node else {
            reportKind(node, what, expected: "a mapping")
            return nil
        }
        var entries: [Entry] = []
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
            entries.append(Entry(key: name, place: place, value: value))
        }
        return entries
    }

    private func hint(forKey name: String, known: [String]) -> String {
        if name == "<<" { return "merge keys are not read; use defaults or the keys of a cluster" }
        if let near = nearestKey(to: name, among: known) { return "did you mean \"\(near)\"?" }
        return "known keys: " + known.joined(separator: ", ")
    }

    /// The text of a scalar, as it is written: 1.30 stays "1.30". Nil, and reported, for anything else and for
    /// nothing at all.
    mutating func text(_ node: Node, _ what: String) -> String? {
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

    mutating func boolean(_ node: Node, _ what: String) -> Bool? {
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

    /// Reports a name that a report could not show or a glob could not be typed for.
    @discardableResult
    mutating func checkName(_ name: String, _ what: String, at place: Place) -> Bool {
        if name.isEmpty {
            report(place, "\(what) is empty")
        } else if name.unicodeScalars.contains(where: isInvisible) {
            report(place, "\(what) with a space or control character", text: name)
        } else if name.utf8.count > HostAddress.limit {
            report(place, "\(what) longer than \(HostAddress.limit) bytes", text: name)
        } else {
            return true
        }
        return false
    }

    mutating func reportKind(_ node: Node, _ what: String, expected: String) {
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

    mutating func report(_ node: Node, _ message: String, text: String? = nil, hint: String? = nil) {
        report(place(node), message, text: text, hint: hint)
    }

    func place(_ node: Node) -> Place {
        Place(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// A place within the same file, without its name.
    func position(_ place: Place) -> String { "\(place.line):\(place.column)" }
}
