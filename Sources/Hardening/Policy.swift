package import ProcessTable
package import StrictYAML

/// A named list of checks.
package struct Policy: Sendable {
    /// Several policies in one have their names joined by `+`.
    package let name: String
    package let title: String
    package let checks: [Check]
    /// Checks that are switched off, with the reason given.
    package let disabled: [String: String]
    /// In the order in which they are defined; their values are in the checks already.
    package let parameters: [Parameter]
    /// Every text the policy was made from: its own, then those of the built-in policies it takes checks of, each once.
    /// The policy's digest is over them.
    package let sources: [String]
    /// The names of the built-in policies it takes checks of.
    package let taken: Set<String>

    /// No checks at all, for records whose policy cannot be read any more.
    package static let none = Policy(
        name: "", title: "", checks: [], disabled: [:], parameters: [], sources: [], taken: [])

    /// The parameters that a team's file sets, by their names; a list's elements are joined by commas.
    package var overrides: [String: String] {
        Dictionary(uniqueKeysWithValues: parameters.filter(\.isOverridden).map { ($0.name, $0.text) })
    }
}

/// An expectation on a component's settings, with what a person needs to act on it. Immutable; findings refer to it by id.
package struct Check: Sendable {
    package let id: String
    /// The number of the entry in the list that the policy follows, where it follows one.
    package let item: Int?
    package let title: String
    package let severity: Severity
    package let component: String
    /// Shown as observed, on the line or not.
    package let flags: [Int]
    /// Shown as observed only where they are on the line.
    package let also: [Int]
    package let expected: String
    package let rationale: String
    package let remediation: String
    /// What the remediation may break.
    package let breaks: String
    /// CIS benchmark version to the id of the recommendation there.
    package let cis: [(benchmark: String, id: String)]
    package let rules: [Rule]
    package let expect: Condition
    /// What `--explicit` demands on top of a pass.
    package let explicit: Condition?
    /// Releases at which the answer may change, ascending: from each on, until the next, the answer is the same.
    package let eras: [Release]
    /// The names of the parameters whose values are in it, in the order of their first use.
    package let parameters: [String]
    package let places: CheckPlaces
}

/// Where the parts of a check are written.
package struct CheckPlaces: Sendable {
    /// Its mapping's first key.
    package let start: Place
    package let rules: [Place]
    package let expect: Place
    package let explicit: Place?
}

/// A row of a check's decision table: the first whose condition holds decides.
package struct Rule: Sendable {
    package let when: Condition
    package let verdict: Verdict
    /// Overrides the check's severity for this outcome.
    package let severity: Severity?
    package let note: String?
    /// The flag whose value names the file that holds the setting, for `unknown(configuredInFile)`.
    package let file: Int?
}

/// A statement about a process's effective settings. Flags are indexes into `ComponentFacts.flags`.
package indirect enum Condition: Sendable {
    /// The effective value equals the text, compared as the flag's type (0x1F is 31, f is false).
    case equals(flag: Int, String)
    /// The effective value is not empty.
    case isSet(flag: Int, Bool)
    /// The flag stands on the line, be its value empty.
    case onLine(flag: Int, Bool)
    case oneOf(flag: Int, [String])
    /// The list holds every element.
    case contains(flag: Int, [String])
    case containsAny(flag: Int, [String])
    /// The list is not empty and holds none of the elements.
    case lacks(flag: Int, [String])
    /// The list is not empty and holds nothing else.
    case subset(flag: Int, [String])
    /// For numbers and durations; both ends belong to it, nil is open.
    case between(flag: Int, low: Int64?, high: Int64?)
    /// No element of the one flag equals the other's value.
    case differs(flag: Int, from: Int)
    /// A process of the other component runs on the host, and none has the same value in its flag; `other` is an index
    /// into that component's flags.
    case differsFromNeighbour(flag: Int, Component, other: Int)
    /// The flag has at least one URL and each has one of the schemes.
    case schemes(flag: Int, [String])
    /// The flag has at least one URL, and each that does not point to the host itself has one of the schemes.
    case schemesOffLoopback(flag: Int, [String])
    /// The value, or an element of the list, holds one of the texts.
    case mentions(flag: Int, [String])
    case plugin(String, enabled: Bool)
    case gate(String, on: Bool)
    case releases(ReleaseRange)
    case all([Condition])
    case any([Condition])
    case not(Condition)
}
