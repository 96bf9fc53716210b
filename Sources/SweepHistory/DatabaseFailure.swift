import GRDB
import Glibc

extension StoreError {
    /// Turns whatever `body` throws into one of the reasons.
    static func catching<Value>(_ path: String, _ body: () throws -> Value) throws(StoreError) -> Value {
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        } catch {
            throw StoreError(.damaged, path: path, detail: "\(error)")
        }
    }

    private init(_ error: DatabaseError, path: String) {
        let said = error.message ?? "\(error.resultCode)"
        let place = FileSystem(of: path)
        switch error.resultCode {
        case .SQLITE_FULL: self.init(.full, path: path, detail: said)
        case .SQLITE_READONLY: self.init(.readOnly, path: path, detail: place.refusal ?? said)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(.busy, path: path, detail: said)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self.init(.damaged, path: path, detail: said)
        case .SQLITE_CANTOPEN, .SQLITE_PERM: self.init(.cannotCreate, path: path, detail: said)
        case .SQLITE_IOERR:
            // SQLite says no more of what the system said; what is left of its file system tells.
            if place.isReadOnly {
                self.init(.readOnly, path: path, detail: place.refusal ?? said)
            } else if place.isFull || error.extendedResultCode == .SQLITE_IOERR_SHMSIZE {
                self.init(.full, path: path, detail: said)
            } else {
                self.init(.disk, path: path, detail: "\(said) (SQLite's \(error.extendedResultCode.rawValue))")
            }
        default: self.init(.other, path: path, detail: said)
        }
    }
}

/// The file system on which a file stands.
private struct FileSystem {
    let isReadOnly: Bool
    /// There is no room for the files that SQLite makes beside a database.
    let isFull: Bool
    /// Why nothing is written there, in the system's words; nil where it does not say.
    let refusal: String?

    /// Bytes of the index of a log.
    private static let least = 32 << 10

    init(of path: String) {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        let isWritable =
            access(path, W_OK) == 0 && access(path.hasPrefix("/") ? "/\(folder)" : "./\(folder)", W_OK) == 0
        refusal = isWritable ? nil : String(cString: strerror(errno))
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            (isReadOnly, isFull) = (false, false)
            return
        }
        isReadOnly = status.f_flag & UInt(ST_RDONLY) != 0
        let isRoot = geteuid() == 0
        let blocks = isRoot ? status.f_bfree : status.f_bavail
        let files = isRoot ? status.f_ffree : status.f_favail
        isFull = Int(blocks) * Int(status.f_frsize) < Self.least || (status.f_files > 0 && files == 0)
    }
}
