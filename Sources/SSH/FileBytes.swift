import Glibc

/// Reads a whole file that somebody else wrote.
enum FileBytes {
    /// The bytes, with the owner and mode of the very file they came from.
    static func read(path: String, limit: Int) throws(FileBytesError) -> (bytes: [UInt8], status: stat) {
        // O_NONBLOCK: opening a FIFO must not wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .cannotRead(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .cannotRead(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path) }

        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .cannotRead(path, errno) }
            guard count > 0 else { return (bytes, status) }
            guard bytes.count + count <= limit else { throw .tooLarge(path, limit: limit) }
            bytes.append(contentsOf: chunk[..<count])
        }
    }
}

enum FileBytesError: Error, CustomStringConvertible {
    case cannotRead(String, Int32)
    case notAFile(String)
    case tooLarge(String, limit: Int)

    var description: String {
        switch self {
        case .cannotRead(let path, let code): "\(path): \(Errno.text(code))"
        case .notAFile(let path): "\(path): not a regular file"
        case .tooLarge(let path, let limit): "\(path): larger than \(limit) bytes"
        }
    }
}
