import Foundation
import GRDB
package import Hardening

/// A stored sweep's hosts, read as far as they are asked for.
package struct SweepContents: Sendable {
    package let sweep: StoredSweep
    package let policy: PolicyDocument
    /// The whole inventory.
    package let fleet: FleetRecord
    /// What of it was selected; nil where all of it was, or where nobody wrote it down.
    package let selection: FleetRecord?
    /// The waivers' file as it was; nil where there was none.
    package let waivers: String?
    /// One for each host that had a turn, by cluster, host and address.
    package let results: [StoredResult]
    /// Its documents, equal within a store where they are.
    let ids: DocumentIDs

    struct DocumentIDs: Equatable {
        let policy: Int64
        let fleet: Int64
        let selection: Int64?
        let waivers: Int64?
    }

    /// Those of the named clusters, or of all.
    ///
    /// - Parameter isWanted: asked for each host; what is not wanted is not built.
    package func hosts(
        from store: SweepStore, where isWanted: (StoredResult) -> Bool = { _ in true }
    ) throws(StoreError) -> [(result: StoredResult, host: HostRecord)] {
        var records = RecordReader()
        return try hosts(from: store, reading: &records, where: isWanted)
    }

    func hosts(
        from store: SweepStore, reading records: inout RecordReader, where isWanted: (StoredResult) -> Bool
    ) throws(StoreError) -> [(result: StoredResult, host: HostRecord)] {
        try store.read { db in
            try results.filter(isWanted).map { ($0, try records.record(of: $0, in: db)) }
        }
    }
}

/// A host's turn in a sweep, without what it showed. Two of them are alike in everything that a comparison looks at if
/// their `contents` are equal.
package struct StoredResult: Sendable {
    package let cluster: String
    package let name: String
    package let address: String
    package let state: HostState
    package let contents: Contents
    /// Findings that fail; nil in what was stored before they were counted.
    let failures: Int?
    private let attempts: Int
    private let bytes: Int
    private let milliseconds: Int

    /// Numbers that are equal within a store where the contents are.
    package struct Contents: Sendable, Equatable {
        let state: HostState
        let evidence: Int64?
        let judgement: Int64?
        let remarks: Int64?
        let hostKey: Int64?
    }

    init(_ row: Row) throws {
        cluster = row["cluster"]
        name = row["name"]
        address = row["address"]
        guard let state = HostState(rawValue: row["state"]) else {
            throw Missing(what: "a host's state \(row["state"] as String)")
        }
        self.state = state
        contents = Contents(
            state: state, evidence: row["evidence"], judgement: row["judgement"], remarks: row["remarks"],
            hostKey: row["host_key"])
        failures = row["failures"]
        attempts = row["attempts"]
        bytes = row["bytes"]
        milliseconds = row["milliseconds"]
    }

    /// The record of a result with the same contents, with what this one took.
    fileprivate func measured(_ record: HostRecord) -> HostRecord {
        var record = record
        record.attempts = attempts
        record.evidence?.bytes = bytes
        record.evidence?.milliseconds = milliseconds
        return record
    }

    fileprivate func record(_ parts: inout Parts, _ db: Database) throws -> HostRecord {
        var record = HostRecord(name: name, address: address, state: state, attempts: attempts)
        if let remarks = contents.remarks {
            let remarks = try Remarks(document: Documents.body(remarks, in: db))
            record.failure = remarks.failure
            record.notes = remarks.notes
        }
        guard let evidence = contents.evidence, let judgement = contents.judgement else { return record }
        let said = try Judgement(document: Documents.body(judgement, in: db), &parts, in: db)
        record.processes = said.processes
        record.presence = said.presence
        let key = try contents.hostKey.map { String(decoding: try Documents.body($0, in: db), as: UTF8.self) }
        record.evidence = EvidenceRecord(
            digest: said.digest, hostKey: key, wholeness: said.wholeness,
            document: EvidenceDocument(stored: try Documents.body(evidence, in: db)), bytes: bytes,
            milliseconds: milliseconds)
        return record
    }
}

/// Builds the records of results. Where those of two sweeps are read, a host that is the same in both is built once.
struct RecordReader {
    private var parts = Parts()
    private var latest: [HostPlace: (result: StoredResult, record: HostRecord)] = [:]

    mutating func record(of result: StoredResult, in db: Database) throws -> HostRecord {
        if let (known, record) = latest[result.place], known.contents == result.contents,
            known.address == result.address
        {
            return result.measured(record)
        }
        let record = try result.record(&parts, db)
        latest[result.place] = (result, record)
        return record
    }
}

extension SweepStore {
    /// What a sweep was made with, and its hosts.
    package func contents(of sweep: StoredSweep) throws(StoreError) -> SweepContents {
        try read { db in
            let row = try sweep.find(db)
            let results = try Row.fetchAll(
                db,
                sql: """
                    SELECT host.cluster, host.name, host.address, result.* FROM result JOIN host ON host.id = result.host
                    WHERE result.sweep = ? ORDER BY host.cluster, host.name, host.address
                    """, arguments: [sweep.row])
            let ids = SweepContents.DocumentIDs(row)
            return SweepContents(
                sweep: sweep, policy: try PolicyDocument(json: Documents.body(ids.policy, in: db)),
                fleet: try FleetRecord(json: Documents.body(ids.fleet, in: db)),
                selection: try ids.selection.map { try FleetRecord(json: Documents.body($0, in: db)) },
                waivers: try ids.waivers.map { String(decoding: try Documents.body($0, in: db), as: UTF8.self) },
                results: try results.map(StoredResult.init), ids: ids)
        }
    }
}

extension SweepContents.DocumentIDs {
    init(_ row: Row) {
        policy = row["policy"]
        fleet = row["fleet"]
        selection = row["selection"]
        waivers = row["waivers"]
    }
}
