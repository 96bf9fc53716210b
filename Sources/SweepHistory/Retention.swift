import GRDB

/// Which sweeps are kept when the history is pruned, by their age.
package struct Retention: Sendable, Equatable {
    /// RFC 3339, UTC: sweeps that started before it go, but for baselines, the last finished sweep of the whole
    /// inventory, and the newest sweep of all.
    package var oldest: String

    package init(oldest: String) {
        self.oldest = oldest
    }
}

/// What pruning took away.
package struct Pruned: Sendable, Equatable {
    package var sweeps: [String]
    package var documents: Int
    /// Of the file, before and after.
    package var bytes: (before: Int, after: Int)

    package static func == (a: Pruned, b: Pruned) -> Bool {
        a.sweeps == b.sweeps && a.documents == b.documents && a.bytes == b.bytes
    }
}

extension SweepStore {
    /// Removes what `retention` does not keep, and all that only that referred to.
    ///
    /// - Parameter isTrial: nothing is removed, only named.
    package func prune(_ retention: Retention, isTrial: Bool) throws(StoreError) -> Pruned {
        let before = try size()
        let (names, documents): ([String], Int) = try write { db in
            let names = try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM sweep WHERE started < ? AND baseline = 0
                        AND id NOT IN (SELECT id FROM sweep WHERE finished = 1 AND partial = 0
                                       ORDER BY started DESC, id DESC LIMIT 1)
                        AND id NOT IN (SELECT id FROM sweep ORDER BY started DESC, id DESC LIMIT 1)
                    ORDER BY started, id
                    """, arguments: [retention.oldest])
            if isTrial || names.isEmpty { return (names, 0) }
            for name in names { try db.execute(sql: "DELETE FROM sweep WHERE name = ?", arguments: [name]) }
            return (names, try Self.removeUnused(db))
        }
        if names.isEmpty || isTrial { return Pruned(sweeps: names, documents: 0, bytes: (before, before)) }
        try StoreError.catching(path) {
            try database.writeWithoutTransaction { db in
                try db.execute(sql: "VACUUM")
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
        }
        return Pruned(sweeps: names, documents: documents, bytes: (before, try size()))
    }

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
