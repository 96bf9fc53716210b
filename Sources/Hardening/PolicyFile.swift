package import ProcessTable
package import StrictYAML
import Yams

/// A policy's text on the way to a `Policy`: a whole list of checks, or one that extends a built-in list.
package struct PolicySource: Sendable {
    private let file: String
    private let text: String

    /// The largest policy that is read, in bytes.
    package static let fileLimit = 4 << 20

    /// - Parameter name: a built-in policy's name, or a path. A name without a slash that is built in is never a path.
    package static func load(_ name: String) throws(PolicyError) -> PolicySource {
        if let text = BuiltIn.policyText(name) { return PolicySource(text: text, file: name) }
        do throws(YAMLError) {
            return PolicySource(text: try YAMLFile.text(path: name, limit: fileLimit), file: name)
        } catch {
            throw PolicyError(error)
        }
    }

    package init(text: String, file: String) {
        self.text = text
        self.file = file
    }

    /// Every problem of the text is in the error.
    package func policy(facts: [Component: ComponentFacts]) throws(PolicyError) -> Policy {
        do throws(YAMLError) {
            return try YAMLFile.read(text, file: file, limit: Self.fileLimit) { yaml, root in
                var reader = PolicyReader(yaml: yaml, facts: facts, sources: [text])
                let policy = reader.policy(root)
                yaml = reader.yaml
                return policy
            }
        } catch {
            throw PolicyError(error)
        }
    }
}

/// Everything that is wrong with a policy, each with its place; the description is safe to print.
package struct PolicyError: Error, Sendable, Equatable, CustomStringConvertible {
    package let problems: [YAMLProblem]
    package let description: String

    init(_ error: YAMLError) {
        problems = error.problems
        description = error.description
    }
}

private struct PolicyReader {
    var yaml: YAMLReader
    let facts: [Component: ComponentFacts]
    private var sources: [String]

    init(yaml: YAMLReader, facts: [Component: ComponentFacts], sources: [String]) {
        self.yaml = yaml
        self.facts = facts
        self.sources = sources
    }

    mutating func policy(_ root: Node) -> Policy {
        let keys = ["policy", "title", "source", "extends", "include", "disable", "checks"]
        var name = ""
        var title = ""
        var checks: [Check] = []
        var disabled: [String: String] = [:]
        let entries = yaml.entries(of: root, "the policy", keys: keys) ?? []
        for entry in entries where entry.key == "extends" { checks = extended(entry.value) }
        for entry in entries where entry.key == "include" { include(entry.value, among: &checks) }
        let inherited = Set(checks.map(\.id))
        for entry in entries {
            switch entry.key {
            case "policy": name = yaml.text(entry.value, "policy") ?? ""
            case "title": title = yaml.text(entry.value, "title") ?? ""
            case "source": _ = yaml.text(entry.value, "source")
            case "disable":
                for off in yaml.entries(of: entry.value, "disable") ?? [] {
                    disabled[off.key] = yaml.text(off.value, "the reason to switch a check off")
                    if !inherited.contains(off.key), IntegrityCheck.named(off.key) == nil {
                        yaml.report(off.place, "no such check in the policy that is extended", text: off.key)
                    }
                }
            case "checks":
                for element in yaml.list(entry.value, "checks") ?? [] {
                    guard let check = check(element) else { continue }
                    if checks.contains(where: { $0.id == check.id }) {
                        yaml.report(element, "check is there twice", text: check.id)
                    }
                    checks.append(check)
                }
            default: break
            }
        }
        if name.isEmpty, !entries.isEmpty {
            yaml.report(root, "the policy has no name", hint: "begin with \"policy: name\"")
        }
        checks.removeAll { disabled[$0.id] != nil }
        if checks.isEmpty { yaml.report(root, "the policy has no checks") }
        return Policy(name: name, title: title, checks: checks, disabled: disabled, sources: sources)
    }

    private mutating func extended(_ node: Node) -> [Check] {
        var checks: [Check] = []
        let names = if case .sequence(let list) = node { Array(list) } else { [node] }
        for element in names {
            guard let name = yaml.text(element, "extends") else { continue }
            // Built-in policies that share an id share the check.
            for check in builtIn(name, element, "extends") ?? [] where !checks.contains(where: { $0.id == check.id }) {
                checks.append(check)
            }
        }
        return checks
    }

    /// Takes single checks of built-in policies, by their ids.
    private mutating func include(_ node: Node, among checks: inout [Check]) {
        for policy in yaml.entries(of: node, "include") ?? [] {
            guard let known = builtIn(policy.key, policy.value, "include") else { continue }
            for element in yaml.list(policy.value, "the checks to include") ?? [] {
                guard let id = yaml.text(element, "a check's id") else { continue }
                guard let check = known.first(where: { $0.id == id }) else {
                    yaml.report(
                        element, "\(policy.key) has no such check", text: id,
                        hint: nearestKey(to: id, among: known.map(\.id)).map { "did you mean \"\($0)\"?" })
                    continue
                }
                if checks.contains(where: { $0.id == id }) { yaml.report(element, "check is there twice", text: id) }
                checks.append(check)
            }
        }
    }

    private mutating func builtIn(_ name: String, _ node: Node, _ key: String) -> [Check]? {
        guard let text = BuiltIn.policyText(name) else {
            yaml.report(
                node, "\(key) names no built-in policy", text: name,
                hint: "built in: " + BuiltIn.policyNames.joined(separator: ", "))
            return nil
        }
        do throws(PolicyError) {
            let policy = try PolicySource(text: text, file: name).policy(facts: facts)
            sources += policy.sources.filter { !sources.contains($0) }
            return policy.checks
        } catch {
            yaml.report(node, "the built-in policy is broken: \(error)")
            return nil
        }
    }

    private mutating func check(_ node: Node) -> Check? {
        let keys = [
            "id", "item", "title", "severity", "component", "flags", "also", "expected", "cis", "rationale",
            "remediation",
            "breaks", "rules", "expect", "explicit",
        ]
        guard let entries = yaml.entries(of: node, "a check", keys: keys) else { return nil }
        var component = Component.kubeAPIServer
        for entry in entries where entry.key == "component" {
            component = yaml.word(entry.value, "component") ?? component
        }
        let neighbours = facts
        guard let facts = facts[component] else { return nil }
        var conditions = ConditionReader(yaml: yaml, facts: facts, neighbours: neighbours)
        defer { yaml = conditions.yaml }
        var texts: [String: String] = [:]
        var item: Int?
        var severity: Severity?
        var flags: [Int] = []
        var also: [Int] = []
        var cis: [(benchmark: String, id: String)] = []
        var rules: [Rule] = []
        var expect: Condition?
        var explicit: Condition?
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
                    if let rule = conditions.rule(element) { rules.append(rule) }
                }
            case "expect": expect = conditions.condition(entry.value)
            case "explicit": explicit = conditions.condition(entry.value)
            case "component": break
            default: texts[entry.key] = conditions.yaml.text(entry.value, entry.key)
            }
        }
        for key in ["id", "title", "severity", "flags", "expected", "rationale", "remediation", "expect"]
        where !entries.contains(where: { $0.key == key }) {
            conditions.yaml.report(node, "check without \(key)", text: texts["id"])
        }
        if let id = texts["id"], !id.isCheckID {
            conditions.yaml.report(node, "a check's id is made of small letters, digits and dashes", text: id)
        }
        if let id = texts["id"], IntegrityCheck.named(id) != nil {
            conditions.yaml.report(node, "an integrity check has this id, which runs with every policy", text: id)
        }
        guard let id = texts["id"], let severity, let expect else { return nil }
        return Check(
            id: id, item: item, title: texts["title"] ?? "", severity: severity, component: component.rawValue,
            flags: flags,
            also: also, expected: texts["expected"] ?? "", rationale: texts["rationale"] ?? "",
            remediation: texts["remediation"] ?? "", breaks: texts["breaks"] ?? "", cis: cis, rules: rules,
            expect: expect,
            explicit: explicit, eras: facts.eras(of: rules.map(\.when) + [expect] + (explicit.map { [$0] } ?? [])))
    }
}

extension String {
    fileprivate var isCheckID: Bool {
        !isEmpty && utf8.count <= 80
            && utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
    }
}
