import ProcessTable

extension ComponentFacts {
    /// The flags that a check shows and those that its conditions look at, each once.
    func flags(of check: Check) -> [Int] {
        var flags: [Int] = []
        func add(_ flag: Int) { if !flags.contains(flag) { flags.append(flag) } }
        for flag in check.flags + check.also { add(flag) }
        check.forEachCondition { condition in
            switch condition {
            case .equals(let flag, _), .isSet(let flag, _), .onLine(let flag, _), .oneOf(let flag, _),
                .contains(let flag, _), .containsAny(let flag, _), .lacks(let flag, _), .subset(let flag, _),
                .between(let flag, _, _), .schemes(let flag, _), .schemesOffLoopback(let flag, _),
                .mentions(let flag, _), .differsFromNeighbour(let flag, _, _):
                add(flag)
            case .differs(let flag, let other):
                add(flag)
                add(other)
            case .plugin:
                if let admission {
                    add(admission.enable)
                    add(admission.disable)
                    add(admission.legacy)
                }
            case .gate: if let featureGates { add(featureGates) }
            case .releases, .all, .any, .not: break
            }
        }
        return flags
    }

    /// When the plugins and gates that a check looks at exist, and from when they are on by themselves.
    func notes(on check: Check) -> [String] {
        var notes: [String] = []
        check.forEachCondition { condition in
            let note: String
            switch condition {
            case .plugin(let name, _): note = "admission plugin \(name): \(plugins[name]?.words ?? "not in the facts")"
            case .gate(let name, _): note = "feature gate \(name): \(gates[name]?.words ?? "not in the facts")"
            default: return
            }
            if !notes.contains(note) { notes.append(note) }
        }
        return notes
    }
}

extension Check {
    /// The other components and their flags that it compares with.
    var comparisons: [(component: Component, flag: Int)] {
        var comparisons: [(component: Component, flag: Int)] = []
        forEachCondition { condition in
            guard case .differsFromNeighbour(_, let component, let other) = condition,
                !comparisons.contains(where: { $0 == (component, other) })
            else { return }
            comparisons.append((component, other))
        }
        return comparisons
    }

    fileprivate func forEachCondition(_ body: (Condition) -> Void) {
        for condition in rules.map(\.when) + [expect] + [explicit].compactMap(\.self) { condition.forEach(body) }
    }
}

extension Condition {
    /// Itself and all parts of it.
    fileprivate func forEach(_ body: (Condition) -> Void) {
        body(self)
        switch self {
        case .all(let parts), .any(let parts): for part in parts { part.forEach(body) }
        case .not(let part): part.forEach(body)
        default: break
        }
    }
}

extension PluginFact {
    fileprivate var words: String {
        let life = [since.map { "since \($0)" }, until.map { "until \($0)" }].compactMap(\.self)
        let start = defaultOn.map { "on by default from \($0)" } ?? "not on by default"
        return (life + [start]).joined(separator: ", ")
    }
}

extension GateFact {
    fileprivate var words: String {
        let stages = [
            alpha.map { "alpha (off) from \($0)" }, beta.map { "beta (on) from \($0)" },
            stable.map { "stable (on) from \($0)" }, locked.map { "locked from \($0)" },
            removed.map { "gone from \($0)" },
        ]
        return stages.compactMap(\.self).joined(separator: ", ")
    }
}
