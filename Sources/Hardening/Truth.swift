import ProcessTable

/// Kleene's three values: a statement about settings holds, does not, or cannot be told for a reason.
package enum Truth: Sendable, Equatable {
    case yes
    case no
    case open(UnknownReason)

    init(_ value: Bool) { self = value ? .yes : .no }

    var negated: Truth {
        switch self {
        case .yes: .no
        case .no: .yes
        case .open: self
        }
    }
}

extension Condition {
    /// Whether the condition holds for these settings at this release.
    func holds(_ settings: borrowing Settings, at release: Release) -> Truth {
        switch self {
        case .equals(let flag, let text): settings.compare(flag, with: text, at: release)
        case .isSet(let flag, let wanted):
            wanted ? settings.isSet(flag, at: release) : settings.isSet(flag, at: release).negated
        case .onLine(let flag, let wanted): wanted ? settings.presence(flag) : settings.presence(flag).negated
        case .oneOf(let flag, let texts): Truth.any(texts) { settings.compare(flag, with: $0, at: release) }
        case .contains(let flag, let wanted):
            settings.onList(flag, at: release) { list in
                if wanted.allSatisfy(list.elements.contains) { return .yes }
                return list.mayGoOn ? .open(.truncated) : .no
            }
        case .containsAny(let flag, let wanted):
            settings.onList(flag, at: release) { list in
                if wanted.contains(where: list.elements.contains) { return .yes }
                return list.mayGoOn ? .open(.truncated) : .no
            }
        case .lacks(let flag, let unwanted):
            settings.onList(flag, at: release) { list in
                if unwanted.contains(where: list.elements.contains) { return .no }
                if list.mayGoOn { return .open(.truncated) }
                return Truth(!list.elements.isEmpty)
            }
        case .subset(let flag, let allowed):
            settings.onList(flag, at: release) { list in
                if !list.elements.allSatisfy(allowed.contains) { return .no }
                if list.mayGoOn { return .open(.truncated) }
                return Truth(!list.elements.isEmpty)
            }
        case .between(let flag, let low, let high):
            settings.onNumber(flag, at: release) { number in
                Truth((low.map { number >= $0 } ?? true) && (high.map { number <= $0 } ?? true))
            }
        case .differs(let flag, let other):
            switch settings.text(other, at: release) {
            case .open(let reason): .open(reason)
            case .known(let text):
                settings.onList(flag, at: release) { list in
                    if !text.isEmpty, list.elements.contains(text) { return .no }
                    return list.mayGoOn ? .open(.truncated) : .yes
                }
            }
        case .differsFromNeighbour(let flag, let component, let other):
            settings.differs(flag, fromNeighbour: component, other, at: release)
        case .schemes(let flag, let schemes):
            settings.onURLs(flag, at: release) { url in url.hasScheme(among: schemes) }
        case .schemesOffLoopback(let flag, let schemes):
            settings.onURLs(flag, at: release) { url in url.hasScheme(among: schemes) || url.isLoopback }
        case .mentions(let flag, let texts):
            settings.onList(flag, at: release) { list in
                if list.elements.contains(where: { element in texts.contains { element.contains($0) } }) { return .yes }
                return list.mayGoOn ? .open(.truncated) : .no
            }
        case .plugin(let name, let enabled):
            enabled ? settings.plugin(name, at: release) : settings.plugin(name, at: release).negated
        case .gate(let name, let on): on ? settings.gate(name, at: release) : settings.gate(name, at: release).negated
        case .releases(let range): Truth(range.contains(release))
        case .all(let parts): Truth.all(parts) { $0.holds(settings, at: release) }
        case .any(let parts): Truth.any(parts) { $0.holds(settings, at: release) }
        case .not(let part): part.holds(settings, at: release).negated
        }
    }
}

extension Truth {
    /// No as soon as one is no; open where one is open and none is no.
    static func all<Part>(_ parts: [Part], _ holds: (Part) -> Truth) -> Truth {
        var result = Truth.yes
        for part in parts {
            switch holds(part) {
            case .no: return .no
            case .open(let reason): if result == .yes { result = .open(reason) }
            case .yes: break
            }
        }
        return result
    }

    /// Yes as soon as one is yes; open where one is open and none is yes.
    static func any<Part>(_ parts: [Part], _ holds: (Part) -> Truth) -> Truth {
        all(parts) { holds($0).negated }.negated
    }
}

extension Settings {
    fileprivate func onList(_ flag: Int, at release: Release, _ judge: (List) -> Truth) -> Truth {
        switch list(flag, at: release) {
        case .open(let reason): .open(reason)
        case .known(let list): judge(list)
        }
    }

    fileprivate func differs(
        _ flag: Int, fromNeighbour component: Component, _ other: Int, at release: Release
    ) -> Truth {
        let text: String
        switch self.text(flag, at: release) {
        case .open(let reason): return .open(reason)
        case .known(let value): text = value
        }
        // Without such a process there is nothing to compare with, and a person must.
        var result = Truth.open(.needsReview)
        for neighbour in neighbours where neighbour.process.component == component {
            if case .file = neighbour.process.settings { return .open(.configuredInFile) }
            switch neighbour.text(other, at: release) {
            case .open(let reason): return .open(reason)
            case .known(let theirs):
                if !text.isEmpty, theirs == text { return .no }
                result = .yes
            }
        }
        return result
    }

    /// Whether there is a URL and each fits.
    fileprivate func onURLs(_ flag: Int, at release: Release, _ fits: (URLText) -> Bool) -> Truth {
        onList(flag, at: release) { list in
            if !list.elements.allSatisfy({ fits(URLText($0)) }) { return .no }
            if list.mayGoOn { return .open(.truncated) }
            return Truth(!list.elements.isEmpty)
        }
    }

    fileprivate func onNumber(_ flag: Int, at release: Release, _ judge: (Int64) -> Truth) -> Truth {
        switch text(flag, at: release) {
        case .open(let reason): .open(reason)
        case .known(let text): facts.flags[flag].number(text).map(judge) ?? .open(.unparsable)
        }
    }

    fileprivate func isSet(_ flag: Int, at release: Release) -> Truth {
        switch facts.flags[flag].kind {
        case .stringSlice, .stringArray:
            onList(flag, at: release) { list in
                if list.elements.contains(where: { !$0.isEmpty }) { return .yes }
                return list.mayGoOn ? .open(.truncated) : .no
            }
        default:
            switch text(flag, at: release) {
            case .open(let reason): .open(reason)
            case .known(let text): Truth(!text.isEmpty)
            }
        }
    }

    /// Compares as the flag's type does, so that `0x1F` equals `31` and `f` equals `false`.
    fileprivate func compare(_ flag: Int, with wanted: String, at release: Release) -> Truth {
        switch text(flag, at: release) {
        case .open(let reason): return .open(reason)
        case .known(let text):
            switch facts.flags[flag].kind {
            case .bool:
                guard let value = FlagValue.bool(text) else { return .open(.unparsable) }
                return Truth(value == FlagValue.bool(wanted))
            case .int, .duration:
                guard let value = facts.flags[flag].number(text) else { return .open(.unparsable) }
                return Truth(value == facts.flags[flag].number(wanted))
            default:
                return Truth(text == wanted)
            }
        }
    }
}

extension FlagFact {
    /// An int as it is, a duration in nanoseconds; nil where the text is not one.
    func number(_ text: String) -> Int64? {
        kind == .duration ? FlagValue.duration(text) : FlagValue.int(text)
    }
}
