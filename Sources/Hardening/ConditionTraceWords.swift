import ProcessTable

extension Condition {
    /// The condition as a sentence; of one that is made of others only how they are joined.
    func heading(_ settings: borrowing Settings) -> String {
        switch self {
        case .all: "all of these:"
        case .any: "any of these:"
        case .not: "not:"
        default:
            words(
                settings.facts,
                Dictionary(settings.neighbours.map { ($0.process.component, $0.facts) }) { first, _ in first })
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
