import ProcessTable
import StrictYAML
import Yams

/// Reads one check of a policy. Every problem is left in `yaml`.
struct CheckReader {
    var yaml: YAMLReader
    let facts: [Component: ComponentFacts]
    /// With the values in force.
    let parameters: [Parameter]

    private static let keys = [
        "id", "item", "title", "severity", "component", "flags", "also", "expected", "cis", "rationale", "remediation",
        "breaks", "rules", "expect", "explicit",
    ]
    private static let needed = ["id", "title", "severity", "flags", "expected", "rationale", "remediation", "expect"]

    mutating func check(_ node: Node) -> Check? {
        guard let entries = yaml.entries(of: node, "a check", keys: Self.keys) else { return nil }
        var component = Component.kubeAPIServer
        for entry in entries where entry.key == "component" {
            component = yaml.word(entry.value, "component") ?? component
        }
        let neighbours = facts
        guard let facts = facts[component] else { return nil }
        var conditions = ConditionReader(yaml: yaml, facts: facts, neighbours: neighbours, parameters: parameters)
        defer { yaml = conditions.yaml }
        var texts: [String: String] = [:]
        var item: Int?
        var severity: Severity?
        var flags: [Int] = []
        var also: [Int] = []
        var cis: [(benchmark: String, id: String)] = []
        var rules: [(rule: Rule, place: Place)] = []
        var expect: (condition: Condition, place: Place)?
        var explicit: (condition: Condition, place: Place)?
        for entry in entries {
            switch entry.key {
            case "item":
                guard let text = conditions.yaml.text(entry.value, "item") else { break }
                item = Int(text)
                if item == nil { conditions.yaml.report(entry.value, "item must be a number", text: text) }
            case "severity": severity = conditions.yaml.word(entry.value, "severity")
            case "flags": flags = conditions.flags(entry.value, "flags")
            case "also": also = conditions.flags(entry.value, "also")
            case "cis":
                for id in conditions.yaml.entries(of: entry.value, "cis") ?? [] {
                    if let text = conditions.yaml.text(id.value, "a CIS id") { cis.append((id.key, text)) }
                }
            case "rules":
                for element in conditions.yaml.list(entry.value, "rules") ?? [] {
                    if let rule = conditions.rule(element) { rules.append((rule, conditions.yaml.place(element))) }
                }
            case "expect":
                expect = conditions.condition(entry.value).map { ($0, conditions.yaml.place(entry.value)) }
            case "explicit":
                explicit = conditions.condition(entry.value).map { ($0, conditions.yaml.place(entry.value)) }
            case "component": break
            default:
                guard let text = conditions.yaml.text(entry.value, entry.key) else { break }
                texts[entry.key] = entry.key == "id" ? text : conditions.filled(text, entry.value)
            }
        }
        for key in Self.needed where !entries.contains(where: { $0.key == key }) {
            conditions.yaml.report(node, "check without \(key)", text: texts["id"])
        }
        if let id = texts["id"], !isCheckID(id) {
            conditions.yaml.report(node, "a check's id is made of small letters, digits and dashes", text: id)
        }
        if let id = texts["id"], IntegrityCheck.named(id) != nil {
            conditions.yaml.report(node, "an integrity check has this id, which runs with every policy", text: id)
        }
        guard let id = texts["id"], let severity, let expect else { return nil }
        let asked = rules.map(\.rule.when) + [expect.condition] + (explicit.map { [$0.condition] } ?? [])
        return Check(
            id: id, item: item, title: texts["title"] ?? "", severity: severity, component: component.rawValue,
            flags: flags, also: also, expected: texts["expected"] ?? "", rationale: texts["rationale"] ?? "",
            remediation: texts["remediation"] ?? "", breaks: texts["breaks"] ?? "", cis: cis, rules: rules.map(\.rule),
            expect: expect.condition, explicit: explicit?.condition, eras: facts.eras(of: asked),
            parameters: conditions.used,
            places: CheckPlaces(
                start: conditions.yaml.place(node), rules: rules.map(\.place), expect: expect.place,
                explicit: explicit?.place))
    }
}
