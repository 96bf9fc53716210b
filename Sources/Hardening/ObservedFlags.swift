import ProcessTable

extension Settings {
    /// The flags a check looks at as they stand on the line, or the default that applies, in at most `observedLimit`
    /// characters. Text from the host stands in it as it came.
    func observed(_ check: Check, _ releases: ReleaseRange) -> String {
        if case .file = process.settings { return "not on the command line" }
        if check.flags.count == 1, check.also.isEmpty, !isOnLine(check.flags[0]) {
            return missing(check.flags[0], releases)
        }
        var text = ""
        text.reserveCapacity(96)
        for flag in check.flags {
            if !text.isEmpty { text += ", " }
            if isOnLine(flag) { write(flag, to: &text) } else { text += missing(flag, releases) }
        }
        for flag in check.also where isOnLine(flag) {
            text += ", "
            write(flag, to: &text)
        }
        // A text has no more characters than bytes, and most are short.
        if text.utf8.count <= observedLimit || text.count <= observedLimit { return text }
        return text.prefix(observedLimit - 1) + "…"
    }

    private func write(_ flag: Int, to text: inout String) {
        var mark = "--"
        forEachOccurrence(flag) { occurrence in
            text += mark
            text += occurrence.name
            text += "="
            text += occurrence.value
            mark = " --"
        }
    }

    private func missing(_ flag: Int, _ releases: ReleaseRange) -> String {
        let fact = facts.flags[flag]
        if process.isCut { return "--\(fact.name) not seen before the cut" }
        if isElsewhere(flag, isOnLine: false) { return "--\(fact.name) not on the command line" }
        guard let low = fact.defaultIndex(at: releases.lower), let high = fact.defaultIndex(at: releases.upper),
            low == high || fact.defaultText(at: releases.lower) == fact.defaultText(at: releases.upper)
        else { return facts.missing[flag].text }
        return facts.missing[flag].withDefault[low]
    }

    /// Every flag of the line by its own name, with all its values, for comparing masters with each other; none where
    /// the line does not show them all.
    func flagValues() -> [FlagValues] {
        if case .file = process.settings { return [] }
        if process.isCut { return [] }
        var values: [FlagValues] = []
        values.reserveCapacity(parsed.occurrences.count)
        var unknown: [String: Int] = [:]
        for index in parsed.occurrences.indices {
            let value = parsed.occurrences[index].value
            if let flag = flag(ofOccurrence: index) {
                let name = facts.flags[flag].name
                if !isFirstOccurrence(index), let position = values.firstIndex(where: { $0.name == name }) {
                    values[position].append(value, as: facts.flags[flag])
                } else {
                    values.append(FlagValues(name, value, as: facts.flags[flag]))
                }
            } else if let position = unknown[parsed.occurrences[index].name] {
                values[position].append(value, as: nil)
            } else {
                unknown[parsed.occurrences[index].name] = values.count
                values.append(FlagValues(parsed.occurrences[index].name, value, as: nil))
            }
        }
        return values
    }
}

/// Long enough for the longest cipher list in use, short enough for a report's line.
private let observedLimit = 600

/// A flag of one process in the form in which masters are compared: a boolean as `true` or `false`, the last value of
/// a scalar, all elements of a list, sorted where their order means nothing.
package struct FlagValues: Sendable, Hashable {
    package let name: String
    package private(set) var value: String
    /// Masters of one cluster are expected to differ in it.
    package let isPerHost: Bool

    /// As it was compared before, e.g. read back from a history.
    package init(name: String, value: String, isPerHost: Bool) {
        self.name = name
        self.value = value
        self.isPerHost = isPerHost
    }

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
        if fact.kind == .gates, let gates = FlagValue.gates(text) { return assignments(gates) }
        if fact.isUnordered, text.utf8.contains(UInt8(ascii: ",")) {
            return text.splitAtCommas().sorted().joined(separator: ",")
        }
        return text
    }

    /// Each gate once, with its last value, in the order of the names; kube's own gates may leave its name out.
    private static func assignments(_ gates: [FlagValue.Gate]) -> String {
        var values: [String: Bool] = [:]
        for gate in gates {
            let prefix = gate.component.map { $0 == "kube" ? "" : $0 + ":" } ?? ""
            values[prefix + gate.name] = gate.isEnabled
        }
        return values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }
}

extension [FlagValues] {
    /// The places that hold another flag or value than the same place of `other`, or that it does not have.
    package func places(otherThanIn other: [FlagValues]) -> [Int] {
        indices.filter { place in
            place >= other.count || self[place].value != other[place].value || self[place].name != other[place].name
                || self[place].isPerHost != other[place].isPerHost
        }
    }
}
