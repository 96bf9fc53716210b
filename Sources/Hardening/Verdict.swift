/// What a check says of one process. There is no fifth answer; a waiver lies over a `fail`, it never replaces it.
package enum Verdict: Sendable, Hashable {
    case pass
    case fail
    case unknown(UnknownReason)
    case notApplicable(NotApplicableReason)

    /// The word that stands in JSON.
    package var word: String {
        switch self {
        case .pass: "pass"
        case .fail: "fail"
        case .unknown: "unknown"
        case .notApplicable: "notApplicable"
        }
    }

    /// The reason's word for `unknown` and `notApplicable`.
    package var reason: String? {
        switch self {
        case .pass, .fail: nil
        case .unknown(let reason): reason.rawValue
        case .notApplicable(let reason): reason.rawValue
        }
    }

    /// Orders verdicts for a roll-up: what was seen to fail weighs most, then what was not seen.
    package var weight: Int {
        switch self {
        case .fail: 3
        case .unknown: 2
        case .pass: 1
        case .notApplicable: 0
        }
    }
}

/// Why a check could not be decided. The list is closed.
package enum UnknownReason: String, Sendable, Hashable, CaseIterable {
    /// The verdict differs between versions that the server may be.
    case versionNeeded
    /// The setting stands in a file, or in the environment, which the process table does not show.
    case configuredInFile
    /// Only a person can tell whether this setting is right.
    case needsReview
    /// The row was cut off, so what stands behind the cut is not known.
    case truncated
    /// The listing is not known to be whole, so another process or row may be missing.
    case incomplete
    /// The line can be split into arguments in more than one way.
    case ambiguous
    /// The component itself could not have started with this line, so the line or our reading of it is wrong.
    case unparsable
    /// The host or its processes were not seen at all; only a cluster's roll-up says this.
    case unseen
}

/// Why a check has nothing to say. The list is closed.
package enum NotApplicableReason: String, Sendable, Hashable, CaseIterable {
    /// The flag or plugin does not exist any more in this version.
    case removed
    /// The flag or plugin does not exist yet in this version.
    case notYetIntroduced
    /// The feature that the check refines is off; another check speaks of that.
    case featureOff
    /// The datastore is a local socket, to which the check does not apply.
    case localDatastore
    /// The host runs no process of the component; only a cluster's roll-up and a host's counts say this.
    case noSuchProcess
}

/// How much a failed check matters.
package enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
    case low, medium, high, critical

    private var rank: Int {
        switch self {
        case .low: 0
        case .medium: 1
        case .high: 2
        case .critical: 3
        }
    }

    package static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
}
