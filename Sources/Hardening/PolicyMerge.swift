package import ProcessTable
import StrictYAML

extension [PolicySource] {
    /// One policy of them all: each check once, in the order of the sources. What one of them switches off or sets
    /// holds for all. Every problem of every text is in the error.
    ///
    /// - Parameter library: the policies of which they may take checks.
    package func policy(
        facts: [Component: ComponentFacts], library: PolicyLibrary = .builtIn
    ) throws(PolicyError) -> Policy {
        let (policy, problems) = read(facts: facts, library: library)
        if !problems.isEmpty { throw PolicyError(problems) }
        return policy
    }

    /// The policy as far as it can be read, and all that is wrong with it.
    func read(
        facts: [Component: ComponentFacts], library: PolicyLibrary = .builtIn
    ) -> (policy: Policy, problems: [YAMLProblem]) {
        let (overrides, conflicts) = overrides()
        var merge = PolicyMerge(problems: conflicts)
        for source in self {
            let (policy, problems) = source.written(facts: facts, overrides: overrides, library: library)
            // One wrong value may be told by each policy that asks for it.
            merge.problems += problems.filter { !merge.problems.contains($0) }
            if let policy { merge.add(policy) }
        }
        merge.check(overrides)
        let policy = merge.policy()
        let order = map(\.file)
        let sorted = merge.problems.enumerated().sorted { left, right in
            let (a, b) = (left.element.place, right.element.place)
            let files = (order.firstIndex(of: a.file) ?? -1, order.firstIndex(of: b.file) ?? -1)
            return (files.0, a.line, a.column, left.offset) < (files.1, b.line, b.column, right.offset)
        }
        return (policy, sorted.map(\.element))
    }

    private func overrides() -> (overrides: [String: ParameterOverride], problems: [YAMLProblem]) {
        var overrides: [String: ParameterOverride] = [:]
        var problems: [YAMLProblem] = []
        for override in flatMap({ $0.overrides() }) {
            guard let first = overrides[override.name] else {
                overrides[override.name] = override
                continue
            }
            if first.texts == override.texts { continue }
            problems.append(
                YAMLProblem(
                    place: override.place, message: "\(override.name) has another value at \(first.place)",
                    text: override.texts.joined(separator: ",")))
        }
        return (overrides, problems)
    }
}

private struct PolicyMerge {
    var problems: [YAMLProblem]
    private var names: [String] = []
    private var titles: [String] = []
    private var checks: [Check] = []
    private var parameters: [Parameter] = []
    private var texts: [String] = []
    private var taken: Set<String> = []
    private var disabled: [(id: String, reason: String, place: Place, own: Set<String>)] = []
    private var start: Place?

    init(problems: [YAMLProblem]) {
        self.problems = problems
    }

    mutating func add(_ policy: WrittenPolicy) {
        if !policy.name.isEmpty, !names.contains(policy.name) { names.append(policy.name) }
        if !policy.title.isEmpty, !titles.contains(policy.title) { titles.append(policy.title) }
        start = start ?? policy.start
        texts += policy.sources.filter { !texts.contains($0) }
        taken.formUnion(policy.taken)
        for parameter in policy.parameters {
            if let first = parameters.first(where: { $0.name == parameter.name }) {
                if first.definition == parameter.definition { continue }
                report(parameter.definition, "parameter is defined already at \(first.definition)", parameter.name)
            } else {
                parameters.append(parameter)
            }
        }
        // Ids that stand twice in one file have been reported by its reader.
        let before = Dictionary(checks.map { ($0.id, $0.places.start) }) { first, _ in first }
        for check in policy.checks {
            if let first = before[check.id] {
                if first == check.places.start { continue }
                report(check.places.start, "check is another one than that at \(first)", check.id)
            } else {
                checks.append(check)
            }
        }
        for off in policy.disabled { disabled.append((off.id, off.reason, off.place, policy.own)) }
    }

    /// Reports values for parameters that nothing defines, or that they do not fit.
    mutating func check(_ overrides: [String: ParameterOverride]) {
        for (name, override) in overrides.sorted(by: { $0.key < $1.key }) {
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                let near = nearestKey(to: name, among: parameters.map(\.name))
                let known = parameters.map(\.name).joined(separator: ", ")
                problems.append(
                    YAMLProblem(
                        place: override.place, message: "no policy has such a parameter", text: name,
                        hint: near.map { "did you mean \"\($0)\"?" } ?? (known.isEmpty ? nil : "known: \(known)")))
                continue
            }
            guard let misfit = parameter.misfit(override.texts, isList: override.isList) else { continue }
            problems.append(
                YAMLProblem(place: override.place, message: misfit.message, text: misfit.text, hint: misfit.hint))
        }
    }

    mutating func policy() -> Policy {
        var reasons: [String: [String]] = [:]
        for off in disabled {
            let isIntegrity = IntegrityCheck.named(off.id) != nil
            guard isIntegrity || checks.contains(where: { $0.id == off.id }) && !off.own.contains(off.id) else {
                let near = nearestKey(to: off.id, among: checks.map(\.id).filter { !off.own.contains($0) })
                problems.append(
                    YAMLProblem(
                        place: off.place, message: "no such check in the policy that is extended", text: off.id,
                        hint: near.map { "did you mean \"\($0)\"?" }))
                continue
            }
            if reasons[off.id]?.contains(off.reason) != true { reasons[off.id, default: []].append(off.reason) }
        }
        checks.removeAll { reasons[$0.id] != nil }
        if checks.isEmpty, let start { problems.append(YAMLProblem(place: start, message: "the policy has no checks")) }
        return Policy(
            name: names.joined(separator: "+"), title: titles.joined(separator: "; "), checks: checks,
            disabled: reasons.mapValues { $0.joined(separator: "; ") }, parameters: parameters, sources: texts,
            taken: taken)
    }

    private mutating func report(_ place: Place, _ message: String, _ text: String) {
        problems.append(YAMLProblem(place: place, message: message, text: text))
    }
}
