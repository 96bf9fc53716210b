import ProcessTable

/// A flag of one process in the form in which masters and nights are compared: a boolean as `true` or `false`, a number
/// in decimal digits, a duration as Go prints it, the last value of a scalar, all elements of a list, sorted where their
/// order means nothing.
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
        switch fact.kind {
        case .bool: return FlagValue.bool(text).map { $0 ? "true" : "false" } ?? text
        case .int: return FlagValue.int(text).map { String($0) } ?? text
        case .float: return FlagValue.float(text).map(number) ?? text
        case .duration: return FlagValue.duration(text).map(FlagValue.text(ofDuration:)) ?? text
        case .gates: return FlagValue.gates(text).map(assignments) ?? text
        // An IP address has one usual spelling, and how the pairs of a map are split depends on the flag.
        case .string, .ip, .stringSlice, .stringArray, .map: break
        }
        if fact.isUnordered, text.utf8.contains(UInt8(ascii: ",")) {
            return text.splitAtCommas().sorted().joined(separator: ",")
        }
        return text
    }

    /// Whole numbers without a fraction.
    private static func number(_ value: Double) -> String { Int64(exactly: value).map { String($0) } ?? "\(value)" }

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

extension Settings {
    /// Every flag of the line by its own name, with all its values; nil where the line does not show them all.
    func flagValues() -> [FlagValues]? {
        if case .file = process.settings { return nil }
        if process.isCut { return nil }
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
