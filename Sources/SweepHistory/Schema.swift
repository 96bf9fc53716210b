import GRDB

/// The tables. Evidence, judgements and all other larger texts are documents, addressed by their content: the same on
/// a thousand hosts or nights costs one row.
enum Schema {
    /// "kswp", so that `file` and we tell our databases from others (SQLite's `application_id`).
    static let applicationID: Int32 = 0x6b73_7770

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: first) }
        migrator.registerMigration("2") { try $0.execute(sql: second) }
        migrator.registerMigration("3") { try $0.execute(sql: third) }
        migrator.registerMigration("5") { try $0.execute(sql: fifth) }
        return migrator
    }

    private static let fifth = """
        -- The part of the inventory that was selected, as a fleet; null where all of it was, or where an earlier release
        -- wrote the sweep.
        ALTER TABLE sweep ADD COLUMN selection INTEGER REFERENCES document (id);
        """

    private static let third = """
        -- What ended a sweep before its last host; null where nothing did, or where it was killed.
        ALTER TABLE sweep ADD COLUMN ended_by TEXT;
        """

    private static let second = """
        -- Who was told of a sweep; without a failure it was taken.
        CREATE TABLE notice (
            id INTEGER PRIMARY KEY,
            sweep INTEGER NOT NULL REFERENCES sweep (id) ON DELETE CASCADE,
            channel TEXT NOT NULL,
            sent TEXT NOT NULL,
            failure TEXT
        ) STRICT;
        CREATE INDEX notice_sweep ON notice (sweep);
        """

    private static let first = """
        -- digest: SHA-256 of the body.
        CREATE TABLE document (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            body BLOB NOT NULL
        ) STRICT;
        -- One finding or one flag's value, as a JSON array. Judgements are lists of their ids.
        CREATE TABLE part (
            id INTEGER PRIMARY KEY,
            body TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE host (
            id INTEGER PRIMARY KEY,
            cluster TEXT NOT NULL,
            name TEXT NOT NULL,
            address TEXT NOT NULL,
            UNIQUE (cluster, name, address)
        ) STRICT;
        CREATE TABLE sweep (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            started TEXT NOT NULL,
            ended TEXT,
            -- Written last: a sweep that was killed has 0.
            finished INTEGER NOT NULL DEFAULT 0,
            whole INTEGER NOT NULL DEFAULT 0,
            partial INTEGER NOT NULL,
            baseline INTEGER NOT NULL DEFAULT 0,
            tool_version TEXT NOT NULL,
            libssh2_version TEXT NOT NULL,
            policy_identity TEXT NOT NULL,
            policy INTEGER NOT NULL REFERENCES document (id),
            inventory_digest TEXT NOT NULL,
            inventory_hosts INTEGER NOT NULL,
            fleet INTEGER NOT NULL REFERENCES document (id),
            waivers INTEGER REFERENCES document (id),
            hosts INTEGER NOT NULL DEFAULT 0,
            judged INTEGER NOT NULL DEFAULT 0,
            pass INTEGER NOT NULL DEFAULT 0,
            fail INTEGER NOT NULL DEFAULT 0,
            unknown INTEGER NOT NULL DEFAULT 0,
            not_applicable INTEGER NOT NULL DEFAULT 0,
            unseen INTEGER NOT NULL DEFAULT 0,
            waived INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX sweep_started ON sweep (started);
        CREATE TABLE result (
            sweep INTEGER NOT NULL REFERENCES sweep (id) ON DELETE CASCADE,
            host INTEGER NOT NULL REFERENCES host (id),
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            evidence INTEGER REFERENCES document (id),
            judgement INTEGER REFERENCES document (id),
            remarks INTEGER REFERENCES document (id),
            host_key INTEGER REFERENCES document (id),
            bytes INTEGER NOT NULL,
            milliseconds INTEGER NOT NULL,
            PRIMARY KEY (sweep, host)
        ) STRICT, WITHOUT ROWID;
        """
}
