import GRDB

/// That somebody was told of a sweep, or that telling failed.
package struct Notice: Sendable, Equatable {
    /// `command` or `webhook`.
    package let channel: String
    /// RFC 3339, UTC.
    package let sent: String
    /// Nil where it was taken.
    package let failure: String?

    package init(channel: String, sent: String, failure: String?) {
        self.channel = channel
        self.sent = sent
        self.failure = failure
    }
}

extension SweepStore {
    package func add(_ notice: Notice, to sweep: StoredSweep) throws(StoreError) {
        try write { db in
            try db.execute(
                sql: "INSERT INTO notice (sweep, channel, sent, failure) VALUES (?, ?, ?, ?)",
                arguments: [sweep.row, notice.channel, notice.sent, notice.failure])
        }
        try settle()
    }

    /// In the order in which they were sent.
    package func notices(of sweep: StoredSweep) throws(StoreError) -> [Notice] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT channel, sent, failure FROM notice WHERE sweep = ? ORDER BY id",
                arguments: [sweep.row]
            ).map { Notice(channel: $0["channel"], sent: $0["sent"], failure: $0["failure"]) }
        }
    }

    /// The last finished sweep of the whole inventory; nil where there is none.
    package func lastFinished() throws(StoreError) -> StoredSweep? {
        try sweeps().first { $0.isFinished && !$0.isPartial }
    }
}
