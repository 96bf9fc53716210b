import ProcessTable
import StrictYAML
import Yams

/// What one policy file says, before it is joined with others.
struct WrittenPolicy {
    var name = ""
    var title = ""
    /// Those it takes of other policies first.
    var checks: [Check] = []
    /// With the places of the ids.
    var disabled: [(id: String, reason: String, place: Place)] = []
    /// Its own and those of the policies it takes checks of.
    var parameters: [Parameter] = []
    /// Its own text, then those of the policies it takes checks of, each once.
    var sources: [String] = []
    /// The names of the policies it takes checks of.
    var taken: Set<String> = []
    /// The ids of the checks that it wrote itself.
    var own: Set<String> = []
    /// Its first line, where there is nothing better to point at.
    var start: Place
}

/// Reads a policy's tree. Every problem is left in `yaml`.
struct PolicyReader {
    var yaml: YAMLReader
    let facts: [Component: ComponentFacts]
    /// By the parameters' names.
    let overrides: [String: ParameterOverride]
    let library: PolicyLibrary

    private static let keys = ["policy", "title", "source", "extends", "include", "disable", "parameters", "checks"]

    mutating func policy(_ root: Node, text: String) -> WrittenPolicy {
        var policy = WrittenPolicy(sources: [text], start: yaml.place(root))
        let entries = yaml.entries(of: root, "the policy", keys: Self.keys) ?? []
        for entry in entries where entry.key == "extends" { extend(entry.value, &policy) }
        for entry in entries where entry.key == "include" { include(entry.value, &policy) }
        // Checks refer to parameters, so these come first whatever their place in the file.
        for entry in entries where entry.key == "parameters" {
            for parameter in yaml.parameters(entry.value).definitions {
                guard !policy.parameters.contains(where: { $0.name == parameter.name }) else {
                    yaml.report(
                        parameter.definition, "the policies it takes checks of have this parameter already",
                        text: parameter.name, hint: "to set it, write \(parameter.name): value")
                    continue
                }
                policy.parameters.append(parameter.set(by: overrides[parameter.name]))
            }
        }
        for entry in entries {
            switch entry.key {
            case "policy": policy.name = yaml.text(entry.value, "policy") ?? ""
            case "title": policy.title = yaml.text(entry.value, "title") ?? ""
            case "source": _ = yaml.text(entry.value, "source")
            case "disable":
                for off in yaml.entries(of: entry.value, "disable") ?? [] {
                    guard let reason = yaml.text(off.value, "the reason to switch a check off") else { continue }
                    policy.disabled.append((off.key, reason, off.place))
                }
            case "checks": own(entry.value, &policy)
            default: break
            }
        }
        if policy.name.isEmpty, !entries.isEmpty {
            yaml.report(root, "the policy has no name", hint: "begin with \"policy: name\"")
        }
        return policy
    }

    private mutating func own(_ node: Node, _ policy: inout WrittenPolicy) {
        var reader = CheckReader(yaml: yaml, facts: facts, parameters: policy.parameters)
        for element in reader.yaml.list(node, "checks") ?? [] {
            guard let check = reader.check(element) else { continue }
            if policy.checks.contains(where: { $0.id == check.id }) {
                reader.yaml.report(element, "check is there twice", text: check.id)
            }
            policy.checks.append(check)
            policy.own.insert(check.id)
        }
        yaml = reader.yaml
    }

    private mutating func extend(_ node: Node, _ policy: inout WrittenPolicy) {
        let names = if case .sequence(let list) = node { Array(list) } else { [node] }
        for element in names {
            guard let name = yaml.text(element, "extends"), let known = builtIn(name, element, "extends", &policy)
            else { continue }
            // Built-in policies that share an id share the check.
            for check in known where !policy.checks.contains(where: { $0.id == check.id }) {
                policy.checks.append(check)
            }
        }
    }

    /// Takes single checks of built-in policies, by their ids.
    private mutating func include(_ node: Node, _ policy: inout WrittenPolicy) {
        for entry in yaml.entries(of: node, "include") ?? [] {
            guard let known = builtIn(entry.key, entry.value, "include", &policy) else { continue }
            for element in yaml.list(entry.value, "the checks to include") ?? [] {
                guard let id = yaml.text(element, "a check's id") else { continue }
                guard let check = known.first(where: { $0.id == id }) else {
                    yaml.report(
                        element, "\(entry.key) has no such check", text: id,
                        hint: nearestKey(to: id, among: known.map(\.id)).map { "did you mean \"\($0)\"?" })
                    continue
                }
                if policy.checks.contains(where: { $0.id == id }) {
                    yaml.report(element, "check is there twice", text: id)
                }
                policy.checks.append(check)
            }
        }
    }

    private mutating func builtIn(
        _ name: String, _ node: Node, _ key: String, _ policy: inout WrittenPolicy
    ) -> [Check]? {
        guard let text = library.text(name) else {
            yaml.report(
                node, "\(key) names no built-in policy", text: name,
                hint: "built in: " + BuiltIn.policyNames.joined(separator: ", "))
            return nil
        }
        let source = PolicySource(text: text, file: name)
        let (found, problems) = source.written(facts: facts, overrides: overrides, library: library)
        for problem in problems {
            if BuiltIn.policyNames.contains(problem.place.file) {
                yaml.report(node, "the built-in policy is broken: \(problem)")
            } else {
                // A value that the team's file gives to a parameter; several policies may ask for it.
                if yaml.problems.contains(problem) { continue }
                yaml.report(problem.place, problem.message, text: problem.text, hint: problem.hint)
            }
        }
        guard let found else { return nil }
        policy.sources += found.sources.filter { !policy.sources.contains($0) }
        policy.taken.insert(name)
        for parameter in found.parameters where !policy.parameters.contains(where: { $0.name == parameter.name }) {
            policy.parameters.append(parameter)
        }
        return found.checks
    }
}
