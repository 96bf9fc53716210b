import StrictYAML
import Yams

/// Parameters in the values of conditions, `{parameter: name}`, and in texts, `{name}`.
extension ConditionReader {
    /// A text, or a parameter that is one.
    mutating func oneText(_ node: Node, _ what: String) -> String? {
        guard case .mapping = node else { return yaml.text(node, what) }
        guard let parameter = parameter(node) else { return nil }
        guard parameter.kind != .list, let text = parameter.texts.first else {
            yaml.report(node, "\(what) takes one value, and this parameter is a list", text: parameter.name)
            return nil
        }
        return text
    }

    /// A list whose elements may be parameters; a parameter that is a list stands for its elements.
    mutating func allTexts(_ node: Node, _ what: String) -> [String]? {
        switch node {
        case .mapping: return parameter(node)?.texts
        case .sequence(let list):
            var texts: [String] = []
            for element in list {
                if case .mapping = element {
                    texts += parameter(element)?.texts ?? []
                } else {
                    texts += yaml.texts(element, what) ?? []
                }
            }
            return texts
        default: return yaml.texts(node, what)
        }
    }

    private mutating func parameter(_ node: Node) -> Parameter? {
        guard let entries = yaml.entries(of: node, "a value", keys: ["parameter"]) else { return nil }
        guard let entry = entries.first else {
            yaml.report(node, "a value is a text, a list or {parameter: name}")
            return nil
        }
        return yaml.text(entry.value, "parameter").flatMap { known($0, entry.value) }
    }

    private mutating func known(_ name: String, _ node: Node) -> Parameter? {
        if let parameter = parameters.first(where: { $0.name == name }) {
            if !used.contains(name) { used.append(name) }
            return parameter
        }
        yaml.report(
            node, "no such parameter", text: name,
            hint: nearestKey(to: name, among: parameters.map(\.name)).map { "did you mean \"\($0)\"?" })
        return nil
    }

    /// The text with the value of a parameter for each `{name}`. Braces around anything else stay.
    mutating func filled(_ text: String, _ node: Node) -> String {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
        var result = ""
        var rest = text[...]
        while let brace = rest.firstIndex(of: "{") {
            result += rest[..<brace]
            rest = rest[brace...]
            let inside = rest.dropFirst()
            guard let end = inside.firstIndex(of: "}"), isCheckID(String(inside[..<end])) else {
                result += "{"
                rest = inside
                continue
            }
            result += known(String(inside[..<end]), node)?.text ?? ""
            rest = inside[inside.index(after: end)...]
        }
        return result + rest
    }

    /// Whether a team's value for a parameter put the lower end above the upper one; reported at that value then.
    mutating func reportReversed(_ ends: [Node]) -> Bool {
        let asked = ends.map { node in
            guard case .mapping(let mapping) = node, let name = mapping["parameter"].flatMap(yaml.scalar) else {
                return (parameter: nil as Parameter?, words: yaml.scalar(node) ?? "")
            }
            let parameter = parameters.first { $0.name == name }
            return (parameter, "\(name) \(parameter?.text ?? "")")
        }
        guard ends.count == 2, let culprit = asked.compactMap(\.parameter).last(where: \.isOverridden),
            let place = culprit.override
        else { return false }
        yaml.report(place, "\(asked[0].words) lies above \(asked[1].words)", text: culprit.text)
        return true
    }
}
