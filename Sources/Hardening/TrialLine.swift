import ProcessTable

/// A command line that is made up to try checks on, read like any other.
struct TrialLine {
    let settings: Settings
    /// The releases that accept it; nil where none does.
    let releases: ReleaseRange?
    /// Why, where not all do.
    let limit: String

    /// - Parameter choices: for each subject the arguments of one alternative of `TrialValues`.
    init(_ choices: [(subject: Subject, arguments: [String]?)], values: TrialValues) {
        var arguments = Self.base(values.facts, without: choices.map(\.subject))
        var beside: [Component: [String]] = [:]
        for (subject, chosen) in choices {
            if case .neighbour(let component, _) = subject {
                if let chosen { beside[component, default: []] += chosen }
            } else {
                arguments += chosen ?? []
            }
        }
        let neighbours = beside.compactMap { component, arguments in
            values.neighbours[component].map { Settings(Self.process(component, arguments), facts: $0) }
        }
        let settings = Settings(
            Self.process(values.facts.component, arguments), facts: values.facts, beside: neighbours)
        let proven = settings.provenReleases(byAbsence: false)
        let isContradictory = !proven.contradiction.isEmpty
        self.settings = settings
        var releases = isContradictory ? nil : proven.releases
        var limit =
            isContradictory
            ? "\(proven.witness) cannot stand on one line" : "\(proven.witness) is there in \(proven.releases) only"
        for (subject, arguments) in choices {
            guard let named = arguments?.first, let lifetime = values.facts.lifetime(of: subject, in: named),
                let left = releases
            else { continue }
            releases = left.intersection(lifetime)
            if releases != left {
                limit = "\(named) is there in \(lifetime.intersection(values.facts.releases) ?? lifetime) only"
            }
        }
        self.releases = releases
        self.limit = limit
    }

    private static func process(_ component: Component, _ arguments: [String]) -> ControlPlaneProcess {
        ControlPlaneProcess(
            component: component, pid: 1, parent: nil, user: "root", program: component.rawValue, arguments: arguments)
    }

    /// What keeps etcd's environment from being the place of its settings.
    private static func base(_ facts: ComponentFacts, without subjects: [Subject]) -> [String] {
        guard facts.component == .etcd else { return [] }
        return ["name", "cert-file", "key-file", "peer-cert-file", "peer-key-file"].filter { name in
            facts.flag(name).map { !subjects.contains(.flag($0)) } ?? false
        }.map { "--\($0)=/trial" }
    }
}

extension ComponentFacts {
    /// The releases that take an argument for a plugin or a gate; nil for other subjects.
    fileprivate func lifetime(of subject: Subject, in argument: String) -> ReleaseRange? {
        let newest = Release(minor: 999)
        switch subject {
        case .plugin(let name):
            guard let plugin = plugins[name], argument.hasSuffix(name) else { return nil }
            return ReleaseRange(plugin.since ?? Release(minor: 0), plugin.until ?? newest)
        case .gate(let name):
            guard let gate = gates[name], let start = gate.alpha ?? gate.beta ?? gate.stable else { return nil }
            // A gate that is locked takes its own value only, which is on.
            let end = [gate.removed, argument.hasSuffix("=false") ? gate.locked : nil].compactMap(\.self).min()
            return ReleaseRange(start, end.map { max(start, Release(minor: $0.minor - 1)) } ?? newest)
        case .flag, .neighbour: return nil
        }
    }
}
