import GRDB
package import Hardening

/// Hosts that a sweep did not see, and since when nobody has.
package struct LostHosts: Sendable, Equatable {
    package let count: Int
    /// Of them, those that no sweep of the history saw.
    package let never: Int
    /// The one that was seen longest ago; one of those that never were only where none ever was.
    package let longest: HostPlace
    /// RFC 3339, UTC: when the sweep started that saw it last; nil where none did.
    package let lastSeen: String?
}

extension SweepStore {
    /// Nil where the sweep saw all its hosts. A host is looked up by its name, wherever its address was before.
    package func lostHosts(of sweep: StoredSweep) throws(StoreError) -> LostHosts? {
        try read { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT cluster, name, seen, count(*) OVER () AS hosts, count(seen) OVER () AS ever FROM (
                        SELECT host.cluster AS cluster, host.name AS name, (
                            SELECT sweep.started FROM sweep WHERE EXISTS (
                                SELECT 1 FROM host AS same JOIN result AS sight
                                    ON sight.sweep = sweep.id AND sight.host = same.id
                                WHERE same.cluster = host.cluster AND same.name = host.name
                                    AND sight.state IN (\(Self.seenStates)))
                            ORDER BY sweep.started DESC LIMIT 1) AS seen
                        FROM result JOIN host ON host.id = result.host
                        WHERE result.sweep = ? AND result.state NOT IN (\(Self.seenStates)))
                    ORDER BY seen IS NULL, seen, cluster, name LIMIT 1
                    """, arguments: [sweep.row])
            return row.map { row in
                let (hosts, ever): (Int, Int) = (row["hosts"], row["ever"])
                return LostHosts(
                    count: hosts, never: hosts - ever,
                    longest: HostPlace(cluster: row["cluster"], host: row["name"]), lastSeen: row["seen"])
            }
        }
    }

    /// As SQL lists them.
    static let seenStates = HostState.allCases.filter(\.isSeen).map { "'\($0.rawValue)'" }.joined(separator: ", ")
}
