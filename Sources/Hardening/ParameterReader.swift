import StrictYAML
import Yams

/// What stands under `parameters`: definitions, which are mappings, and values for parameters of other policies.
struct WrittenParameters {
    var definitions: [Parameter] = []
    var overrides: [ParameterOverride] = []
}

extension YAMLReader {
    mutating func parameters(_ node: Node) -> WrittenParameters {
        var written = WrittenParameters()
        for entry in entries(of: node, "parameters") ?? [] {
            if case .mapping = entry.value {
                if let parameter = definition(entry) { written.definitions.append(parameter) }
            } else if let texts = values(entry.value, entry.key) {
                written.overrides.append(
                    ParameterOverride(
                        name: entry.key, texts: texts, isList: isList(entry.value), place: place(entry.value)))
            }
        }
        return written
    }

    private mutating func definition(_ parameter: YAMLEntry) -> Parameter? {
        let keys = ["title", "type", "default", "values", "atLeast", "atMost"]
        guard let entries = entries(of: parameter.value, "a parameter", keys: keys) else { return nil }
        guard isCheckID(parameter.key) else {
            report(
                parameter.place, "a parameter's name is made of small letters, digits and dashes", text: parameter.key)
            return nil
        }
        for key in ["title", "type", "default"] where !entries.contains(where: { $0.key == key }) {
            report(parameter.place, "parameter without \(key)", text: parameter.key)
        }
        var title = ""
        var kind: Parameter.Kind?
        var standard: (texts: [String], node: Node)?
        var vocabulary: [String]?
        var ends: [String: (text: String, node: Node)] = [:]
        for entry in entries {
            switch entry.key {
            case "title": title = text(entry.value, "title") ?? ""
            case "type": kind = word(entry.value, "type")
            case "default": standard = values(entry.value, "default").map { ($0, entry.value) }
            case "values": vocabulary = values(entry.value, "values")
            default: ends[entry.key] = text(entry.value, entry.key).map { ($0, entry.value) }
            }
        }
        guard let kind, let standard, !title.isEmpty else { return nil }
        var numbers: [String: Int64] = [:]
        for (key, end) in ends.sorted(by: { $0.key < $1.key }) {
            numbers[key] = kind == .number || kind == .duration ? Parameter.number(end.text, kind) : nil
            if numbers[key] == nil { report(end.node, "\(key) does not fit a \(kind.rawValue)", text: end.text) }
        }
        let result = Parameter(
            name: parameter.key, title: title, kind: kind, standard: standard.texts, vocabulary: vocabulary,
            low: numbers["atLeast"], high: numbers["atMost"], definition: parameter.place)
        if let misfit = result.misfit(standard.texts, isList: isList(standard.node)) {
            report(standard.node, misfit.message, text: misfit.text, hint: misfit.hint)
            return nil
        }
        return result
    }

    /// One text, or the texts of a list; nil, and reported, where there is none.
    private mutating func values(_ node: Node, _ what: String) -> [String]? {
        guard isList(node) else { return text(node, what).map { [$0] } }
        guard let texts = texts(node, what) else { return nil }
        if texts.isEmpty {
            report(node, "\(what) is empty")
            return nil
        }
        return texts
    }

    private func isList(_ node: Node) -> Bool {
        if case .sequence = node { true } else { false }
    }
}

/// Small letters, digits and dashes, at most 80 of them.
func isCheckID(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 80 && text.utf8.allSatisfy(isCheckIDByte)
}

func isCheckIDByte(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: "-")
}
