import Hardening
import SweepHistory
import SweepReport

/// What a sweep is to the one before it.
enum Change {
    case notAsked
    /// Nothing to compare with, and why.
    case none(String)
    /// - Parameter before: what the older sweep came to; nil where it is that of other hosts.
    case changes(SweepDiff, before: Coverage.Sum?)

    var diff: SweepDiff? {
        if case .changes(let diff, _) = self { diff } else { nil }
    }

    var reason: String? {
        if case .none(let reason) = self { reason } else { nil }
    }

    fileprivate var before: Coverage.Sum? {
        if case .changes(_, let before) = self { before } else { nil }
    }
}

/// What a sweep came to, by itself and beside the one before it.
struct Outcome {
    let record: SweepRecord
    /// Where it was ended early.
    let early: EarlyEnd?
    let change: Change
    let coverage: Coverage

    /// - Parameter floor: the coverage that was asked for by name, in percent.
    init(_ record: SweepRecord, early: EarlyEnd?, change: Change, floor: Double?) {
        self.record = record
        self.early = early
        self.change = change
        coverage = Coverage(record, before: change.before, floor: floor)
    }

    /// Whether nobody needs to be told: nothing changed, no host was left out, and as much was seen as before.
    var isQuiet: Bool { change.diff?.isQuiet == true && coverage.isHeld }

    /// What is wrong with its coverage; a diff that is not empty tells by itself what is not seen any more.
    var coverageReport: CoverageReport {
        CoverageReport(coverage, lossIsToldOtherwise: change.diff?.isQuiet == false)
    }
}

extension Coverage.Sum {
    init(_ summary: SweepSummary) { self.init(judged: summary.judged, counts: summary.counts) }
}
