import ProcessTable
package import StrictYAML

/// A value that checks refer to by a name, so that a team sets it without writing the checks anew.
package struct Parameter: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case number, duration, text, list
    }

    package let name: String
    package let title: String
    package let kind: Kind
    /// One text, or the elements of a list.
    package let standard: [String]
    /// The only texts, or elements, that it takes; nil for any.
    package let vocabulary: [String]?
    /// For numbers and durations, as `FlagFact.number` counts them; both ends are allowed.
    let low: Int64?
    let high: Int64?
    /// Where it is defined.
    package let definition: Place
    /// What is in force.
    package private(set) var texts: [String]
    /// Where a team's file sets it; nil while the default is in force.
    package private(set) var override: Place?

    package var isOverridden: Bool { override != nil }
    package var text: String { texts.joined(separator: ",") }
    package var standardText: String { standard.joined(separator: ",") }

    init(
        name: String, title: String, kind: Kind, standard: [String], vocabulary: [String]?, low: Int64?, high: Int64?,
        definition: Place
    ) {
        self.name = name
        self.title = title
        self.kind = kind
        self.standard = standard
        self.vocabulary = vocabulary
        self.low = low
        self.high = high
        self.definition = definition
        texts = standard
    }

    /// Takes the value where it fits; `misfit` says why where it does not.
    func set(by override: ParameterOverride?) -> Parameter {
        guard let override, misfit(override.texts, isList: override.isList) == nil else { return self }
        var parameter = self
        parameter.texts = override.texts
        parameter.override = override.place
        return parameter
    }

    /// What is wrong with a value for this parameter; nil where it fits.
    func misfit(_ texts: [String], isList: Bool) -> (message: String, text: String?, hint: String?)? {
        guard kind == .list || !isList, let first = texts.first else {
            return (
                isList && kind != .list ? "\(name) is one \(kind.rawValue), not a list" : "\(name) is empty", nil, nil
            )
        }
        switch kind {
        case .number, .duration:
            guard let number = Self.number(first, kind) else {
                let hint = kind == .number ? "a whole number" : "a duration has a unit: 90s, 5m, 24h"
                return ("\(name) is a \(kind.rawValue)", first, hint)
            }
            if let low, number < low { return ("\(name) is too small", first, nil) }
            if let high, number > high { return ("\(name) is too large", first, nil) }
        case .text, .list:
            if texts.contains("") { return ("\(name) holds an empty text", nil, nil) }
        }
        guard let vocabulary, let stranger = texts.first(where: { !vocabulary.contains($0) }) else { return nil }
        let near = nearestKey(to: stranger, among: vocabulary)
        return (
            "\(name) does not take this value", stranger,
            near.map { "did you mean \"\($0)\"?" } ?? "known: " + vocabulary.joined(separator: ", ")
        )
    }

    /// Nanoseconds for a duration.
    static func number(_ text: String, _ kind: Kind) -> Int64? {
        kind == .duration ? FlagValue.duration(text) : FlagValue.int(text)
    }
}

/// A value that a team's file gives to a parameter of another policy.
struct ParameterOverride {
    let name: String
    let texts: [String]
    let isList: Bool
    let place: Place
}
