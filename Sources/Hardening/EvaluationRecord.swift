package import ProcessTable

/// What `evaluate` found in saved listings, in the order in which they were named.
package struct EvaluationRecord: Sendable {
    package var policy: PolicyIdentity
    /// The Kubernetes version that was stated for all of them.
    package var claimed: Release?
    package var files: [FileRecord]

    package init(policy: PolicyIdentity, claimed: Release? = nil, files: [FileRecord]) {
        self.policy = policy
        self.claimed = claimed
        self.files = files
    }

    package var counts: VerdictCounts {
        files.reduce(VerdictCounts()) { $0 + $1.counts }
    }

    /// The highest severity that failed anywhere; nil where nothing did.
    package var worstFailure: Severity? {
        files.lazy.flatMap(\.processes).flatMap(\.findings).filter { $0.verdict == .fail }.map(\.severity).max()
    }
}

/// One saved listing.
package struct FileRecord: Sendable {
    package var name: String
    package var state: HostState
    package var failure: HostFailure?
    /// Nil where the file is not a listing.
    package var wholeness: Wholeness?
    /// What the findings were computed from; nil where the file is not a listing.
    package var document: EvidenceDocument?
    package var notes: [String]
    package var processes: [ProcessRecord]
    /// How many checks the policy has, for the count of what a file without a component leaves unseen.
    package var checkCount: Int
    /// How many of them speak of components that the host was seen not to run, and of components that were not seen.
    package var absentCheckCount: Int
    package var unseenCheckCount: Int

    package init(
        name: String, state: HostState, failure: HostFailure? = nil, wholeness: Wholeness? = nil,
        document: EvidenceDocument? = nil, notes: [String] = [], processes: [ProcessRecord] = [], checkCount: Int,
        absentCheckCount: Int = 0, unseenCheckCount: Int = 0
    ) {
        self.name = name
        self.state = state
        self.failure = failure
        self.wholeness = wholeness
        self.document = document
        self.notes = notes
        self.processes = processes
        self.checkCount = checkCount
        self.absentCheckCount = absentCheckCount
        self.unseenCheckCount = unseenCheckCount
    }

    package var counts: VerdictCounts {
        var counts = VerdictCounts()
        for process in processes { for finding in process.findings { counts.add(finding.verdict) } }
        counts.unseen = counts.total == 0 ? checkCount : unseenCheckCount
        counts.notApplicable += absentCheckCount
        return counts
    }
}

extension Wholeness {
    /// True where absence from the listing means absence from the host.
    package var isWhole: Bool {
        switch self {
        case .proven, .assumed: true
        case .excerpt, .cut: false
        }
    }

    /// The word that stands in JSON.
    package var word: String {
        switch self {
        case .proven: "proven"
        case .assumed: "assumed"
        case .excerpt: "excerpt"
        case .cut(let sign): "cut: \(sign.rawValue)"
        }
    }
}
