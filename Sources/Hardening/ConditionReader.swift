import ProcessTable
import StrictYAML
import Yams

/// Reads the closed vocabulary of conditions and rules, against one component's facts.
struct ConditionReader {
    var yaml: YAMLReader
    let facts: ComponentFacts
    /// Of the components that may run beside it.
    let neighbours: [Component: ComponentFacts]
    let parameters: [Parameter]
    /// The names of the parameters that were asked for, in the order of their first use.
    var used: [String] = []

    private static let predicates = [
        "is", "isSet", "onLine", "oneOf", "contains", "containsAny", "lacks", "subsetOf", "atLeast", "atMost",
        "between",
        "differsFrom", "schemes", "schemesOffLoopback", "mentions", "differsFromNeighbour",
    ]
    private static let subjects = ["flag", "plugin", "gate", "versions", "all", "any", "not"]

    init(
        yaml: YAMLReader, facts: ComponentFacts, neighbours: [Component: ComponentFacts] = [:],
        parameters: [Parameter] = []
    ) {
        self.yaml = yaml
        self.facts = facts
        self.neighbours = neighbours
        self.parameters = parameters
    }

    mutating func rule(_ node: Node) -> Rule? {
        guard
            let entries = yaml.entries(
                of: node, "a rule", keys: ["when", "then", "reason", "severity", "file", "note"])
        else { return nil }
        var when: Condition?
        var word: String?
        var reason: String?
        var severity: Severity?
        var file: Int?
        var note: String?
        for entry in entries {
            switch entry.key {
            case "when": when = condition(entry.value)
            case "then": word = yaml.text(entry.value, "then")
            case "reason": reason = yaml.text(entry.value, "reason")
            case "severity": severity = yaml.word(entry.value, "severity")
            case "file": file = flag(entry.value)
            case "note": note = yaml.text(entry.value, "note").map { filled($0, entry.value) }
            default: break
            }
        }
        guard let verdict = verdict(word, reason) else {
            yaml.report(
                node, "a rule needs then: pass or fail, or unknown or notApplicable with a reason", text: reason ?? word
            )
            return nil
        }
        guard let when else {
            if !entries.contains(where: { $0.key == "when" }) { yaml.report(node, "a rule without when") }
            return nil
        }
        return Rule(when: when, verdict: verdict, severity: severity, note: note, file: file)
    }

    private func verdict(_ word: String?, _ reason: String?) -> Verdict? {
        switch (word, reason) {
        case ("pass", nil): .pass
        case ("fail", nil): .fail
        case ("unknown", let reason?): UnknownReason(rawValue: reason).map { .unknown($0) }
        case ("notApplicable", let reason?): NotApplicableReason(rawValue: reason).map { .notApplicable($0) }
        default: nil
        }
    }

    mutating func condition(_ node: Node) -> Condition? {
        guard let entries = yaml.entries(of: node, "a condition", keys: Self.subjects + Self.predicates) else {
            return nil
        }
        let subjects = entries.filter { Self.subjects.contains($0.key) }
        let predicates = entries.filter { Self.predicates.contains($0.key) }
        guard let subject = subjects.first, subjects.count == 1 else {
            yaml.report(node, "a condition speaks of one thing: \(Self.subjects.joined(separator: ", "))")
            return nil
        }
        switch subject.key {
        case "flag", "plugin", "gate":
            guard let predicate = predicates.first, predicates.count == 1 else {
                yaml.report(
                    node, "a condition on a \(subject.key) says one thing of it", text: yaml.scalar(subject.value))
                return nil
            }
            switch subject.key {
            case "flag": return flag(subject.value).flatMap { condition(on: $0, predicate) }
            case "plugin": return plugin(subject.value, predicate)
            default: return gate(subject.value, predicate)
            }
        default:
            if let extra = predicates.first { yaml.report(extra.place, "\(extra.key) needs a flag", text: extra.key) }
        }
        switch subject.key {
        case "versions": return versions(subject.value)
        case "not": return condition(subject.value).map { .not($0) }
        default:
            guard let list = yaml.list(subject.value, subject.key) else { return nil }
            if list.isEmpty { yaml.report(subject.place, "\(subject.key) is empty") }
            var parts: [Condition] = []
            for element in list { if let part = condition(element) { parts.append(part) } }
            return subject.key == "all" ? .all(parts) : .any(parts)
        }
    }

    private mutating func condition(on flag: Int, _ predicate: YAMLEntry) -> Condition? {
        let node = predicate.value
        switch predicate.key {
        case "is": return value(node, of: flag).map { .equals(flag: flag, $0) }
        case "isSet": return yaml.boolean(node, "isSet").map { .isSet(flag: flag, $0) }
        case "onLine": return yaml.boolean(node, "onLine").map { .onLine(flag: flag, $0) }
        case "differsFrom": return self.flag(node).map { .differs(flag: flag, from: $0) }
        case "differsFromNeighbour": return neighbour(node).map { .differsFromNeighbour(flag: flag, $0, other: $1) }
        case "atLeast": return number(node, of: flag).map { .between(flag: flag, low: $0, high: nil) }
        case "atMost": return number(node, of: flag).map { .between(flag: flag, low: nil, high: $0) }
        case "between":
            guard let ends = yaml.list(node, "between") else { return nil }
            guard ends.count == 2, let low = number(ends[0], of: flag), let high = number(ends[1], of: flag) else {
                yaml.report(node, "between takes two values, the lower first")
                return nil
            }
            if low > high, !reportReversed(ends) {
                yaml.report(node, "between takes two values, the lower first")
                return nil
            }
            return .between(flag: flag, low: low, high: high)
        default:
            guard let texts = allTexts(node, predicate.key) else { return nil }
            if texts.isEmpty { yaml.report(node, "\(predicate.key) is empty") }
            if predicate.key == "oneOf" {
                return texts.allSatisfy { isValue($0, of: flag, at: node) } ? .oneOf(flag: flag, texts) : nil
            }
            if predicate.key == "mentions", facts.flags[flag].kind == .string { return .mentions(flag: flag, texts) }
            guard [.stringSlice, .stringArray].contains(facts.flags[flag].kind) else {
                yaml.report(predicate.place, "\(predicate.key) needs a list", text: "--\(facts.flags[flag].name)")
                return nil
            }
            switch predicate.key {
            case "contains": return .contains(flag: flag, texts)
            case "containsAny": return .containsAny(flag: flag, texts)
            case "lacks": return .lacks(flag: flag, texts)
            case "subsetOf": return .subset(flag: flag, texts)
            case "schemesOffLoopback": return .schemesOffLoopback(flag: flag, texts)
            case "mentions": return .mentions(flag: flag, texts)
            default: return .schemes(flag: flag, texts)
            }
        }
    }

    mutating func flags(_ node: Node, _ what: String) -> [Int] {
        var flags: [Int] = []
        for element in yaml.list(node, what) ?? [] { if let flag = flag(element) { flags.append(flag) } }
        return flags
    }

    mutating func flag(_ node: Node) -> Int? {
        guard let name = yaml.text(node, "flag") else { return nil }
        if let flag = facts.flag(name) { return flag }
        yaml.report(
            node, "\(facts.component.rawValue) has no such flag", text: name,
            hint: nearestKey(to: name, among: Array(facts.index.keys).sorted()).map { "did you mean \"\($0)\"?" })
        return nil
    }

    /// A component and one of its flags: `{kube-apiserver: client-ca-file}`.
    private mutating func neighbour(_ node: Node) -> (Component, other: Int)? {
        guard case .mapping(let mapping) = node, mapping.count == 1 else {
            yaml.report(node, "differsFromNeighbour takes one component and its flag")
            return nil
        }
        let keys = neighbours.keys.map(\.rawValue).sorted()
        guard let entry = yaml.entries(of: node, "differsFromNeighbour", keys: keys)?.first,
            let component = Component(rawValue: entry.key), let facts = neighbours[component]
        else { return nil }
        guard let name = yaml.text(entry.value, "flag") else { return nil }
        if let other = facts.flag(name) { return (component, other) }
        yaml.report(entry.value, "\(component.rawValue) has no such flag", text: name)
        return nil
    }

    /// The wanted value, refused where the flag's type could never have it.
    private mutating func value(_ node: Node, of flag: Int) -> String? {
        guard let text = oneText(node, "is") else { return nil }
        return isValue(text, of: flag, at: node) ? text : nil
    }

    private mutating func isValue(_ text: String, of flag: Int, at node: Node) -> Bool {
        let kind = facts.flags[flag].kind
        switch kind {
        case .bool, .int, .float, .duration, .string, .ip:
            if FlagValue.isValid(text, for: kind) { return true }
            yaml.report(node, "--\(facts.flags[flag].name) is a \(kind.rawValue)", text: text)
        case .stringSlice, .stringArray:
            yaml.report(
                node, "--\(facts.flags[flag].name) is a list, which has no one value", text: text,
                hint: "say contains, containsAny, lacks, subsetOf or schemes")
        case .gates, .map:
            yaml.report(node, "--\(facts.flags[flag].name) holds pairs, which have no one value", text: text)
        }
        return false
    }

    private mutating func number(_ node: Node, of flag: Int) -> Int64? {
        guard let text = oneText(node, "a number") else { return nil }
        let fact = facts.flags[flag]
        if fact.kind == .int || fact.kind == .duration, let number = fact.number(text) { return number }
        yaml.report(node, "--\(fact.name) is a \(fact.kind.rawValue), to which this does not compare", text: text)
        return nil
    }

    private mutating func plugin(_ node: Node, _ predicate: YAMLEntry) -> Condition? {
        guard let name = yaml.text(node, "plugin") else { return nil }
        guard facts.plugins[name] != nil else {
            yaml.report(
                node, "no such admission plugin", text: name,
                hint: nearestKey(to: name, among: facts.plugins.keys.sorted()).map { "did you mean \"\($0)\"?" })
            return nil
        }
        guard predicate.key == "is", let word = yaml.text(predicate.value, "is"),
            ["enabled", "disabled"].contains(word)
        else {
            yaml.report(predicate.place, "a plugin is enabled or disabled", text: predicate.key)
            return nil
        }
        return .plugin(name, enabled: word == "enabled")
    }

    private mutating func gate(_ node: Node, _ predicate: YAMLEntry) -> Condition? {
        guard let name = yaml.text(node, "gate") else { return nil }
        guard facts.gates[name] != nil else {
            yaml.report(node, "no such feature gate among the facts", text: name)
            return nil
        }
        guard predicate.key == "is", let word = yaml.text(predicate.value, "is"), ["on", "off"].contains(word) else {
            yaml.report(predicate.place, "a gate is on or off", text: predicate.key)
            return nil
        }
        return .gate(name, on: word == "on")
    }

    private mutating func versions(_ node: Node) -> Condition? {
        guard let text = yaml.text(node, "versions") else { return nil }
        if let range = ReleaseRange(text: text) { return .releases(range) }
        yaml.report(node, "versions are written >=1.24, <=1.19, 1.20-1.23 or 1.24", text: text)
        return nil
    }
}
