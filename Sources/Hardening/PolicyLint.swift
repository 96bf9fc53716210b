package import ProcessTable
package import StrictYAML

/// Something in a policy that cannot be, or that cannot be meant.
package struct LintFinding: Sendable, Equatable, CustomStringConvertible {
    package enum Weight: String, Sendable {
        /// The policy cannot be used, or judges otherwise than it says.
        case error
        case warning
    }

    package let weight: Weight
    package let problem: YAMLProblem

    init(_ weight: Weight, _ place: Place, _ message: String, text: String? = nil, hint: String? = nil) {
        self.weight = weight
        problem = YAMLProblem(place: place, message: message, text: text, hint: hint)
    }

    init(_ problem: YAMLProblem) {
        weight = .error
        self.problem = problem
    }

    /// `ours.yaml:12:9: error: unknown key: "exspect"`, with the hint on an indented line of its own; safe to print.
    package var description: String {
        let place = problem.place.description
        return "\(place): \(weight.rawValue)\(problem.description.dropFirst(place.count))"
    }
}

extension [PolicySource] {
    /// Everything that is wrong with the policies, in their order, each with its place: what keeps them from being
    /// used, and then what can never happen in the checks that they write themselves.
    package func lint(facts: [Component: ComponentFacts]) -> [LintFinding] {
        let (policy, problems) = read(facts: facts)
        var findings = problems.map { LintFinding($0) }
        for source in self {
            findings += PastedMark.all(in: source.text, file: source.file)
        }
        let files = Set(map(\.file))
        for (component, checks) in Dictionary(grouping: policy.checks, by: \.component) {
            guard let component = Component(rawValue: component), let known = facts[component] else { continue }
            findings += lint(checks, in: files, facts: known, neighbours: facts)
        }
        let used = Set(policy.checks.flatMap(\.parameters))
        for parameter in policy.parameters
        where files.contains(parameter.definition.file) && !used.contains(parameter.name) && policy.disabled.isEmpty {
            findings.append(
                LintFinding(.warning, parameter.definition, "no check asks for this parameter", text: parameter.name))
        }
        return findings.sorted(by: map(\.file))
    }

    private func lint(
        _ checks: [Check], in files: Set<String>, facts: ComponentFacts, neighbours: [Component: ComponentFacts]
    ) -> [LintFinding] {
        let conditions = checks.flatMap { check in
            check.rules.map(\.when) + [check.expect] + (check.explicit.map { [$0] } ?? [])
        }
        let values = TrialValues(conditions, facts: facts, neighbours: neighbours)
        let trials = checks.map { CheckTrial($0, values: values) }.filter(\.isWhole)
        var findings: [LintFinding] = []
        for (index, trial) in trials.enumerated() {
            if files.contains(trial.check.places.start.file) { findings += trial.findings(facts) }
            for earlier in trials[..<index] {
                let both = [earlier.check.places.start.file, trial.check.places.start.file]
                guard both.contains(where: files.contains) else { continue }
                if let pair = TrialPair(earlier, trial, values: values), let release = pair.conflict {
                    findings.append(
                        LintFinding(
                            .error, trial.check.places.expect,
                            "no line passes both this check and that at \(earlier.check.places.expect), in \(release)",
                            text: "\(trial.check.id), \(earlier.check.id)"))
                }
            }
        }
        return findings
    }
}

extension [LintFinding] {
    fileprivate func sorted(by files: [String]) -> [LintFinding] {
        enumerated().sorted { left, right in
            let (a, b) = (left.element.problem.place, right.element.problem.place)
            let order = (files.firstIndex(of: a.file) ?? -1, files.firstIndex(of: b.file) ?? -1)
            return (order.0, a.line, a.column, left.offset) < (order.1, b.line, b.column, right.offset)
        }.map(\.element)
    }
}

extension CheckTrial {
    /// What can never happen in the check.
    fileprivate func findings(_ facts: ComponentFacts) -> [LintFinding] {
        var findings: [LintFinding] = []
        let reached = deciding.values.reduce(into: Set<Step>()) { $0.formUnion($1) }
        for (step, place) in check.places.rules.enumerated() {
            if let limit = limits[step], !holding.contains(step) {
                findings.append(LintFinding(.error, place, "this rule can never hold: \(limit)", text: check.id))
            } else if !holding.contains(step) {
                findings.append(LintFinding(.error, place, "this rule can never hold", text: check.id))
            } else if !reached.contains(step) {
                findings.append(
                    LintFinding(.error, place, "earlier rules decide wherever this rule holds", text: check.id))
            }
        }
        if !reached.contains(check.rules.count) {
            findings.append(
                LintFinding(
                    .error, check.places.expect, "the rules decide every line before this is asked", text: check.id))
        }
        findings += goneFlags(facts)
        let needsPerson = verdicts.contains(.unknown(.needsReview)) || verdicts.contains(.unknown(.configuredInFile))
        if !verdicts.contains(.pass), !needsPerson {
            findings.append(LintFinding(.error, check.places.expect, "no line can pass this check", text: check.id))
        } else if let place = check.places.explicit, verdicts.contains(.pass), !passesExplicitly {
            findings.append(LintFinding(.error, place, "no line that passes fulfils this", text: check.id))
        }
        if !verdicts.contains(.fail), !needsPerson {
            findings.append(LintFinding(.warning, check.places.expect, "no line can fail this check", text: check.id))
        }
        return findings
    }
}

extension CheckTrial {
    /// Flags that are asked about only in releases that do not have them, where a default answers at most.
    fileprivate func goneFlags(_ facts: ComponentFacts) -> [LintFinding] {
        let steps = zip(check.rules.map(\.when) + [check.expect], check.places.rules + [check.places.expect])
        var findings: [LintFinding] = []
        for (step, (condition, place)) in steps.enumerated() {
            let releases = eras.filter { deciding(at: $0).contains(step) }
            // What never decides has been told of.
            guard !releases.isEmpty else { continue }
            for flag in condition.flagsGone(in: releases, facts) {
                let fact = facts.flags[flag]
                let lifetime = fact.lifetime.intersection(facts.releases) ?? fact.lifetime
                findings.append(
                    LintFinding(
                        .error, place,
                        "--\(fact.name) is there in \(lifetime) only, and asked for in other releases only",
                        text: check.id))
            }
        }
        return findings
    }
}

extension Condition {
    /// The flags of its parts that no release has in which the part is asked.
    fileprivate func flagsGone(in releases: [Release], _ facts: ComponentFacts) -> [Int] {
        switch self {
        case .all(let parts):
            let left = releases.filter { release in
                parts.allSatisfy { part in
                    if case .releases(let range) = part { range.contains(release) } else { true }
                }
            }
            return parts.flatMap { $0.flagsGone(in: left, facts) }
        case .any(let parts): return parts.flatMap { $0.flagsGone(in: releases, facts) }
        case .not(let part): return part.flagsGone(in: releases, facts)
        case .releases, .plugin, .gate: return []
        default:
            return SubjectMentions([self]).subjects.compactMap { subject in
                guard case .flag(let flag) = subject, !releases.isEmpty else { return nil }
                return releases.contains(where: facts.flags[flag].lifetime.contains) ? nil : flag
            }
        }
    }
}
