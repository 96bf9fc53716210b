package import Hardening
package import HostInventory
import ProcessTable

/// One run over a fleet. From the moment a host is admitted nothing throws past it: whatever happens becomes its record.
package struct Sweep: Sendable {
    package struct Options: Sendable {
        /// Hosts under way at once.
        package var concurrency = 128
        /// Of these, hosts of one cluster.
        package var perCluster = 4
        /// Talked to before all others, such as those that an earlier sweep did not see.
        package var first: Set<HostPlace> = []

        package init() {}
    }

    private let judge: Judge
    private let judging = JudgingQueue()
    private let precedents = Precedents()
    private let options: Options
    private let passage: @Sendable (Host) -> Passage?
    private let isOpen: @Sendable (Passage) -> Bool
    private let capture: CaptureHost

    /// - Parameters:
    ///   - passage: the bastion or proxy command that leads to a host; nil where it is reached directly.
    ///   - isOpen: whether it lets hosts through now, as far as is known.
    package init(
        judge: Judge, options: Options, passage: @escaping @Sendable (Host) -> Passage? = { _ in nil },
        isOpen: @escaping @Sendable (Passage) -> Bool = { _ in true }, capture: @escaping CaptureHost
    ) {
        self.judge = judge
        self.options = options
        self.passage = passage
        self.isOpen = isOpen
        self.capture = capture
    }

    /// Asks every host and judges what it shows, while others are still being asked.
    ///
    /// - Parameters:
    ///   - end: once it is raised no further host is started; those not started are recorded as abandoned.
    ///   - onHost: called as each host ends, for progress; one call at a time.
    /// - Returns: a record for every host of the fleet, in the records' final order.
    package func run(
        _ fleet: Fleet, until end: SweepEnd, onHost: (HostRecord, _ cluster: String) -> Void = { _, _ in }
    ) async -> [ClusterRecord] {
        // The task that gathers the records runs there too: a thread that has judged a host takes its record on, and
        // none has to be woken for that.
        let records = await withTaskExecutorPreference(judging) {
            await fleet.eachHost(
                options, passage: passage, isOpen: isOpen, onAnswer: { onHost($0, fleet.clusters[$1].name) }
            ) { host, cluster in
                let claimed = fleet.clusters[cluster].kubernetesVersion.flatMap(Release.init)
                return await record(host, claimed, end)
            }
        }
        return zip(fleet.clusters, records).map { cluster, hosts in
            ClusterRecord(
                name: cluster.name, kubernetesVersion: cluster.kubernetesVersion?.description,
                distribution: cluster.distribution, labels: cluster.labels, hosts: hosts, policy: judge.policy)
        }
    }

    private func record(_ host: Host, _ claimed: Release?, _ end: SweepEnd) async -> HostRecord {
        var record = HostRecord(name: host.name, address: "\(host.address):\(host.port)", state: .unreachable)
        if let cause = end.cause {
            record.state = .abandoned
            record.failure = HostFailure(
                phase: "waiting", reason: "cancelled", detail: "\(cause) before this host's turn",
                hint: "run the sweep again to see this host")
            return record
        }
        let capture = await capture(host)
        record.notes = capture.notes
        record.attempts = capture.attempts
        switch capture.result {
        case .failure(let failure):
            record.failure = failure
            if end.cause != nil, failure.reason == "cancelled" { record.state = .abandoned }
        case .success(let listing):
            record.take(listing, by: judge, precedents, claimed: claimed)
        }
        return record
    }
}

extension Fleet {
    /// Asks hosts, as many at a time as the options and each other's clusters and bastions leave room for.
    ///
    /// - Parameters:
    ///   - onAnswer: called as each host ends, with the number of its cluster; one call at a time.
    ///   - ask: is given the host and the number of its cluster.
    /// - Returns: for each cluster its hosts' answers, in the order in which they came.
    func eachHost<Answer: Sendable>(
        _ options: Sweep.Options, passage: @Sendable (Host) -> Passage?,
        isOpen: @escaping @Sendable (Passage) -> Bool = { _ in true },
        onAnswer: (Answer, Int) -> Void,
        ask: @escaping @Sendable (Host, Int) async -> Answer
    ) async -> [[Answer]] {
        var answers: [[Answer]] = clusters.map { _ in [] }
        var admission = Admission(
            self, perCluster: options.perCluster, first: options.first, passage: passage, isOpen: isOpen)
        await withTaskGroup(of: (candidate: Admission.Candidate, answer: Answer).self) { group in
            var underWay = 0
            while true {
                while underWay < max(1, options.concurrency), let candidate = admission.next() {
                    underWay += 1
                    group.addTask {
                        (candidate, await ask(candidate.host, candidate.cluster))
                    }
                }
                guard let (candidate, answer) = await group.next() else { break }
                underWay -= 1
                admission.ended(candidate)
                answers[candidate.cluster].append(answer)
                onAnswer(answer, candidate.cluster)
            }
        }
        return answers
    }
}

extension HostRecord {
    /// The listing's bytes go no further.
    fileprivate mutating func take(
        _ listing: CapturedListing, by judge: Judge, _ precedents: Precedents, claimed: Release?
    ) {
        do throws(ListingProblem) {
            let judged = try judge.judged(
                listing.bytes, origin: listing.origin, isCut: listing.isCut, claimed: claimed,
                precedents: precedents)
            if judged.evidence.wholeness == .excerpt {
                state = .unreadable
                failure = .noHeader
                return
            }
            state = judged.state
            processes = judged.processes
            presence = judged.presence
            notes += judged.evidence.notes + judged.presence.notes(judge.policy)
            evidence = EvidenceRecord(
                digest: judged.evidence.digest, hostKey: listing.hostKey, wholeness: judged.evidence.wholeness,
                document: judged.document, bytes: listing.bytes.count, milliseconds: listing.milliseconds)
            failure = judged.failure
        } catch {
            state = .unreadable
            failure = HostFailure(error, complaint: listing.complaint)
        }
    }
}
