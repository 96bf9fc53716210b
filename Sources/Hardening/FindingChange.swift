package import ProcessTable

/// A finding that is not as it was.
package struct FindingChange: Sendable, Equatable {
    /// What became of it. The list is closed.
    package enum Kind: String, Sendable, CaseIterable {
        /// Fails, and did not before: it passed, did not apply, was not known or not asked.
        case new
        /// Failed and passes now. Nothing else is called so.
        case resolved
        /// Failed, and the check does not apply any more.
        case inapplicable
        /// Fails as before, on another value.
        case changedValue
        /// Fails as before, at another severity.
        case changedSeverity
        /// Was answered, and is not any more.
        case unknown
        /// Was not known, and is answered: it does not fail.
        case answered
        /// Failed, and is not asked any more, or its process, host or cluster is not there any more.
        case gone
        /// Failed, and the host or its process was not seen this time.
        case unseen
        /// Fails as before, and is waived now.
        case waived
        /// Fails as before, and is waived no more.
        case unwaived
    }

    package let kind: Kind
    /// Of the newer side, or of the older where the newer has no such host.
    package let place: HostPlace
    package let component: Component
    package let check: String
    /// The higher of the two.
    package let severity: Severity
    package let older: Finding?
    package let newer: Finding?
    /// The waiver that came or went, or that accepts a failure which is new or has changed.
    package internal(set) var waiver: String?
    /// A waiver in force lies over the newer finding.
    package internal(set) var isAccepted = false
    package let attribution: Attribution

    package init(
        _ kind: Kind, at place: HostPlace, _ component: Component, older: Finding?, newer: Finding?,
        waiver: String? = nil, because attribution: Attribution
    ) {
        self.kind = kind
        self.place = place
        self.component = component
        check = (newer ?? older)?.check ?? ""
        severity = max(newer?.severity ?? .low, older?.severity ?? .low)
        self.older = older
        self.newer = newer
        self.waiver = waiver
        self.attribution = attribution
    }

    /// What a comparison says of two verdicts; nil where nobody needs to know.
    static func kind(_ older: Finding?, _ newer: Finding?) -> Kind? {
        switch (older?.verdict, newer?.verdict) {
        case (.fail, .fail):
            if older?.severity != newer?.severity { return .changedSeverity }
            return older?.observed != newer?.observed ? .changedValue : nil
        case (_, .fail): return .new
        case (.fail, .pass): return .resolved
        case (.fail, .notApplicable): return .inapplicable
        case (.fail, nil): return .gone
        case (.unknown, .unknown): return nil
        case (nil, .unknown), (.pass, .unknown), (.fail, .unknown), (.notApplicable, .unknown): return .unknown
        case (.unknown, .pass), (.unknown, .notApplicable): return .answered
        default: return nil
        }
    }
}
