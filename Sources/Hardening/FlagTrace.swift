package import ProcessTable

/// One flag as a line gives it: every occurrence, which of them counts, or which default does.
package struct FlagTrace: Sendable {
    package let name: String
    package let kind: FlagKind
    /// In the order of the line.
    package let occurrences: [OccurrenceTrace]
    package let combination: Combination
    /// The value in effect by release; one entry where it is the same in all.
    package let values: [(releases: ReleaseRange, value: EffectiveValue)]
    /// The row is cut, so that another occurrence may stand behind the cut.
    package let isCut: Bool

    /// What several occurrences of the flag come to.
    package enum Combination: Sendable {
        case lastCounts
        case allAdd
        /// Pairs of a name and a value; of each name the last counts.
        case pairsMerge
    }

    package enum EffectiveValue: Sendable, Equatable {
        case text(String, isDefault: Bool)
        case list([String], isDefault: Bool, mayGoOn: Bool)
        case open(UnknownReason)
        /// The facts do not say what the server does without it.
        case noDefaultKnown
    }
}

/// One flag of a line with the tokens that it was read from.
package struct OccurrenceTrace: Sendable, Equatable {
    /// As written, which may be an old name.
    package let name: String
    package let value: String
    /// Indexes into the arguments, from 0.
    package let positions: Range<Int>
    /// The arguments as the table shows them.
    package let tokens: [String]
    package let form: Form
    /// False where a later one overrides it.
    package let counts: Bool

    package enum Form: Sendable {
        /// `--name=value`
        case joined
        /// `--name value`
        case separate
        /// `--name`, which is true for a boolean.
        case bare
        /// `-v 2`
        case shorthand
    }
}

extension FlagTrace {
    init(_ flag: Int, of settings: borrowing Settings, _ releases: ReleaseRange) {
        let fact = settings.facts.flags[flag]
        let isGo = settings.facts.syntax.style == .goFlag
        let combination: Combination =
            switch fact.kind {
            case .stringSlice, .stringArray: isGo ? .lastCounts : .allAdd
            case .gates, .map: .pairsMerge
            case .bool, .int, .float, .string, .duration, .ip: .lastCounts
            }
        let found = settings.occurrences(flag)
        let process = settings.process
        name = fact.name
        kind = fact.kind
        self.combination = combination
        isCut = process.isCut
        occurrences = found.indices.map { index in
            OccurrenceTrace(
                found[index], in: process.arguments, isGo: isGo,
                counts: combination != .lastCounts || index == found.count - 1)
        }
        var values: [(releases: ReleaseRange, value: EffectiveValue)] = []
        let changes = (fact.defaults ?? []).compactMap { $0.until.map { Release(minor: $0.minor + 1) } }
        for stretch in releases.stretches(startingAt: changes) {
            let value = settings.effectiveValue(flag, at: stretch.lower)
            if let last = values.indices.last, values[last].value == value {
                values[last].releases.upper = stretch.upper
            } else {
                values.append((stretch, value))
            }
        }
        self.values = values
    }
}

extension OccurrenceTrace {
    fileprivate init(_ occurrence: FlagOccurrence, in arguments: [String], isGo: Bool, counts: Bool) {
        name = occurrence.name
        value = occurrence.value
        positions = occurrence.arguments
        tokens = Array(arguments[occurrence.arguments])
        // By bytes: with a combining mark behind it, a sign is another character.
        let first = (tokens.first ?? "").utf8
        form =
            if !isGo, !first.starts(with: "--".utf8) { .shorthand } else if first.contains(UInt8(ascii: "=")) {
                .joined
            } else {
                tokens.count > 1 ? .separate : .bare
            }
        self.counts = counts
    }
}

extension Settings {
    func effectiveValue(_ flag: Int, at release: Release) -> FlagTrace.EffectiveValue {
        let isDefault = !isOnLine(flag)
        let isUnknown = isDefault && facts.flags[flag].defaultText(at: release) == nil
        switch facts.flags[flag].kind {
        case .stringSlice, .stringArray:
            switch list(flag, at: release) {
            case .known(let list): return .list(list.elements, isDefault: isDefault, mayGoOn: list.mayGoOn)
            case .open(let reason): return isUnknown && reason == .needsReview ? .noDefaultKnown : .open(reason)
            }
        default:
            switch text(flag, at: release) {
            case .known(let text): return .text(text, isDefault: isDefault)
            case .open(let reason): return isUnknown && reason == .needsReview ? .noDefaultKnown : .open(reason)
            }
        }
    }
}

extension ReleaseRange {
    /// The range cut into parts, of which each but the first begins at one of `starts`.
    func stretches(startingAt starts: [Release]) -> [ReleaseRange] {
        let inner = Set(starts.filter { $0 > lower && $0 <= upper }).sorted()
        return zip([lower] + inner, inner.map { Release(minor: $0.minor - 1) } + [upper]).map { ReleaseRange($0, $1) }
    }
}
