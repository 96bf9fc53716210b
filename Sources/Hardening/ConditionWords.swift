import ProcessTable

extension Condition {
    /// The condition in words, with the flags' own names and the parameters' values.
    func words(_ facts: ComponentFacts, _ neighbours: [Component: ComponentFacts]) -> String {
        func name(_ flag: Int) -> String { "--\(facts.flags[flag].name)" }
        func list(_ texts: [String]) -> String {
            let head = texts.prefix(texts.count > 5 ? 4 : 5).map { $0.isEmpty ? "\"\"" : $0 }.joined(separator: ", ")
            return texts.count > 5 ? "\(head) and \(texts.count - 4) more" : head
        }
        switch self {
        case .equals(let flag, let text): return "\(name(flag)) is \(text)"
        case .isSet(let flag, let wanted): return "\(name(flag)) is \(wanted ? "set" : "not set")"
        case .onLine(let flag, let wanted): return "\(name(flag)) is \(wanted ? "on the line" : "not on the line")"
        case .oneOf(let flag, let texts):
            return "\(name(flag)) is one of \(list(texts))"
        case .contains(let flag, let texts): return "\(name(flag)) contains \(list(texts))"
        case .containsAny(let flag, let texts):
            return "\(name(flag)) contains \(texts.count == 1 ? "" : "any of ")\(list(texts))"
        case .lacks(let flag, let texts): return "\(name(flag)) is set, without \(list(texts))"
        case .subset(let flag, let texts): return "\(name(flag)) is set, with nothing but \(list(texts))"
        case .between(let flag, let low, let high):
            let unit = facts.flags[flag].kind == .duration
            let ends = [low.map { "at least \(text($0, unit))" }, high.map { "at most \(text($0, unit))" }]
            return "\(name(flag)) is \(ends.compactMap(\.self).joined(separator: " and "))"
        case .differs(let flag, let other): return "\(name(flag)) differs from \(name(other))"
        case .differsFromNeighbour(let flag, let component, let other):
            let theirs = neighbours[component].map { "--\($0.flags[other].name)" } ?? "its flag"
            return "\(name(flag)) differs from \(theirs) of the \(component.rawValue) beside it"
        case .schemes(let flag, let schemes): return "\(name(flag)) has only URLs with \(list(schemes))"
        case .schemesOffLoopback(let flag, let schemes):
            return "\(name(flag)) has only URLs with \(list(schemes)), or on loopback"
        case .mentions(let flag, let texts): return "\(name(flag)) mentions \(list(texts))"
        case .plugin(let plugin, let enabled):
            return "admission plugin \(plugin) is \(enabled ? "enabled" : "disabled")"
        case .gate(let gate, let on): return "feature gate \(gate) is \(on ? "on" : "off")"
        case .releases(let range): return "the version is \(range.words)"
        case .all(let parts): return parts.map { $0.inner(facts, neighbours) }.joined(separator: " and ")
        case .any(let parts): return parts.map { $0.inner(facts, neighbours) }.joined(separator: " or ")
        case .not(let part): return "not (\(part.words(facts, neighbours)))"
        }
    }

    private func inner(_ facts: ComponentFacts, _ neighbours: [Component: ComponentFacts]) -> String {
        switch self {
        case .all, .any: "(\(words(facts, neighbours)))"
        default: words(facts, neighbours)
        }
    }

    private func text(_ number: Int64, _ isDuration: Bool) -> String {
        isDuration ? FlagValue.text(nanoseconds: number) : "\(number)"
    }
}

extension Condition {
    /// The condition as it is at one release, without what the release decides; a truth where that is all.
    func reduced(at release: Release) -> (condition: Condition?, truth: Bool) {
        switch self {
        case .releases(let range): return (nil, range.contains(release))
        case .not(let part):
            let inner = part.reduced(at: release)
            return (inner.condition.map { .not($0) }, !inner.truth)
        case .all(let parts), .any(let parts):
            let isAll = if case .all = self { true } else { false }
            var left: [Condition] = []
            for part in parts {
                let inner = part.reduced(at: release)
                if let condition = inner.condition {
                    left.append(condition)
                } else if inner.truth != isAll {
                    return (nil, !isAll)
                }
            }
            if left.count < 2 { return (left.first, isAll) }
            return (isAll ? .all(left) : .any(left), isAll)
        default: return (self, true)
        }
    }
}

extension ReleaseRange {
    fileprivate var words: String {
        if lower.minor == 0 { return "\(upper) or older" }
        if upper.minor == 999 { return "\(lower) or newer" }
        return description
    }
}

extension FlagValue {
    /// A duration in the largest units that hold it whole: `5m`, `90s`, `1ns`.
    fileprivate static func text(nanoseconds: Int64) -> String {
        let units: [(Int64, String)] = [
            (3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"),
        ]
        for (size, unit) in units where nanoseconds != 0 && nanoseconds % size == 0 {
            return "\(nanoseconds / size)\(unit)"
        }
        return nanoseconds == 0 ? "0s" : "\(nanoseconds)ns"
    }
}
