import GRDB
import Hardening

/// Which sweeps are kept when the history is pruned.
package struct Retention: Sendable, Equatable {
    /// RFC 3339, UTC: sweeps that started before it go, unless something still needs them.
    package var oldest: String

    package init(oldest: String) {
        self.oldest = oldest
    }

    /// The sweeps that go, the oldest first.
    func removed(_ db: Database) throws -> [(row: Int64, name: String)] {
        let kept = try Self.kept(db)
        return try Row.fetchAll(
            db, sql: "SELECT id, name FROM sweep WHERE started < ? ORDER BY started, id", arguments: [oldest]
        ).map { ($0["id"], $0["name"]) }.filter { !kept.contains($0.row) }
    }

    /// The sweeps that stay whatever their age.
    private static func kept(_ db: Database) throws -> Set<Int64> {
        var kept: Set<Int64> = []
        for query in queries { kept.formUnion(try Int64?.fetchAll(db, sql: query).compactMap(\.self)) }
        return kept
    }

    private static let queries = [
        "SELECT id FROM sweep WHERE baseline = 1",
        // The newest of all, which may still be gone on with.
        "SELECT id FROM sweep ORDER BY started DESC, id DESC LIMIT 1",
        // The last finished one of the whole inventory, with which the next is compared.
        "SELECT id FROM sweep WHERE \(finished) ORDER BY started DESC, id DESC LIMIT 1",
        // The last one that judged every host.
        "SELECT id FROM sweep WHERE \(finished) AND whole = 1 ORDER BY started DESC, id DESC LIMIT 1",
        // A host that comes back is compared with what a finished sweep judged of it last.
        lastSights(in: "finished = 1", as: "'\(HostState.evaluated.rawValue)'"),
        // Since when a host has not been seen, status tells.
        lastSights(in: "true", as: SweepStore.seenStates),
    ]

    private static let finished = "finished = 1 AND partial = 0"

    /// For each host of the newest inventory the last sweep that saw it, under any address; null where none did.
    private static func lastSights(in condition: String, as states: String) -> String {
        """
        SELECT DISTINCT (
            SELECT sweep.id FROM sweep WHERE \(condition) AND EXISTS (
                SELECT 1 FROM host JOIN result ON result.sweep = sweep.id AND result.host = host.id
                WHERE host.cluster = cluster.value ->> 'name' AND host.name = member.value ->> 'name'
                    AND result.state IN (\(states)))
            ORDER BY sweep.started DESC, sweep.id DESC LIMIT 1)
        FROM document, json_each(CAST(document.body AS TEXT), '$.clusters') AS cluster,
            json_each(cluster.value, '$.hosts') AS member
        WHERE document.id = (SELECT fleet FROM sweep ORDER BY started DESC, id DESC LIMIT 1)
        """
    }
}
