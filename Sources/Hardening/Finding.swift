/// One check's verdict on one process. Text from the host stands in it as it came; renderers escape it.
package struct Finding: Sendable, Hashable {
    /// The check's id, e.g. `apiserver-profiling`.
    package var check: String
    package var severity: Severity
    package var verdict: Verdict
    /// The flags that decided, as they stand on the line, or the default that applies.
    package var observed: String
    package var expected: String
    /// What a reader should know beyond the verdict.
    package var note: String?
    /// What lies over the failure. No part of what was judged: it is put there afterwards, and not stored with it.
    package var waiver: FindingWaiver?

    package init(
        check: String, severity: Severity, verdict: Verdict, observed: String, expected: String, note: String? = nil
    ) {
        self.check = check
        self.severity = severity
        self.verdict = verdict
        self.observed = observed
        self.expected = expected
        self.note = note
    }
}

extension Finding {
    package var isWaived: Bool {
        switch waiver {
        case .active: verdict == .fail
        case .expired, nil: false
        }
    }

    /// A failure that no waiver in force lies over.
    package var countsAsFailure: Bool { verdict == .fail && !isWaived }
}

extension [Finding] {
    /// The places that hold another finding than the same place of `other`, or that it does not have.
    package func places(otherThanIn other: [Finding]) -> [Int] {
        indices.filter { place in
            // Text by text: a whole finding would be copied to be compared.
            place >= other.count || self[place].observed != other[place].observed
                || self[place].check != other[place].check || self[place].verdict != other[place].verdict
                || self[place].severity != other[place].severity || self[place].expected != other[place].expected
                || self[place].note != other[place].note || self[place].waiver != other[place].waiver
        }
    }
}
