import GRDB
import Hardening
import ProcessTable

/// What sweeps judged by. Sweeps share most of it, so that each document is read once.
struct SweepBases {
    let store: SweepStore
    let facts: [Component: ComponentFacts]
    private var judges: [Int64: Judge?] = [:]
    private var lists: [Int64: WaiverList] = [:]
    private var fleets: [Int64: [String: FleetCluster]] = [:]
    /// By the sweeps' rows, with the fleets' documents.
    private var known: [Int64: (SweepBasis, fleet: Int64)] = [:]

    init(_ store: SweepStore, facts: [Component: ComponentFacts]) {
        self.store = store
        self.facts = facts
    }

    mutating func basis(of contents: SweepContents) throws(StoreError) -> SweepBasis {
        if judges[contents.ids.policy] == nil {
            judges[contents.ids.policy] = .some(try? contents.policy.judge(facts: facts))
        }
        return basis(of: contents.sweep, contents.ids, try waivers(of: contents))
    }

    /// Nil where there were none.
    mutating func waivers(of contents: SweepContents) throws(StoreError) -> WaiverList? {
        guard let id = contents.ids.waivers else { return nil }
        if let known = lists[id] { return known }
        let list = try contents.waiverList(store)
        lists[id] = list
        return list
    }

    /// Of a sweep of which nothing else is read.
    ///
    /// - Parameter cluster: the cluster that is asked for, as the sweep's inventory has it.
    mutating func basis(ofSweep row: Int64, cluster: String) throws(StoreError) -> (SweepBasis, FleetCluster?) {
        if known[row] == nil { known[row] = try read(row) }
        guard let (basis, fleet) = known[row] else {
            throw StoreError(.damaged, path: store.path, detail: "sweep \(row)")
        }
        return (basis, fleets[fleet]?[cluster])
    }

    /// - Returns: also the fleet's document.
    private mutating func read(_ row: Int64) throws(StoreError) -> (SweepBasis, fleet: Int64) {
        let (sweep, ids) = try store.read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM sweep WHERE id = ?", arguments: [row]) else {
                throw Missing(what: "sweep \(row)")
            }
            return (try StoredSweep(row), SweepContents.DocumentIDs(row))
        }
        if judges[ids.policy] == nil {
            let document = try store.read { try PolicyDocument(json: Documents.body(ids.policy, in: $0)) }
            judges[ids.policy] = .some(try? document.judge(facts: facts))
        }
        if fleets[ids.fleet] == nil {
            let fleet = try store.read { try FleetRecord(json: Documents.body(ids.fleet, in: $0)) }
            fleets[ids.fleet] = Dictionary(fleet.clusters.map { ($0.name, $0) }) { first, _ in first }
        }
        var list: WaiverList?
        if let id = ids.waivers {
            list = lists[id]
            if list == nil {
                list = try store.read { db in
                    try WaiverList.parse(kept: String(decoding: Documents.body(id, in: db), as: UTF8.self))
                }
                lists[id] = list
            }
        }
        return (basis(of: sweep, ids, list), ids.fleet)
    }

    private func basis(
        of sweep: StoredSweep, _ ids: SweepContents.DocumentIDs, _ waivers: WaiverList?
    ) -> SweepBasis {
        SweepBasis(
            sweep: sweep.identity, tool: sweep.tool, policy: sweep.policy, judge: judges[ids.policy] ?? nil,
            waivers: waivers.map(DiffWaivers.init) ?? .none)
    }
}
