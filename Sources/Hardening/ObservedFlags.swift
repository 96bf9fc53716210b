import ProcessTable

extension Settings {
    /// The flags a check looks at as they stand on the line, or the default that applies, in at most `observedLimit`
    /// characters. Text from the host stands in it as it came.
    func observed(_ check: Check, _ releases: ReleaseRange) -> String {
        if case .file = process.settings { return "not on the command line" }
        var parts: [String] = []
        for flag in check.flags { parts.append(isOnLine(flag) ? written(flag) : missing(flag, releases)) }
        for flag in check.also where isOnLine(flag) { parts.append(written(flag)) }
        let text = parts.joined(separator: ", ")
        return text.count <= observedLimit ? text : text.prefix(observedLimit - 1) + "…"
    }

    private func written(_ flag: Int) -> String {
        occurrences(flag).map { "--\($0.name)=\($0.value)" }.joined(separator: " ")
    }

    private func missing(_ flag: Int, _ releases: ReleaseRange) -> String {
        let fact = facts.flags[flag]
        if process.isCut { return "--\(fact.name) not seen before the cut" }
        if isElsewhere(flag, isOnLine: false) { return "--\(fact.name) not on the command line" }
        let low = fact.defaultText(at: releases.lower)
        guard let low, !low.isEmpty, low == fact.defaultText(at: releases.upper) else {
            return "--\(fact.name) not set"
        }
        return "--\(fact.name) not set (default \(low))"
    }

    /// Every flag of the line by its own name, with all its values, for comparing masters with each other; none where
    /// the line does not show them all.
    func flagValues() -> [FlagValues] {
        if case .file = process.settings { return [] }
        if process.isCut { return [] }
        var values: [FlagValues] = []
        var positions: [String: Int] = [:]
        for occurrence in parsed.occurrences {
            let flag = facts.index[occurrence.name]
            let name = flag.map { facts.flags[$0].name } ?? occurrence.name
            if let position = positions[name] {
                values[position].append(occurrence.value, as: flag.map { facts.flags[$0] })
            } else {
                positions[name] = values.count
                values.append(FlagValues(name, occurrence.value, as: flag.map { facts.flags[$0] }))
            }
        }
        return values
    }
}

/// Long enough for the longest cipher list in use, short enough for a report's line.
private let observedLimit = 600

/// A flag of one process in the form in which masters are compared: a boolean as `true` or `false`, the last value of
/// a scalar, all elements of a list, sorted where their order means nothing.
package struct FlagValues: Sendable, Equatable {
    package let name: String
    package private(set) var value: String
    /// Masters of one cluster are expected to differ in it.
    package let isPerHost: Bool

    init(_ name: String, _ value: String, as fact: FlagFact?) {
        self.name = name
        self.isPerHost = fact?.isPerHost ?? false
        self.value = Self.normal(value, fact)
    }

    mutating func append(_ next: String, as fact: FlagFact?) {
        switch fact?.kind {
        case .stringSlice, .stringArray, .gates, .map, nil: value = Self.normal("\(value),\(next)", fact)
        default: value = Self.normal(next, fact)
        }
    }

    private static func normal(_ text: String, _ fact: FlagFact?) -> String {
        guard let fact else { return text }
        if fact.kind == .bool, let value = FlagValue.bool(text) { return value ? "true" : "false" }
        if fact.isUnordered { return text.split(separator: ",").sorted().joined(separator: ",") }
        return text
    }
}
