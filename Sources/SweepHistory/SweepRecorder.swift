import Foundation
import GRDB
package import Hardening

/// What is known of a sweep before its first host.
package struct SweepStart: Sendable {
    package var id: String
    /// RFC 3339, UTC.
    package var started: String
    package var tool: ToolIdentity
    package var policy: PolicyIdentity
    package var policyDocument: PolicyDocument
    package var inventory: InventoryIdentity
    /// The whole inventory, selected or not.
    package var fleet: FleetRecord
    /// What of it was selected, where only a part was: by default only a sweep of a part of that is compared with such a
    /// sweep.
    package var selection: FleetRecord?
    /// The waivers' file as it was read; nil where there was none.
    package var waivers: String?

    package init(
        id: String, started: String, tool: ToolIdentity, policy: PolicyIdentity, policyDocument: PolicyDocument,
        inventory: InventoryIdentity, fleet: FleetRecord, selection: FleetRecord? = nil, waivers: String? = nil
    ) {
        self.id = id
        self.started = started
        self.tool = tool
        self.policy = policy
        self.policyDocument = policyDocument
        self.inventory = inventory
        self.fleet = fleet
        self.selection = selection
        self.waivers = waivers
    }
}

/// Writes one sweep as it goes on: hosts in batches, each a transaction, and last of all that it is finished. Whatever
/// kills the process between two of them leaves a sweep that counts as unfinished, and whole in itself.
package struct SweepRecorder {
    private let store: SweepStore
    private let row: Int64
    private var parts = Parts()
    private var waiting: [(cluster: String, host: HostRecord)] = []

    /// Hosts in one transaction: a sync to disk costs as much as writing about this many of them.
    private static let batch = 256
    /// While hosts are slow to answer, what is there is written this often, so that a killed sweep loses no more.
    private static let interval = Duration.milliseconds(500)
    private var written = ContinuousClock.now

    /// Begins the sweep in the store.
    package init(_ start: SweepStart, in store: SweepStore) throws(StoreError) {
        self.store = store
        row = try store.write { db in
            let policy = try Documents.id(of: start.policyDocument.json, in: db)
            let fleet = try Documents.id(of: start.fleet.json, in: db)
            let selection = try start.selection.map { try Documents.id(of: $0.json, in: db) }
            let waivers = try start.waivers.map { try Documents.id(of: Array($0.utf8), in: db) }
            try db.execute(
                sql: """
                    INSERT INTO sweep (name, started, partial, tool_version, libssh2_version, policy_identity, policy,
                        inventory_digest, inventory_hosts, fleet, selection, waivers)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    start.id, start.started, start.selection != nil, start.tool.version, start.tool.libssh2,
                    start.policy.text, policy, start.inventory.digest, start.inventory.hosts, fleet,
                    selection, waivers,
                ])
            return db.lastInsertedRowID
        }
    }

    /// Goes on with a sweep that did not finish.
    package init(resuming sweep: StoredSweep, in store: SweepStore) {
        self.store = store
        row = sweep.row
    }

    /// Takes a host's record; it is on disk after the next `flush` at the latest.
    package mutating func add(_ host: HostRecord, cluster: String) throws(StoreError) {
        waiting.append((cluster, host))
        if waiting.count >= Self.batch || ContinuousClock.now - written > Self.interval { try flush() }
    }

    /// Writes what was taken since the last time.
    package mutating func flush() throws(StoreError) {
        if waiting.isEmpty { return }
        let hosts = waiting
        // Taken out, so that it is added to and not copied. Where the transaction is undone, its ids mean nothing.
        var known = parts
        parts = Parts()
        parts = try store.write { db in
            for (cluster, host) in hosts { try write(host, cluster, &known, db) }
            return known
        }
        waiting.removeAll(keepingCapacity: true)
        written = ContinuousClock.now
    }

    /// Writes what is left, and then that the sweep is finished.
    ///
    /// - Parameter cause: what ended the sweep early; it is not finished then, and can be resumed.
    package mutating func finish(
        _ summary: SweepSummary, ended: String, early cause: String? = nil
    ) throws(StoreError) {
        try flush()
        try store.write { db in
            try db.execute(
                sql: """
                    UPDATE sweep SET ended = ?, finished = ?, ended_by = ?, whole = ?, hosts = ?, judged = ?, pass = ?,
                        fail = ?, unknown = ?, not_applicable = ?, unseen = ?, waived = ?
                    WHERE id = ?
                    """,
                arguments: [
                    ended, cause == nil, cause, summary.isWhole, summary.hosts, summary.judged, summary.counts.pass,
                    summary.counts.fail, summary.counts.unknown, summary.counts.notApplicable, summary.counts.unseen,
                    summary.counts.waived, row,
                ])
        }
        try store.settle()
    }

    private func write(_ host: HostRecord, _ cluster: String, _ parts: inout Parts, _ db: Database) throws {
        var evidence: Int64?
        var judgement: Int64?
        if let record = host.evidence {
            evidence = try Documents.id(of: record.document.bytes, in: db)
            judgement = try Documents.id(of: Judgement(record, host).document(&parts, in: db), in: db)
        }
        let remarks = Remarks(failure: host.failure, notes: host.notes)
        let remarksID = remarks.isEmpty ? nil : try Documents.id(of: remarks.document, in: db)
        let key = try host.evidence?.hostKey.map { try Documents.id(of: Array($0.utf8), in: db) }
        let add = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO result
                    (sweep, host, state, attempts, evidence, judgement, remarks, host_key, bytes, milliseconds, failures)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try add.execute(arguments: [
            row, try hostID(cluster, host, db), host.state.rawValue, host.attempts, evidence, judgement, remarksID,
            key, host.evidence?.bytes ?? 0, host.evidence?.milliseconds ?? 0, host.failureCount,
        ])
    }

    private func hostID(_ cluster: String, _ host: HostRecord, _ db: Database) throws -> Int64 {
        let find = try db.cachedStatement(sql: "SELECT id FROM host WHERE cluster = ? AND name = ? AND address = ?")
        if let id = try Int64.fetchOne(find, arguments: [cluster, host.name, host.address]) { return id }
        let add = try db.cachedStatement(sql: "INSERT INTO host (cluster, name, address) VALUES (?, ?, ?)")
        try add.execute(arguments: [cluster, host.name, host.address])
        return db.lastInsertedRowID
    }
}

extension HostRecord {
    /// Waived or not.
    var failureCount: Int {
        processes.reduce(0) { sum, process in
            sum + process.findings.indices.count { process.findings[$0].verdict == .fail }
        }
    }
}

/// The sums of a sweep, as lists of sweeps show them.
package struct SweepSummary: Sendable, Equatable {
    package var hosts: Int
    /// Of them, those on which something was judged.
    package var judged: Int
    package var counts: VerdictCounts
    /// Every selected host was judged, and nothing ended the sweep early.
    package var isWhole: Bool

    package init(hosts: Int, judged: Int, counts: VerdictCounts, isWhole: Bool) {
        self.hosts = hosts
        self.judged = judged
        self.counts = counts
        self.isWhole = isWhole
    }
}
