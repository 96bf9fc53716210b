import CLinux
import Glibc

/// Adds trusted keys to a known_hosts file.
package enum KnownHostsFile {
    package struct Entry: Sendable, Hashable {
        package var name: String
        package var port: UInt16
        package var key: HostKey

        package init(name: String, port: UInt16, key: HostKey) {
            self.name = name
            self.port = port
            self.key = key
        }

        func line() throws(KnownHostsError) -> String {
            // What would end the field, the line, or turn the name into a pattern, a hash, a marker or a comment.
            let special = Array("*?!,|@#[] \t".utf8)
            guard !name.isEmpty, name.utf8.allSatisfy({ (0x21...0x7e).contains($0) && !special.contains($0) })
            else { throw .unusableName(PeerText.printable(name.utf8)) }
            let written = port == 22 ? name.asciiLowercased : "[\(name.asciiLowercased)]:\(port)"
            return "\(written) \(key.knownHostsText)\n"
        }
    }

    /// Appends one line for each entry, each line once, in one write under a lock, so that a reader or another
    /// writer sees all of it or none. Does not wait for the lock. The file is made with mode 0600 where it is missing; its
    /// directory is not.
    package static func append(_ entries: [Entry], to path: String) throws(KnownHostsError) {
        var seen: Set<Entry> = []
        var text = ""
        for entry in entries where seen.insert(entry).inserted { text += try entry.line() }
        guard !text.isEmpty else { return }

        let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotWrite("\(path): \(Errno.text(errno))") }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .locked(path) : .cannotWrite("\(path): \(Errno.text(errno))")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .cannotWrite("\(path): \(Errno.text(errno))") }
        if status.st_size > 0 {
            var last: UInt8 = 0
            guard pread(descriptor, &last, 1, status.st_size - 1) == 1 else {
                throw .cannotWrite("\(path): the last byte cannot be read")
            }
            if last != UInt8(ascii: "\n") { text = "\n" + text }
        }
        let bytes = Array(text.utf8)
        let written = write(descriptor, bytes, bytes.count)
        guard written == bytes.count else {
            let problem = written < 0 ? Errno.text(errno) : "only \(written) of \(bytes.count) bytes were written"
            // Half a line would spoil the next one. Whoever appends without the lock, as ssh does, keeps what he wrote.
            var now = stat()
            if written > 0, fstat(descriptor, &now) == 0, now.st_size == status.st_size + written {
                ftruncate(descriptor, status.st_size)
            }
            throw .cannotWrite("\(path): \(problem)")
        }
    }
}

enum Errno {
    static func text(_ code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
}
