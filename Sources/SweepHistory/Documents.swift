import CLibCrypto
import Foundation
import GRDB

/// Documents by their content.
enum Documents {
    /// The id of the document with these bytes, which is added where it is new.
    static func id(of body: [UInt8], in db: Database) throws -> Int64 {
        let digest = digest(body)
        let find = try db.cachedStatement(sql: "SELECT id FROM document WHERE digest = ?")
        if let id = try Int64.fetchOne(find, arguments: [digest]) { return id }
        let add = try db.cachedStatement(sql: "INSERT INTO document (digest, body) VALUES (?, ?)")
        try add.execute(arguments: [digest, Data(body)])
        return db.lastInsertedRowID
    }

    static func body(_ id: Int64, in db: Database) throws -> [UInt8] {
        let find = try db.cachedStatement(sql: "SELECT body FROM document WHERE id = ?")
        guard let body = try Data.fetchOne(find, arguments: [id]) else { throw Missing(what: "document \(id)") }
        return [UInt8](body)
    }

    private static func digest(_ body: [UInt8]) -> Data {
        var digest = Data(count: 32)
        digest.withUnsafeMutableBytes { bytes in
            let start = bytes.bindMemory(to: UInt8.self).baseAddress
            var length: UInt32 = 0
            EVP_Digest(body, body.count, start, &length, EVP_sha256(), nil)
        }
        return digest
    }
}

/// A row refers to what is not there.
struct Missing: Error, CustomStringConvertible {
    let what: String

    var description: String { "\(what) is not there" }
}
