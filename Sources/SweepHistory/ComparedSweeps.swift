import GRDB
import Hardening
import ProcessTable

/// Two sweeps on their way into a comparison, of which only what can differ is read: the clusters in which something
/// does, and hosts that the older sweep did not see as they were seen last.
struct ComparedSweeps {
    private let store: SweepStore
    private let before: SweepContents
    private let after: SweepContents
    private var bases: SweepBases
    /// The hosts that the newer sweep looked at; nil is all of them.
    private let selection: Set<HostPlace>?
    private let results: (older: [HostPlace: StoredResult], newer: [HostPlace: StoredResult])

    init(_ before: SweepContents, _ after: SweepContents, in store: SweepStore, facts: [Component: ComponentFacts]) {
        self.store = store
        self.before = before
        self.after = after
        bases = SweepBases(store, facts: facts)
        results = (before.byPlace, after.byPlace)
        selection = after.sweep.isPartial ? Set(results.newer.keys) : nil
    }

    mutating func diff() throws(StoreError) -> SweepDiff {
        let unseen = unseenHosts()
        let known = Set(before.fleet.places)
        var sightings = try store.lastSightings(of: unseen, in: known, before: before.sweep, after.sweep)
        let keys = try provedKeys(sightings)
        var match = FleetMatch(before.fleet, after.fleet, keys: keys)
        if let selection { match = match.within(selection, of: after.fleet) }

        let changed = try changedClusters()
        var records = RecordReader()
        let older = DiffSide(
            try bases.basis(of: before), fleet: before.fleet, clusters: try olderClusters(changed, match, &records),
            keys: keys.older)
        let newer = DiffSide(
            try bases.basis(of: after), fleet: after.fleet, selection: selection,
            clusters: try after.clusters(from: store, policy: .none, reading: &records) {
                changed.contains($0.cluster)
            }, keys: keys.newer, early: after.early)

        let hidden = hiddenHosts(older, newer, match)
        sightings.merge(try store.lastSightings(of: hidden, in: known, before: before.sweep, after.sweep)) { $1 }
        return SweepDiff.between(
            older, newer, match: match, last: try last(sightings, match, keys, &records),
            unchanged: try unchanged(outside: changed, &records))
    }

    /// Hosts of the older fleet that the older sweep did not see, and that the newer one saw or does not name.
    private func unseenHosts() -> [FleetPlace] {
        let newer = Set(after.fleet.places)
        return before.fleet.clusters.flatMap { cluster in
            cluster.hosts.compactMap { host -> FleetPlace? in
                let place = HostPlace(cluster: cluster.name, host: host.name)
                if results.older[place]?.state.isSeen == true { return nil }
                guard !newer.contains(place) || results.newer[place]?.state.isSeen == true else { return nil }
                return FleetPlace(place: place, address: host.address)
            }
        }
    }

    /// Hosts that the older sweep saw without some of what the newer one shows.
    private func hiddenHosts(_ older: DiffSide, _ newer: DiffSide, _ match: FleetMatch) -> [FleetPlace] {
        let (old, new) = (older.clusters.hosts, newer.clusters.hosts)
        return match.pairs.compactMap { pair in
            guard let before = old[pair.older], let after = new[pair.newer], before.state.isSeen, after.state.isSeen,
                after.processes.contains(where: { !before.shows($0.component) })
            else { return nil }
            return FleetPlace(place: pair.older, address: before.address)
        }
    }

    /// The keys of the hosts for which the inventories alone do not say which is which.
    private func provedKeys(
        _ sightings: [HostPlace: StoredSighting]
    ) throws(StoreError) -> (older: ProvedKeys, newer: ProvedKeys) {
        var asked = Set(sightings.keys)
        if before.ids.fleet != after.ids.fleet {
            let (old, new) = (before.fleet.addresses, after.fleet.addresses)
            asked.formUnion(old.keys.filter { old[$0] != new[$0] })
            asked.formUnion(new.keys.filter { old[$0] != new[$0] })
        }
        return try store.read { [before, after, results] db in
            var older = try before.keys(of: asked, results.older, db)
            for (place, sighting) in sightings where older[place] == nil { older[place] = sighting.hostKey }
            return (
                ProvedKeys(older, shared: try before.sharedKeys(db)),
                ProvedKeys(try after.keys(of: asked, results.newer, db), shared: try after.sharedKeys(db))
            )
        }
    }

    /// Clusters of either sweep whose records or waivers are not the same. Where another release or policy says the same of
    /// a host, word for word, there is nothing to compare.
    private mutating func changedClusters() throws(StoreError) -> Set<String> {
        let old = Dictionary(before.fleet.clusters.map { ($0.name, $0) }) { first, _ in first }
        let new = Dictionary(after.fleet.clusters.map { ($0.name, $0) }) { first, _ in first }
        let scopes = WaiverList.scopes(
            inForceOnOneSide: (try bases.waivers(of: before), before.sweep.identity.ended),
            (try bases.waivers(of: after), after.sweep.identity.ended))
        var changed: Set<String> = []
        if before.ids.fleet != after.ids.fleet {
            changed = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }
        }
        for cluster in after.fleet.clusters where scopes.contains(where: { $0.covers(cluster) }) {
            changed.insert(cluster.name)
        }
        for (place, result) in results.newer where results.older[place]?.contents != result.contents {
            changed.insert(place.cluster)
        }
        for place in results.older.keys where results.newer[place] == nil { changed.insert(place.cluster) }
        return changed
    }

    /// Where the newer sweep looked at a part, only what has a counterpart there.
    private func olderClusters(
        _ changed: Set<String>, _ match: FleetMatch, _ records: inout RecordReader
    ) throws(StoreError) -> [ClusterRecord] {
        guard selection != nil else {
            return try before.clusters(from: store, policy: .none, reading: &records) { changed.contains($0.cluster) }
        }
        let wanted = Set(match.pairs.filter { changed.contains($0.newer.cluster) }.map(\.older))
            .union(match.change.removedHosts)
        return try before.clusters(from: store, policy: .none, reading: &records) { wanted.contains($0) }
    }

    /// The records of the sightings with which hosts of the newer sweep are compared.
    private mutating func last(
        _ sightings: [HostPlace: StoredSighting], _ match: FleetMatch, _ keys: (older: ProvedKeys, newer: ProvedKeys),
        _ records: inout RecordReader
    ) throws(StoreError) -> [HostPlace: HostSighting] {
        if sightings.isEmpty { return [:] }
        let wanted = match.pairs.compactMap { pair -> (place: HostPlace, sighting: StoredSighting)? in
            guard let sighting = sightings[pair.older], results.newer[pair.newer]?.state.isSeen == true else {
                return nil
            }
            // At the address of the host another machine may have answered.
            if sighting.result.place != pair.older, let old = sighting.hostKey,
                let new = keys.newer.proof(of: pair.newer), old != new
            {
                return nil
            }
            return (pair.older, sighting)
        }
        let read = try store.read { db in try wanted.map { try records.record(of: $0.sighting.result, in: db) } }
        var last: [HostPlace: HostSighting] = [:]
        for ((place, sighting), host) in zip(wanted, read) {
            let (basis, cluster) = try bases.basis(ofSweep: sighting.began.row, cluster: sighting.result.cluster)
            last[place] = HostSighting(host, of: cluster, by: basis)
        }
        return last
    }

    /// The failures of hosts in clusters that are not read, by cluster.
    private func unchanged(outside changed: Set<String>, _ records: inout RecordReader) throws(StoreError) -> [String:
        Int]
    {
        var counts: [String: Int] = [:]
        for (place, result) in results.newer where !changed.contains(place.cluster) {
            var failures = result.failures
            if failures == nil { failures = try store.read { try records.record(of: result, in: $0).failureCount } }
            if let failures, failures > 0 { counts[place.cluster, default: 0] += failures }
        }
        return counts
    }
}

extension SweepContents {
    fileprivate var byPlace: [HostPlace: StoredResult] {
        Dictionary(results.map { ($0.place, $0) }) { first, _ in first }
    }

    fileprivate func keys(
        of places: Set<HostPlace>, _ results: [HostPlace: StoredResult], _ db: Database
    ) throws -> [HostPlace: String] {
        var keys: [HostPlace: String] = [:]
        for place in places {
            guard let id = results[place]?.contents.hostKey else { continue }
            keys[place] = String(decoding: try Documents.body(id, in: db), as: UTF8.self)
        }
        return keys
    }

    /// Host keys that several of its hosts proved to hold.
    fileprivate func sharedKeys(_ db: Database) throws -> Set<String> {
        var seen: Set<Int64> = []
        let shared = results.compactMap(\.contents.hostKey).filter { !seen.insert($0).inserted }
        return Set(try Set(shared).map { String(decoding: try Documents.body($0, in: db), as: UTF8.self) })
    }
}

extension WaiverScope {
    fileprivate func covers(_ cluster: FleetCluster) -> Bool {
        covers(cluster: cluster.name, labels: cluster.labels)
            && cluster.hosts.contains { covers(host: $0.name, address: $0.address) }
    }
}
