import FleetSweep
import Hardening
import ProcessTable
import SweepReport

/// Judges any number of saved listings in constant memory: they are read, judged and rendered side by side, a few ahead,
/// and taken in the order in which they are named. What the reports need of them is kept; the listings are not.
struct Evaluation {
    private let judge: Judge
    private let queue = JudgingQueue()
    private let precedents = Precedents()
    private let claimed: Release?
    private let waivers: ClusterWaivers?
    private let wantsJSON: Bool
    private let wantsText: Bool
    private(set) var summary: EvaluationSummary
    private(set) var text = EvaluationText()
    private let json = Spool()
    /// The first file or list that could not be read.
    private(set) var failure: CommandFailure?

    /// Listings that may be under way or wait for an earlier one. Enough that every core has work while one is slow.
    private static let window = 64

    init(_ judge: Judge, waivers: WaiverList?, claimed: Release?, wantsJSON: Bool, wantsText: Bool) {
        self.judge = judge
        let now = UTCTime.now.text
        let asked = Set(judge.policy.checks.map(\.id))
        self.waivers = waivers.map { $0.forListings(at: now) }
        summary = EvaluationSummary(waivers: waivers.map { WaiverTally($0, at: now, asked: asked) })
        self.claimed = claimed
        self.wantsJSON = wantsJSON
        self.wantsText = wantsText
    }

    /// A file that cannot be read has a record that says so, and stops no other.
    mutating func run(_ names: inout ListingNames) async {
        await withTaskGroup(of: (Int, Judged).self) { group in
            var early: [Int: Judged] = [:]
            var started = 0
            var taken = 0
            var name = next(&names)
            while name != nil || taken < started {
                if let listing = name, started - taken < Self.window {
                    let (index, judge, claimed, waivers) = (started, judge, claimed, waivers)
                    let precedents = precedents
                    let position = wantsJSON ? index : nil
                    group.addTask(executorPreference: queue) {
                        (index, Judged(listing, by: judge, precedents, claimed, waivers, json: position))
                    }
                    started += 1
                    name = next(&names)
                } else if let (index, judged) = await group.next() {
                    early[index] = judged
                    while let judged = early.removeValue(forKey: taken) {
                        take(judged)
                        taken += 1
                    }
                }
            }
        }
    }

    private mutating func next(_ names: inout ListingNames) -> ListingName? {
        do throws(CommandFailure) {
            return try names.take()
        } catch {
            failure = failure ?? error
            return nil
        }
    }

    private mutating func take(_ judged: Judged) {
        failure = failure ?? judged.failure
        summary.add(judged.record)
        if wantsText { text.add(judged.record) }
        if wantsJSON { json.append(judged.json) }
    }

    /// Puts the JSON document piece by piece; whether all was put.
    func writeJSON(
        _ policy: PolicyIdentity, _ put: (ArraySlice<UInt8>) -> Bool
    ) throws(CommandFailure) -> Bool {
        let frame = JSONReport.frame(policy, claimed: claimed, summary)
        guard put(frame.head), try json.read(put) else { return false }
        return put(frame.tail)
    }
}

/// What became of one listing.
private struct Judged: Sendable {
    let record: FileRecord
    /// Set where the file could not be read.
    let failure: CommandFailure?
    /// Its part of the JSON report, where one is wanted.
    let json: [UInt8]

    /// - Parameter position: the file's place in the JSON report, if it has one.
    init(
        _ name: ListingName, by judge: Judge, _ precedents: Precedents, _ claimed: Release?, _ waivers: ClusterWaivers?,
        json position: Int?
    ) {
        do throws(CommandFailure) {
            let judged = FileRecord(name.text, try name.read(), by: judge, precedents, claimed)
            record = waivers.map(judged.applying) ?? judged
            failure = nil
        } catch {
            record = FileRecord(
                name: name.text, state: .unreadable,
                failure: HostFailure(
                    phase: "evidence", reason: "inputUnreadable", detail: error.message,
                    hint: "check the path and its permissions"),
                checkCount: judge.policy.checks.count)
            failure = error
        }
        if let position { json = JSONReport.element(record, isFirst: position == 0) } else { json = [] }
    }
}

extension FileRecord {
    fileprivate init(
        _ name: String, _ listing: [UInt8], by judge: Judge, _ precedents: Precedents, _ claimed: Release?
    ) {
        let policy = judge.policy
        do throws(ListingProblem) {
            let judged = try judge.judged(listing, origin: .saved, claimed: claimed, precedents: precedents)
            self.init(
                name: name, state: judged.state, failure: judged.failure, wholeness: judged.evidence.wholeness,
                document: judged.document, notes: judged.evidence.notes + judged.presence.notes(policy),
                processes: judged.processes,
                checkCount: policy.checks.count,
                absentCheckCount: policy.checkCount(of: judged.presence.absent),
                unseenCheckCount: policy.checkCount(of: judged.presence.unseen))
        } catch {
            self.init(name: name, state: .unreadable, failure: HostFailure(error), checkCount: policy.checks.count)
        }
    }
}
