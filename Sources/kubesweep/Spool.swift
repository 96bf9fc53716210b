import Glibc

/// Bytes that are written once and then read back, any number of times: in memory while they are few, else in a
/// temporary file without a name, which is gone with the program however that ends.
final class Spool {
    private var recent: [UInt8] = []
    private var descriptor: Int32 = -1
    /// Bytes in the file.
    private var size = 0
    private(set) var failure: CommandFailure?

    private static let memory = 1 << 20

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// After a failure, which is for whoever reads, nothing more is taken.
    func append(_ bytes: [UInt8]) {
        if failure != nil { return }
        recent += bytes
        if recent.count < Self.memory { return }
        if descriptor < 0 { descriptor = Self.temporaryFile() }
        guard descriptor >= 0, Console.writeAll(recent, to: descriptor) else {
            failure = CommandFailure(
                .cannotWrite, "temporary file in \(Self.folder): \(String(cString: strerror(errno)))")
            recent = []
            return
        }
        size += recent.count
        recent.removeAll(keepingCapacity: true)
    }

    /// Hands over everything in its order, in pieces, until `put` fails.
    ///
    /// - Returns: whether all was put.
    func read(_ put: (ArraySlice<UInt8>) -> Bool) throws(CommandFailure) -> Bool {
        if let failure { throw failure }
        var buffer = [UInt8](repeating: 0, count: size == 0 ? 0 : Self.memory)
        var position = 0
        while position < size {
            let count = pread(descriptor, &buffer, buffer.count, position)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let cause = count == 0 ? "it has become shorter" : String(cString: strerror(errno))
                throw CommandFailure(.cannotWrite, "temporary file in \(Self.folder): \(cause)")
            }
            if !put(buffer[..<count]) { return false }
            position += count
        }
        return put(recent[...])
    }

    /// Not /tmp, which is memory on many systems.
    private static let folder: String = {
        let named = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        return named.isEmpty ? "/var/tmp" : named
    }()

    /// Its mode is 0600: findings are a map of weak spots.
    private static func temporaryFile() -> Int32 {
        var name = Array("\(folder)/kubesweep-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        if descriptor >= 0 { unlink(name) }
        return descriptor
    }
}
