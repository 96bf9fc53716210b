import GRDB
package import Hardening
import StrictJSON

/// One line of the history.
package struct StoredSweep: Sendable, Equatable {
    package let id: String
    /// RFC 3339, UTC.
    package let started: String
    /// Nil where the sweep was killed.
    package let ended: String?
    /// Every selected host had its turn. Only finished sweeps are compared with by default.
    package let isFinished: Bool
    /// What ended it before that; nil where nothing did, or where it was killed.
    package let endedBy: String?
    /// Only a part of the inventory was selected.
    package let isPartial: Bool
    /// Marked to be kept and compared with.
    package let isBaseline: Bool
    package let tool: ToolIdentity
    package let policy: PolicyIdentity
    package let inventory: InventoryIdentity
    package let summary: SweepSummary
    let row: Int64

    init(_ row: Row) throws {
        id = row["name"]
        started = row["started"]
        ended = row["ended"]
        isFinished = row["finished"]
        endedBy = row["ended_by"]
        isPartial = row["partial"]
        isBaseline = row["baseline"]
        tool = ToolIdentity(name: "kubesweep", version: row["tool_version"], libssh2: row["libssh2_version"])
        policy = try PolicyIdentity(text: row["policy_identity"])
        inventory = InventoryIdentity(digest: row["inventory_digest"], hosts: row["inventory_hosts"])
        summary = SweepSummary(
            hosts: row["hosts"], judged: row["judged"],
            counts: VerdictCounts(
                pass: row["pass"], fail: row["fail"], unknown: row["unknown"], notApplicable: row["not_applicable"],
                unseen: row["unseen"], waived: row["waived"]),
            isWhole: row["whole"])
        self.row = row["id"]
    }

    func find(_ db: Database) throws -> Row {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM sweep WHERE id = ?", arguments: [row]) else {
            throw Missing(what: "sweep \(id)")
        }
        return row
    }
}

extension SweepStore {
    /// All sweeps, the newest first.
    package func sweeps() throws(StoreError) -> [StoredSweep] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM sweep ORDER BY started DESC, id DESC").map(StoredSweep.init)
        }
    }

    /// The sweep that a person means.
    ///
    /// - Parameter name: an id or the beginning of one, `latest`, `baseline`, or a date or time (`2026-11-23`,
    ///   `2026-11-23T18:00:00Z`): the last finished sweep that started by then, on that day at the latest.
    package func sweep(_ name: String) throws(StoreError) -> StoredSweep {
        let found: StoredSweep? = try read { db in
            switch name {
            case "latest": return try first("finished = 1 AND partial = 0", [], db)
            case "baseline": return try first("baseline = 1", [], db)
            default:
                if Self.isDate(name) {
                    // Times are text of one form, so that they compare as times do; "~" stands behind every digit.
                    return try first("finished = 1 AND partial = 0 AND started <= ?", [name + "~"], db)
                }
                if let row = try Row.fetchOne(db, sql: "SELECT * FROM sweep WHERE name = ?", arguments: [name]) {
                    return try StoredSweep(row)
                }
                let rows = try Row.fetchAll(
                    db, sql: "SELECT * FROM sweep WHERE substr(name, 1, length(?)) = ? LIMIT 2",
                    arguments: [name, name])
                guard rows.count < 2 else {
                    throw StoreError(.noSuchSweep, path: path, detail: "more than one sweep begins with \(name)")
                }
                return try rows.first.map(StoredSweep.init)
            }
        }
        guard let found else { throw StoreError(.noSuchSweep, path: path, detail: "no sweep \(name) in \(path)") }
        return found
    }

    /// The sweep with which `sweep` is compared: the last finished one before it of the whole inventory, or, for a sweep of
    /// a part, of one that held all of its hosts; nil where there is none.
    package func parent(of sweep: StoredSweep) throws(StoreError) -> StoredSweep? {
        let isWide =
            sweep.isPartial
            ? """
            NOT EXISTS (
                SELECT 1 FROM result AS own JOIN host AS mine ON mine.id = own.host
                WHERE own.sweep = \(sweep.row) AND NOT EXISTS (
                    SELECT 1 FROM host AS theirs JOIN result ON result.host = theirs.id AND result.sweep = sweep.id
                    WHERE theirs.cluster = mine.cluster AND theirs.name = mine.name))
            """ : "0"
        return try read { db in
            try first(
                "finished = 1 AND (started, id) < (?, ?) AND (partial = 0 OR \(isWide))", [sweep.started, sweep.row], db
            )
        }
    }

    /// The newest sweep of the whole inventory that says something of all its hosts: it finished, or was ended early.
    ///
    /// - Returns: also the newer ones that do not, the newest first.
    package func newest() throws(StoreError) -> (sweep: StoredSweep?, passedOver: [StoredSweep]) {
        let sweeps = try sweeps()
        let position = sweeps.firstIndex { $0.ended != nil && !$0.isPartial }
        return (position.map { sweeps[$0] }, Array(sweeps.prefix(position ?? sweeps.count)))
    }

    /// The newest sweep, if it did not finish.
    package func unfinished() throws(StoreError) -> StoredSweep? {
        guard let newest = try sweeps().first, !newest.isFinished else { return nil }
        return newest
    }

    /// The hosts that the newest sweep did not see, whether it finished or not.
    package func notSeenLast() throws(StoreError) -> Set<HostPlace> {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT host.cluster, host.name, result.state FROM result JOIN host ON host.id = result.host
                    WHERE result.sweep = (SELECT id FROM sweep ORDER BY started DESC, id DESC LIMIT 1)
                    """)
            var places: Set<HostPlace> = []
            for row in rows where HostState(rawValue: row["state"])?.isSeen != true {
                places.insert(HostPlace(cluster: row["cluster"], host: row["name"]))
            }
            return places
        }
    }

    /// Marks a sweep to be kept and compared with, or takes the mark away.
    package func setBaseline(_ sweep: StoredSweep, _ isBaseline: Bool) throws(StoreError) {
        try write { db in
            try db.execute(
                sql: "UPDATE sweep SET baseline = ? WHERE id = ?", arguments: [isBaseline, sweep.row])
        }
        try settle()
    }

    private func first(
        _ condition: String, _ arguments: StatementArguments, _ db: Database
    ) throws -> StoredSweep? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM sweep WHERE \(condition) ORDER BY started DESC, id DESC LIMIT 1",
            arguments: arguments
        ).map(StoredSweep.init)
    }

    private static func isDate(_ name: String) -> Bool {
        Moment(day: name) != nil || name.hasSuffix("Z") && Moment(rfc3339: name) != nil
    }
}

extension PolicyIdentity {
    /// As the history holds it.
    var text: String {
        var json = JSONText()
        json.object { $0.policy(self) }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    init(text: String) throws(JSONProblem) {
        var identity: PolicyIdentity?
        var json = JSONReader(Array(text.utf8))
        try json.object(needing: ["policy"]) { (json, key) throws(JSONProblem) in
            if key == "policy" { identity = try json.policy() } else { try json.skip() }
        }
        guard let identity else { throw json.problem("the key is missing: policy") }
        self = identity
    }
}
