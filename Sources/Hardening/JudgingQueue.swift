import Dispatch
package import ProcessTable
import Synchronization

/// Where listings are read and judged while other hosts are still being talked to: a task that prefers it runs on a
/// concurrent Dispatch queue from one await to the next, so that a host's listing is judged where its task wakes up. The
/// one place where Dispatch is used.
package final class JudgingQueue: TaskExecutor {
    private struct State: Sendable {
        var waiting: [UnownedJob] = []
        /// Of those waiting, how many have been taken.
        var taken = 0
        var workers = 0

        var left: Int { waiting.count - taken }
    }

    private let queue = DispatchQueue(label: "judging", attributes: .concurrent)
    private let state = Mutex(State())

    /// Jobs that wait before another thread is woken for them: waking one costs about as much as a job takes.
    private static let jobsPerWorker = 4

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let needsWorker = state.withLock { state in
            state.waiting.append(job)
            guard state.left > state.workers * Self.jobsPerWorker else { return false }
            state.workers += 1
            return true
        }
        guard needsWorker else { return }
        queue.async { [self] in
            while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    /// The job that has waited longest; nil ends the worker.
    private func next() -> UnownedJob? {
        state.withLock { state in
            guard state.left > 0 else {
                state.waiting.removeAll(keepingCapacity: true)
                state.taken = 0
                state.workers -= 1
                return nil
            }
            defer {
                state.taken += 1
                // Half of it is used up: moving the rest costs no more than what was appended since.
                if state.taken > 32, state.taken * 2 > state.waiting.count {
                    state.waiting.removeFirst(state.taken)
                    state.taken = 0
                }
            }
            return state.waiting[state.taken]
        }
    }
}

extension Judge {
    /// Reads `listing`, judges it and returns both.
    ///
    /// - Parameters:
    ///   - isCut: whether reading stopped at a limit, so that the listing is not whole whatever it ends in.
    ///   - claimed: the Kubernetes version stated for the host.
    ///   - precedents: of the run.
    package func judged(
        _ listing: [UInt8], origin: ListingOrigin, isCut: Bool = false, claimed: Release?,
        precedents: Precedents? = nil
    ) throws(ListingProblem) -> JudgedEvidence {
        var evidence = try HostEvidence.read(listing, origin: origin)
        if isCut { evidence.wholeness = .cut(.outputLimit) }
        return JudgedEvidence(
            evidence: evidence, document: EvidenceDocument(evidence),
            processes: judge(evidence, claimed: claimed, precedents: precedents), presence: presence(in: evidence))
    }
}

/// Evidence and what the policy says of it.
package struct JudgedEvidence: Sendable {
    package let evidence: HostEvidence
    package let document: EvidenceDocument
    package let processes: [ProcessRecord]
    package let presence: Presence

    package init(
        evidence: HostEvidence, document: EvidenceDocument, processes: [ProcessRecord], presence: Presence
    ) {
        self.evidence = evidence
        self.document = document
        self.processes = processes
        self.presence = presence
    }

    /// The host's state as far as its listing decides it.
    package var state: HostState {
        if processes.contains(where: \.isJudged) { return .evaluated }
        if evidence.isHidden { return .hidden }
        switch evidence.wholeness {
        case .cut, .excerpt: return .incomplete
        case .proven, .assumed: return .noControlPlane
        }
    }
}
