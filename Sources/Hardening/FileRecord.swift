package import ProcessTable

/// The sums over an evaluation's files, taken one by one.
package struct EvaluationSummary: Sendable {
    package private(set) var states: [HostState: Int] = [:]
    package private(set) var counts = VerdictCounts()
    /// Failed findings by severity, without those under a waiver in force.
    package private(set) var failures: [Severity: Int] = [:]
    private var tally: WaiverTally?

    /// - Parameter waivers: those that were applied to the files; nil where the run has none.
    package init(waivers: WaiverTally? = nil) { tally = waivers }

    /// What each waiver came to; nil where the run has none.
    package var waivers: [WaiverUse]? { tally?.uses }

    package mutating func add(_ file: FileRecord) {
        states[file.state, default: 0] += 1
        counts = counts + file.counts
        tally?.add(file)
        for process in file.processes {
            for position in process.findings.indices where process.findings[position].countsAsFailure {
                failures[process.findings[position].severity, default: 0] += 1
            }
        }
    }

    package var fileCount: Int { states.values.reduce(0, +) }

    /// The highest severity that failed anywhere; nil where nothing did.
    package var worstFailure: Severity? { failures.keys.max() }
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
        for process in processes { for finding in process.findings { counts.add(finding) } }
        counts.unseen = processes.contains(where: \.isJudged) ? unseenCheckCount : checkCount
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
