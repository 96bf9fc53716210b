import ProcessTable

extension Condition {
    /// The condition as a sentence; of one that is made of others only how they are joined.
    func words(_ facts: ComponentFacts) -> String {
        func name(_ flag: Int) -> String { "--" + facts.flags[flag].name }
        func list(_ texts: [String]) -> String { texts.joined(separator: ", ") }
        switch self {
        case .equals(let flag, let text): return "\(name(flag)) is \(shown(text))"
        case .isSet(let flag, let wanted): return "\(name(flag)) is \(wanted ? "" : "not ")set"
        case .onLine(let flag, let wanted): return "\(name(flag)) \(wanted ? "stands" : "does not stand") on the line"
        case .oneOf(let flag, let texts): return "\(name(flag)) is one of \(list(texts.map(shown)))"
        case .contains(let flag, let texts): return "\(name(flag)) has \(list(texts))"
        case .containsAny(let flag, let texts):
            return texts.count == 1 ? "\(name(flag)) has \(texts[0])" : "\(name(flag)) has one of \(list(texts))"
        case .lacks(let flag, let texts): return "\(name(flag)) has something, and not \(list(texts))"
        case .subset(let flag, let texts): return "\(name(flag)) has something, and nothing but \(list(texts))"
        case .between(let flag, let low, let high):
            func number(_ value: Int64) -> String { facts.flags[flag].words(for: value) }
            switch (low, high) {
            case (let low?, let high?): return "\(name(flag)) is from \(number(low)) to \(number(high))"
            case (let low?, nil): return "\(name(flag)) is at least \(number(low))"
            case (nil, -1): return "\(name(flag)) is below 0"
            case (nil, let high?): return "\(name(flag)) is at most \(number(high))"
            case (nil, nil): return "\(name(flag)) is a number"
            }
        case .differs(let flag, let other): return "\(name(flag)) has nothing that equals \(name(other))"
        case .differsFromNeighbour(let flag, let component, _):
            return "\(component.rawValue) runs here, with another value than \(name(flag))"
        case .schemes(let flag, let schemes): return "\(name(flag)) has URLs, and all with \(list(schemes))"
        case .schemesOffLoopback(let flag, let schemes):
            return "\(name(flag)) has URLs, and all with \(list(schemes)) or to the host itself"
        case .mentions(let flag, let texts): return "\(name(flag)) mentions \(list(texts.map(shown)))"
        case .plugin(let name, let enabled): return "admission plugin \(name) is \(enabled ? "on" : "off")"
        case .gate(let name, let on): return "feature gate \(name) is \(on ? "on" : "off")"
        case .releases(let range): return "the version is \(range.words)"
        case .all: return "all of these:"
        case .any: return "any of these:"
        case .not: return "not:"
        }
    }

    /// What the condition looks at, as it is at this release.
    func seen(_ settings: borrowing Settings, at release: Release) -> String? {
        switch self {
        case .equals(let flag, _), .isSet(let flag, _), .oneOf(let flag, _), .contains(let flag, _),
            .containsAny(let flag, _), .lacks(let flag, _), .subset(let flag, _), .between(let flag, _, _),
            .differs(let flag, _), .differsFromNeighbour(let flag, _, _), .schemes(let flag, _),
            .schemesOffLoopback(let flag, _), .mentions(let flag, _):
            return settings.effectiveValue(flag, at: release).words
        case .onLine, .plugin, .gate, .releases, .all, .any, .not: return nil
        }
    }

    private func shown(_ text: String) -> String { text.isEmpty ? "empty" : text }
}

extension FlagTrace.EffectiveValue {
    package var words: String {
        switch self {
        case .text(let text, let isDefault):
            (text.isEmpty ? "it is empty" : "it is \(text)") + (isDefault ? " by default" : "")
        case .list(let elements, let isDefault, let mayGoOn):
            (elements.isEmpty ? "it is empty" : "it has \(elements.joined(separator: ", "))")
                + (isDefault && !mayGoOn ? " by default" : "") + (mayGoOn ? " before the cut" : "")
        case .open(.configuredInFile): "it may stand in a file"
        case .open(.truncated): "it may stand behind the cut"
        case .open(.unparsable): "the value cannot be read"
        case .open(let reason): "it is open: \(reason.rawValue)"
        case .noDefaultKnown: "the default is not known"
        }
    }
}

extension FlagFact {
    /// A limit in the flag's own unit: nanoseconds are no words.
    fileprivate func words(for value: Int64) -> String {
        guard kind == .duration else { return String(value) }
        let second: Int64 = 1_000_000_000
        if value % (3600 * second) == 0, value != 0 { return "\(value / (3600 * second))h" }
        if value % (60 * second) == 0, value != 0 { return "\(value / (60 * second))m" }
        return value % second == 0 ? "\(value / second)s" : "\(value)ns"
    }
}

extension ReleaseRange {
    /// Open ends are those of facts and policies: no release there was or will be.
    fileprivate var words: String {
        if lower == upper { return "\(lower)" }
        if lower.minor == 0 { return "\(upper) or older" }
        return upper.minor == 999 ? "\(lower) or newer" : "\(lower) to \(upper)"
    }
}
