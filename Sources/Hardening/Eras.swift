extension ComponentFacts {
    /// The releases at which one of the conditions may change its answer for the same line, ascending.
    func eras(of conditions: [Condition]) -> [Release] {
        var starts: Set<Release> = []
        for condition in conditions { collect(condition, into: &starts) }
        return starts.sorted()
    }

    private func collect(_ condition: Condition, into starts: inout Set<Release>) {
        switch condition {
        case .equals(let flag, _), .isSet(let flag, _), .onLine(let flag, _), .oneOf(let flag, _),
            .contains(let flag, _),
            .containsAny(let flag, _), .lacks(let flag, _), .subset(let flag, _), .between(let flag, _, _),
            .schemes(let flag, _), .schemesOffLoopback(let flag, _), .mentions(let flag, _):
            collect(flag, into: &starts)
        case .differsFromNeighbour(let flag, _, _): collect(flag, into: &starts)
        case .differs(let flag, let other):
            collect(flag, into: &starts)
            collect(other, into: &starts)
        case .plugin(let name, _):
            // Before 1.10 the default set was another one altogether.
            starts.insert(Release(minor: 10))
            if let start = plugins[name]?.defaultOn { starts.insert(start) }
        case .gate(let name, _):
            guard let gate = gates[name] else { return }
            for start in [gate.alpha, gate.beta, gate.stable, gate.locked, gate.removed] {
                if let start { starts.insert(start) }
            }
        case .releases(let range):
            starts.insert(range.lower)
            starts.insert(range.upper.next)
        case .all(let parts), .any(let parts): for part in parts { collect(part, into: &starts) }
        case .not(let part): collect(part, into: &starts)
        }
    }

    private func collect(_ flag: Int, into starts: inout Set<Release>) {
        for entry in flags[flag].defaults ?? [] { if let until = entry.until { starts.insert(until.next) } }
    }
}

extension Release {
    fileprivate var next: Release { Release(minor: minor + 1) }
}
