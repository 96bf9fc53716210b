import FleetSweep
import Hardening
import HostInventory
import SweepHistory
import SweepReport

/// A sweep on its way into the history. Where nothing is kept it lets everything pass.
struct Recording {
    /// Of the sweep that is gone on with, if it is one.
    private(set) var start: SweepStart
    let store: SweepStore?
    /// The first thing that could not be written or read; nothing is written after it, and the sweep goes on.
    private(set) var failure: CommandFailure?
    private let lock: SweepLock?
    private var recorder: SweepRecorder?
    /// Hosts that the sweep before did not see: they are asked first.
    private(set) var notSeenBefore: Set<HostPlace> = []
    /// Hosts that the resumed sweep saw before.
    private var kept: [HostPlace: HostRecord] = [:]

    /// Keeps nothing.
    ///
    /// - Parameter failure: why, where it should have.
    init(_ start: SweepStart, failure: CommandFailure? = nil) {
        self.start = start
        self.failure = failure
        store = nil
        lock = nil
    }

    /// - Parameters:
    ///   - resumeHours: how long ago a sweep may have begun that is gone on with; nil where a new one begins.
    ///   - remark: called with what became of that.
    init(
        _ start: SweepStart, in store: SweepStore, lock: SweepLock, resumeHours: Int?, remark: (String) -> Void
    ) throws(StoreError) {
        self.start = start
        self.store = store
        self.lock = lock
        notSeenBefore = try store.notSeenLast()
        if let resumeHours, let sweep = try resumable(start, in: store, hours: resumeHours, remark) {
            try resume(sweep, in: store, remark)
        } else {
            recorder = try SweepRecorder(start, in: store)
        }
    }

    /// The sweep that is gone on with; nil where there is none that may be.
    private func resumable(
        _ start: SweepStart, in store: SweepStore, hours: Int, _ remark: (String) -> Void
    ) throws(StoreError) -> SweepContents? {
        guard let sweep = try store.unfinished() else {
            remark("no sweep to go on with: a new one begins")
            return nil
        }
        let age = UTCTime(text: start.started).flatMap { now in
            UTCTime(text: sweep.started).map { now.seconds(since: $0) }
        }
        guard let age, (0...hours * 3600).contains(age) else {
            remark("\(printable(sweep.id)) was not begun within \(hours) h (--resume-hours): a new sweep begins")
            return nil
        }
        let contents = try store.contents(of: sweep)
        let differences = contents.differences(from: start)
        guard differences.isEmpty else {
            let words = differences.joined(separator: ", ")
            remark("\(printable(sweep.id)) was begun with another \(words): a new sweep begins")
            return nil
        }
        return contents
    }

    private mutating func resume(
        _ contents: SweepContents, in store: SweepStore, _ remark: (String) -> Void
    ) throws(StoreError) {
        let sweep = contents.sweep
        start.id = sweep.id
        start.started = sweep.started
        for (result, host) in try contents.hosts(from: store, where: { $0.state.isSeen }) {
            kept[HostPlace(cluster: result.cluster, host: result.name)] = host
        }
        recorder = SweepRecorder(resuming: sweep, in: store)
        let hosts = (start.selection ?? start.fleet).hostCount
        remark("going on with \(printable(sweep.id)): \(kept.count) of \(hosts) hosts are done")
    }

    /// Nothing is written any more.
    mutating func fail(_ failure: CommandFailure) { self.failure = self.failure ?? failure }

    /// The hosts that are still to be asked.
    func rest(of fleet: Fleet) -> Fleet {
        if kept.isEmpty { return fleet }
        var fleet = fleet
        for index in fleet.clusters.indices {
            let cluster = fleet.clusters[index].name
            fleet.clusters[index].hosts.removeAll { kept[HostPlace(cluster: cluster, host: $0.name)] != nil }
        }
        return fleet
    }

    mutating func take(_ host: HostRecord, _ cluster: String) {
        guard failure == nil else { return }
        do throws(StoreError) { try recorder?.add(host, cluster: cluster) } catch { failure = CommandFailure(error) }
    }

    /// All clusters, with the hosts that were seen before the sweep was resumed.
    func joined(with swept: [ClusterRecord], policy: Policy) -> [ClusterRecord] {
        if kept.isEmpty { return swept }
        return swept.map { cluster in
            let before = kept.filter { $0.key.cluster == cluster.name }.map(\.value)
            return ClusterRecord(
                name: cluster.name, kubernetesVersion: cluster.kubernetesVersion, distribution: cluster.distribution,
                labels: cluster.labels, hosts: cluster.hosts + before, policy: policy)
        }
    }

    /// - Parameter early: where the sweep was ended early, so that it can be gone on with.
    mutating func finish(_ record: SweepRecord, early: EarlyEnd?) {
        guard failure == nil else { return }
        let hosts = record.hosts
        let summary = SweepSummary(
            hosts: hosts.count, judged: hosts.count { $0.state == .evaluated }, counts: record.counts,
            isWhole: record.sweep.isComplete)
        do throws(StoreError) {
            try recorder?.finish(summary, ended: record.sweep.ended, early: early?.cause)
        } catch {
            failure = CommandFailure(error)
        }
    }
}

extension FleetRecord {
    /// What the history keeps of a fleet.
    init(_ fleet: Fleet) {
        self.init(
            clusters: fleet.clusters.map { cluster in
                FleetCluster(
                    name: cluster.name, kubernetesVersion: cluster.kubernetesVersion?.description,
                    distribution: cluster.distribution, labels: cluster.labels,
                    hosts: cluster.hosts.map { FleetHost(name: $0.name, address: "\($0.address):\($0.port)") })
            })
    }
}
