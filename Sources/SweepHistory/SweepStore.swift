import GRDB
import Glibc

/// The history of sweeps: one SQLite file. Readers and one writer work side by side (WAL).
package struct SweepStore: Sendable {
    let database: DatabaseQueue
    package let path: String
    /// What the file was when it was opened, where nothing tells this connection that somebody writes to it.
    private let stamp: FileStamp?

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

    /// Opens the history of a directory for a command that has nothing to say without one, and writes to it.
    package static func writable(_ directory: StateDirectory) throws(StoreError) -> SweepStore {
        try expect(directory, W_OK, otherwise: .readOnly)
        return try SweepStore(path: directory.database)
    }

    /// Opens the history of a directory for a command that only reads it: as far as SQLite can, also on a full disk, and
    /// for an account that may not write.
    package static func existing(_ directory: StateDirectory) throws(StoreError) -> SweepStore {
        let path = directory.database
        try expect(directory, R_OK, otherwise: .denied)
        let obstacle: StoreError
        do throws(StoreError) {
            try expect(directory, W_OK, otherwise: .readOnly)
            return try SweepStore(path: path)
        } catch {
            switch error.reason {
            case .full, .readOnly, .cannotCreate, .disk: obstacle = error
            case .missing, .denied, .foreign, .damaged, .newer, .busy, .noSuchSweep, .other: throw error
            }
        }
        return try SweepStore(reading: path, because: obstacle)
    }

    /// - Throws: `missing`, or the given reason where this account may not use file and directory so.
    private static func expect(
        _ directory: StateDirectory, _ mode: Int32, otherwise reason: StoreError.Reason
    ) throws(StoreError) {
        let path = directory.database
        guard access(path, mode) == 0, mode != W_OK || access(directory.path, mode) == 0 else {
            let reason = errno == ENOENT || errno == ENOTDIR ? .missing : reason
            throw StoreError(reason, path: path, detail: String(cString: strerror(errno)))
        }
    }

    private init(path: String) throws(StoreError) {
        self.path = path
        stamp = nil
        database = try StoreError.catching(path) {
            var configuration = Configuration()
            configuration.journalMode = .wal
            configuration.busyMode = Self.patience
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.write { db in
                if try Self.isEmpty(db, path) {
                    try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
                }
            }
            try Self.expectKnown(queue, path)
            try Schema.migrator.migrate(queue)
            return queue
        }
    }

    /// Opens the file for reading where it cannot be opened for both, which would make files beside it.
    ///
    /// A finished sweep leaves its file whole (`SweepRecorder.finish`), and then the file alone is read. Otherwise its log
    /// must be read with it, which SQLite can if the writer's index of the log is there, too.
    ///
    /// - Parameter obstacle: why it cannot be opened for both.
    private init(reading path: String, because obstacle: StoreError) throws(StoreError) {
        let log = FileStamp("\(path)-wal")
        let isWhole = log.map { $0.size == 0 } ?? true
        self.path = path
        stamp = isWhole ? FileStamp(path) : nil
        do throws(StoreError) {
            database = try StoreError.catching(path) {
                var configuration = Configuration()
                configuration.readonly = true
                configuration.busyMode = Self.patience
                // Also where the disk that is full is the one for temporary files.
                configuration.prepareDatabase { try $0.execute(sql: "PRAGMA temp_store = MEMORY") }
                let queue = try DatabaseQueue(
                    path: isWhole ? Self.immutable(path) : path, configuration: configuration)
                if try queue.read({ try Self.isEmpty($0, path) }) {
                    throw StoreError(.missing, path: path, detail: "the file is empty")
                }
                try Self.expectKnown(queue, path)
                guard try queue.read(Schema.migrator.hasCompletedMigrations) else {
                    throw StoreError(
                        obstacle.reason, path: path,
                        detail: "an earlier release wrote it, and it is to be brought up to date: \(obstacle.detail)")
                }
                return queue
            }
        } catch {
            // What keeps its log from being read is what kept it from being written.
            guard !isWhole, error.reason != .damaged, error.reason != .newer else { throw error }
            throw StoreError(
                obstacle.reason, path: path,
                detail: "its log \(path)-wal is to be written into it first: \(obstacle.detail)")
        }
    }

    /// A reader holds nobody up for longer than a batch of results takes to write.
    private static let patience = Database.BusyMode.timeout(10)

    /// As SQLite reads it: nobody writes to the file, so that neither a lock nor a file beside it is needed.
    private static func immutable(_ path: String) -> String {
        let absolute = path.hasPrefix("/") ? path : "./\(path)"
        // A URI gives a meaning to these, and holds no letters but ASCII's.
        let escaped = absolute.utf8.map { byte in
            let character = UnicodeScalar(byte)
            return byte < 0x80 && !"%?#".unicodeScalars.contains(character)
                ? String(character) : "%\(String(byte, radix: 16))"
        }
        return "file:\(escaped.joined())?immutable=1"
    }

    /// Whether nobody has written anything yet.
    private static func isEmpty(_ db: Database, _ path: String) throws -> Bool {
        let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        if application == Schema.applicationID { return false }
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        guard application == 0, tables == 0 else {
            throw StoreError(.foreign, path: path, detail: "application id \(application)")
        }
        return true
    }

    private static func expectKnown(_ queue: DatabaseQueue, _ path: String) throws {
        if try queue.read(Schema.migrator.hasBeenSuperseded) {
            throw StoreError(.newer, path: path, detail: "its schema has migrations that this release lacks")
        }
    }

    /// Every page and reference of the file; an empty list where it is sound.
    package func problems() throws(StoreError) -> [String] {
        try read { db in
            let pages = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
            let references = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
            return pages + (references == 0 ? [] : ["\(references) rows refer to what is not there"])
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        let result = Result { () throws(StoreError) in try StoreError.catching(path) { try database.read(body) } }
        if let stamp, stamp != FileStamp(path) {
            throw StoreError(.busy, path: path, detail: "it was written to while it was read")
        }
        return try result.get()
    }

    func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        try StoreError.catching(path) { try database.write(body) }
    }
    /// Puts what was written from the log into the file, so that the file alone is whole: for whoever copies it, or may
    /// only read.
    func settle() throws(StoreError) {
        try StoreError.catching(path) {
            try database.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        }
    }
}
