import Foundation
import GRDB
import Hardening
import StrictJSON

/// A host as some sweep saw it, without what it showed.
struct StoredSighting {
    let result: StoredResult
    let hostKey: String?
    /// The sweep's place in the history.
    let began: (started: String, row: Int64)
}

extension SweepStore {
    /// Hosts as they were judged last, in a finished sweep that is older than both that are compared.
    ///
    /// A host that goes by another name in all sweeps that saw it is known by its address, unless another host of the
    /// fleet has that name.
    ///
    /// - Parameter wanted: hosts of the older sweep's fleet.
    func lastSightings(
        of wanted: [FleetPlace], in fleet: Set<HostPlace>, before older: StoredSweep, _ newer: StoredSweep
    ) throws(StoreError) -> [HostPlace: StoredSighting] {
        if wanted.isEmpty { return [:] }
        let first = older.began < newer.began ? older : newer
        return try read { db in
            var found = try sightings(
                of: wanted,
                where: "host.cluster = wanted.value ->> 'cluster' AND host.name = wanted.value ->> 'host'", first, db)
            let rest = wanted.filter { found[$0.place] == nil }
            let renamed = try sightings(of: rest, where: "host.address = wanted.value ->> 'address'", first, db)
            for (place, sighting) in renamed where !fleet.contains(sighting.result.place) { found[place] = sighting }
            return found
        }
    }

    /// One look for each host into the sweeps before, the latest first, until one has judged it.
    private func sightings(
        of wanted: [FleetPlace], where isMeant: String, _ first: StoredSweep, _ db: Database
    ) throws -> [HostPlace: StoredSighting] {
        if wanted.isEmpty { return [:] }
        var json = JSONText(capacity: 100 * wanted.count)
        json.object { json in
            json.array("wanted", wanted) { json, host in
                json.line { json in
                    json.field("cluster", host.place.cluster)
                    json.field("host", host.place.host)
                    json.field("address", host.address)
                }
            }
        }
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT wanted.key AS position, host.cluster, host.name, host.address, result.*, document.body AS key_text,
                    found.started AS began
                FROM json_each(?, '$.wanted') AS wanted
                JOIN host ON \(isMeant)
                JOIN result ON result.host = host.id
                    AND result.sweep = (
                        SELECT earlier.id FROM sweep AS earlier
                        WHERE earlier.finished = 1 AND (earlier.started, earlier.id) < (?, ?)
                            AND EXISTS (
                                SELECT 1 FROM result AS seen
                                WHERE seen.sweep = earlier.id AND seen.host = host.id AND seen.state = ?)
                        ORDER BY earlier.started DESC, earlier.id DESC LIMIT 1)
                JOIN sweep AS found ON found.id = result.sweep
                LEFT JOIN document ON document.id = result.host_key
                """,
            arguments: [
                String(decoding: json.bytes, as: UTF8.self), first.started, first.row, HostState.evaluated.rawValue,
            ])
        var latest: [HostPlace: StoredSighting] = [:]
        while let row = try rows.next() {
            let key: Data? = row["key_text"]
            let sighting = StoredSighting(
                result: try StoredResult(row), hostKey: key.map { String(decoding: $0, as: UTF8.self) },
                began: (row["began"], row["sweep"]))
            let position: Int = row["position"]
            let place = wanted[position].place
            if let known = latest[place], known.began > sighting.began { continue }
            latest[place] = sighting
        }
        return latest
    }
}

/// A host's place in a fleet, and its address there.
struct FleetPlace {
    let place: HostPlace
    let address: String
}

extension StoredSweep {
    /// Its place in the history.
    var began: (started: String, row: Int64) { (started, row) }
}
