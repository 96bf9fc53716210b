import GRDB
import Glibc

/// The history of sweeps: one SQLite file. Readers and one writer work side by side (WAL).
package struct SweepStore: Sendable {
    let database: DatabaseQueue
    package let path: String

    /// Opens the history of a directory, and makes it where there is none.
    package static func open(_ directory: StateDirectory) throws(StoreError) -> SweepStore {
        try directory.create()
        let descriptor = Glibc.open(directory.database, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            let reason: StoreError.Reason = errno == EROFS || errno == EACCES ? .readOnly : .cannotCreate
            throw StoreError(reason, path: directory.database, detail: String(cString: strerror(errno)))
        }
        close(descriptor)
        return try SweepStore(path: directory.database)
    }

    /// Opens the history of a directory for a command that has nothing to say without one.
    package static func existing(_ directory: StateDirectory) throws(StoreError) -> SweepStore {
        guard access(directory.database, F_OK) == 0 else {
            throw StoreError(.missing, path: directory.database, detail: String(cString: strerror(errno)))
        }
        return try SweepStore(path: directory.database)
    }

    private init(path: String) throws(StoreError) {
        self.path = path
        database = try StoreError.catching(path) {
            var configuration = Configuration()
            configuration.journalMode = .wal
            // A reader holds nobody up for longer than a batch of results takes to write.
            configuration.busyMode = .timeout(10)
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.write { db in
                let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
                let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
                if application != Schema.applicationID {
                    guard application == 0, tables == 0 else {
                        throw StoreError(.foreign, path: path, detail: "application id \(application)")
                    }
                    try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
                }
            }
            if try queue.read(Schema.migrator.hasBeenSuperseded) {
                throw StoreError(.newer, path: path, detail: "its schema has migrations that this release lacks")
            }
            try Schema.migrator.migrate(queue)
            return queue
        }
    }

    /// Every page and reference of the file; an empty list where it is sound.
    package func problems() throws(StoreError) -> [String] {
        try StoreError.catching(path) {
            try database.read { db in
                let pages = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
                let references = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
                return pages + (references == 0 ? [] : ["\(references) rows refer to what is not there"])
            }
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        try StoreError.catching(path) { try database.read(body) }
    }

    func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        try StoreError.catching(path) { try database.write(body) }
    }
}

extension StoreError {
    /// Turns whatever `body` throws into one of the reasons.
    static func catching<Value>(_ path: String, _ body: () throws -> Value) throws(StoreError) -> Value {
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw StoreError(Reason(error.resultCode), path: path, detail: error.message ?? "\(error.resultCode)")
        } catch {
            throw StoreError(.damaged, path: path, detail: "\(error)")
        }
    }
}

extension StoreError.Reason {
    fileprivate init(_ code: ResultCode) {
        switch code {
        case .SQLITE_FULL: self = .full
        case .SQLITE_READONLY: self = .readOnly
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged
        case .SQLITE_CANTOPEN, .SQLITE_PERM: self = .cannotCreate
        default: self = .other
        }
    }
}
