import Dispatch
package import ProcessTable

/// Reads and judges listings on a concurrent Dispatch queue, while other hosts are still being talked to. The one
/// place where Dispatch is used; everything it calls is a pure function.
package struct JudgingQueue: Sendable {
    private let queue = DispatchQueue(label: "judging", attributes: .concurrent)
    private let judge: Judge

    package init(_ judge: Judge) {
        self.judge = judge
    }

    /// Reads `listing`, judges it and returns both; the listing's bytes go no further. Parameters as of `Judge.judged`.
    package func judged(
        _ listing: [UInt8], origin: ListingOrigin, isCut: Bool = false, claimed: Release?
    ) async -> Result<JudgedEvidence, ListingProblem> {
        await run { judge in
            Result { () throws(ListingProblem) in
                try judge.judged(listing, origin: origin, isCut: isCut, claimed: claimed)
            }
        }
    }

    /// Runs `work` here, for what is done with a listing besides judging it and may hold a thread.
    package func run<Outcome: Sendable>(_ work: @escaping @Sendable (Judge) -> Outcome) async -> Outcome {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work(judge)) }
        }
    }
}

extension Judge {
    /// Reads `listing`, judges it and returns both.
    ///
    /// - Parameters:
    ///   - isCut: whether reading stopped at a limit, so that the listing is not whole whatever it ends in.
    ///   - claimed: the Kubernetes version stated for the host.
    package func judged(
        _ listing: [UInt8], origin: ListingOrigin, isCut: Bool = false, claimed: Release?
    ) throws(ListingProblem) -> JudgedEvidence {
        var evidence = try HostEvidence.read(listing, origin: origin)
        if isCut { evidence.wholeness = .cut(.outputLimit) }
        return JudgedEvidence(
            evidence: evidence, document: EvidenceDocument(evidence), processes: judge(evidence, claimed: claimed),
            presence: presence(in: evidence))
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
