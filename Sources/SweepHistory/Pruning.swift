import GRDB

/// What pruning took away, or would take away.
package struct Pruned: Sendable, Equatable {
    /// By their ids, the oldest first.
    package var sweeps: [String]
    package var documents = 0
    /// Of the file.
    package var bytesBefore: Int
    package var bytesAfter: Int
    /// Why the file was not made smaller; nil where it was, or nothing was removed. What is free in it is used again.
    package var obstacle: StoreError?
}

extension SweepStore {
    /// Removes what `retention` does not keep, and all that only that referred to.
    package func prune(_ retention: Retention) throws(StoreError) -> Pruned {
        let before = try size()
        let (sweeps, documents) = try StoreError.catching(path) { try remove(retention) }
        var pruned = Pruned(sweeps: sweeps, documents: documents, bytesBefore: before, bytesAfter: before)
        if sweeps.isEmpty { return pruned }
        do throws(StoreError) {
            try StoreError.catching(path) {
                try database.writeWithoutTransaction { db in try db.execute(sql: "VACUUM") }
            }
            try settle()
            pruned.bytesAfter = try size()
        } catch {
            pruned.obstacle = error
        }
        return pruned
    }

    /// What pruning would remove. Nothing is written.
    package func prunable(_ retention: Retention) throws(StoreError) -> Pruned {
        let bytes = try size()
        let sweeps = try read { db in try retention.removed(db).map(\.name) }
        return Pruned(sweeps: sweeps, bytesBefore: bytes, bytesAfter: bytes)
    }

    /// - Returns: the sweeps' ids, and how many documents went with them.
    private func remove(_ retention: Retention) throws -> ([String], Int) {
        try database.writeWithoutTransaction { db in
            // For each document that goes SQLite would look through all results for one that refers to it.
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            defer { try? db.execute(sql: "PRAGMA foreign_keys = ON") }
            var removed: (names: [String], documents: Int) = ([], 0)
            try db.inTransaction(.immediate) {
                let sweeps = try retention.removed(db)
                removed.names = sweeps.map(\.name)
                for (row, _) in sweeps {
                    for statement in [
                        "DELETE FROM result WHERE sweep = ?", "DELETE FROM notice WHERE sweep = ?",
                        "DELETE FROM sweep WHERE id = ?",
                    ] {
                        try db.execute(sql: statement, arguments: [row])
                    }
                }
                if !sweeps.isEmpty { removed.documents = try Self.removeUnused(db) }
                return .commit
            }
            return removed
        }
    }

    /// - Returns: how many documents it removed.
    private static func removeUnused(_ db: Database) throws -> Int {
        try db.execute(
            sql: """
                DELETE FROM host WHERE id NOT IN (SELECT host FROM result);
                CREATE TEMP TABLE used (id INTEGER PRIMARY KEY);
                INSERT OR IGNORE INTO used SELECT policy FROM sweep UNION SELECT fleet FROM sweep
                    UNION SELECT selection FROM sweep WHERE selection IS NOT NULL
                    UNION SELECT waivers FROM sweep WHERE waivers IS NOT NULL;
                INSERT OR IGNORE INTO used SELECT evidence FROM result WHERE evidence IS NOT NULL
                    UNION SELECT judgement FROM result WHERE judgement IS NOT NULL
                    UNION SELECT remarks FROM result WHERE remarks IS NOT NULL
                    UNION SELECT host_key FROM result WHERE host_key IS NOT NULL;
                DELETE FROM document WHERE id NOT IN (SELECT id FROM used);
                """)
        let documents = db.changesCount
        try db.execute(sql: "DROP TABLE used; CREATE TEMP TABLE used (id INTEGER PRIMARY KEY)")
        let add = try db.cachedStatement(sql: "INSERT OR IGNORE INTO used VALUES (?)")
        let judgements = try Int64.fetchAll(
            db, sql: "SELECT DISTINCT judgement FROM result WHERE judgement IS NOT NULL")
        for judgement in judgements {
            for part in try partIDs(ofJudgement: Documents.body(judgement, in: db)) {
                try add.execute(arguments: [part])
            }
        }
        try db.execute(sql: "DELETE FROM part WHERE id NOT IN (SELECT id FROM used); DROP TABLE used")
        return documents
    }

    private func size() throws(StoreError) -> Int {
        try read { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            return pages * (try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
        }
    }
}
