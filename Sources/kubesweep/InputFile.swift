import Glibc

/// Files that are read whole, within a bound.
enum InputFile {
    /// More than any process table; a listing is about 100 bytes a process.
    static let limit = 64 << 20

    /// A report has about 20 KB a host.
    static let reportLimit = 2 << 30

    /// - Parameters:
    ///   - name: a path, or `-` for standard input.
    ///   - limit: in bytes.
    static func read(_ name: String, limit: Int = limit) throws(CommandFailure) -> [UInt8] {
        let descriptor = name == "-" ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandFailure(.noInput, "\(name): \(String(cString: strerror(errno)))") }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw CommandFailure(.noInput, "\(name): \(String(cString: strerror(errno)))")
            }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw CommandFailure(
                    .noInput, "\(name): larger than \(limit >> 20) MiB, which is more than it can hold")
            }
        }
    }
}
