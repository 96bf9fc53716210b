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
    /// The first thing that could not be written; nothing is written after it, and the sweep goes on.
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

    init(_ start: SweepStart, in store: SweepStore, lock: SweepLock, resumes: Bool) throws(StoreError) {
        self.start = start
        self.store = store
        self.lock = lock
        notSeenBefore = try store.notSeenLast()
        if resumes, try resume(start, in: store) { return }
        recorder = try SweepRecorder(start, in: store)
    }

    private mutating func resume(_ start: SweepStart, in store: SweepStore) throws(StoreError) -> Bool {
        guard let sweep = try store.unfinished() else {
            Console.talk("no sweep to go on with: a new one begins")
            return false
        }
        let contents = try store.contents(of: sweep)
        guard contents.policy == start.policyDocument, contents.fleet == start.fleet,
            contents.waivers == start.waivers, sweep.tool.version == start.tool.version
        else {
            Console.talk(
                "policy, inventory, waivers or kubesweep are not those of \(printable(sweep.id)): a new sweep begins")
            return false
        }
        self.start.id = sweep.id
        self.start.started = sweep.started
        for (result, host) in try contents.hosts(from: store, where: { $0.state.isSeen }) {
            kept[HostPlace(cluster: result.cluster, host: result.name)] = host
        }
        recorder = SweepRecorder(resuming: sweep, in: store)
        Console.talk("going on with \(printable(sweep.id)): \(kept.count) of \(start.fleet.hostCount) hosts are done")
        return true
    }

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
