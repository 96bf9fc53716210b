import Hardening
import ProcessTable

extension Verdict {
    /// `pass`, `unknown(truncated)`.
    var words: String { reason.map { "\(word)(\($0))" } ?? word }
}

extension Truth {
    var words: String {
        switch self {
        case .yes: "yes"
        case .no: "no"
        case .open: "open"
        }
    }
}

extension StepTrace.Question {
    var words: String {
        switch self {
        case .rule(let number): "rule \(number)"
        case .expect: "expected"
        case .explicit: "wanted by --explicit"
        }
    }
}

extension StepTrace.Effect {
    var words: String {
        switch self {
        case .skipped: "does not apply"
        case .decides(let verdict): "decides, \(verdict.words)"
        case .open(let applied, let otherwise) where applied == otherwise:
            "may apply or not, \(applied.words) either way"
        case .open(let applied, let otherwise): "may apply or not: \(applied.words), else \(otherwise.words)"
        }
    }
}

extension Wholeness {
    var words: String {
        switch self {
        case .proven: "the listing is proven whole"
        case .assumed: "the listing shows no sign of being cut"
        case .excerpt: "the listing is an excerpt without header"
        case .cut(let sign): "the listing is not whole (\(sign.rawValue))"
        }
    }
}

extension FlagKind {
    var words: String {
        switch self {
        case .bool: "boolean"
        case .int: "whole number"
        case .float: "number"
        case .string: "text"
        case .duration: "duration"
        case .ip: "address"
        case .stringSlice: "list, split at commas"
        case .stringArray: "list, commas kept"
        case .gates: "pairs of gate and boolean"
        case .map: "pairs of name and value"
        }
    }
}

extension FlagTrace {
    var ruleWords: String {
        switch combination {
        case _ where occurrences.count < 2: "once on the line"
        case .lastCounts: "\(occurrences.count) times on the line, the last counts"
        case .allAdd: "\(occurrences.count) times on the line, the lists add up"
        case .pairsMerge: "\(occurrences.count) times on the line, of each name the last counts"
        }
    }
}

extension OccurrenceTrace {
    func words(of flag: FlagTrace) -> String {
        var parts: [String] = []
        switch form {
        case .joined: if tokens.count > 1 || value.isEmpty { parts.append(valueWords) }
        case .separate: parts.append(valueWords)
        case .bare: parts.append("without a value it is \(value)")
        case .shorthand: parts.append("one letter for --\(name), \(valueWords)")
        }
        if name != flag.name { parts.append("--\(name) is another name for --\(flag.name)") }
        if !counts {
            parts.append("overridden by a later one")
        } else if flag.occurrences.count > 1 {
            parts.append("counts")
        }
        return parts.joined(separator: "; ")
    }

    private var valueWords: String { "the value is \(value.isEmpty ? "empty" : value)" }
}

extension ReleaseRange {
    /// Without the ends that are no more than those of the facts.
    func within(_ known: ReleaseRange) -> String {
        switch (lower <= known.lower, upper >= known.upper) {
        case (true, true): "any release"
        case (true, false): "\(upper) or older"
        case (false, true): "\(lower) or newer"
        case (false, false): description
        }
    }
}

extension [Component] {
    var words: String {
        isEmpty ? "no control-plane process was seen" : "seen: " + map(\.rawValue).joined(separator: ", ")
    }
}

extension UnknownReason {
    /// The value's own words tell it already.
    var isSeen: Bool { self == .truncated || self == .configuredInFile }
}
