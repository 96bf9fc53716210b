import Glibc
import SweepReport

/// Files that are read whole, within a bound.
enum InputFile {
    /// More than any process table; a listing is about 100 bytes a process.
    static let limit = 64 << 20

    struct Problem: Error {
        /// What the operating system says, or what is wrong with the name or size.
        let words: String
    }

    /// A report has about 20 KB a host.
    static let reportLimit = 2 << 30

    /// - Parameters:
    ///   - name: a path, or `-` for standard input.
    ///   - limit: in bytes.
    static func read(_ name: String, limit: Int) throws(CommandFailure) -> [UInt8] {
        do throws(Problem) {
            return name == "-" ? try read(STDIN_FILENO, limit: limit) : try read(Array(name.utf8), limit: limit)
        } catch {
            throw CommandFailure(.noInput, "\(printable(name, limit: 4096)): \(error.words)")
        }
    }

    static func read(_ path: [UInt8], limit: Int = limit) throws(Problem) -> [UInt8] {
        // The operating system would read the name up to there, which is another file's.
        if path.contains(0) { throw Problem(words: "a name with a NUL byte in it; give --null for a list of such") }
        let descriptor = open(path.map { CChar(bitPattern: $0) } + [0], O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem }
        defer { close(descriptor) }
        return try read(descriptor, limit: limit)
    }

    static func read(_ descriptor: Int32, limit: Int = limit) throws(Problem) -> [UInt8] {
        var bytes: [UInt8] = []
        var status = stat()
        // The size is a hint: a pipe has none, and a file may grow.
        if fstat(descriptor, &status) == 0 { bytes.reserveCapacity(min(max(0, status.st_size), limit)) }
        // Not an array: it would be filled with zeros first, which takes as long as reading a listing into it.
        return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64 << 10) { (buffer) throws(Problem) in
            while true {
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if count == 0 { return bytes }
                guard count > 0 else {
                    if errno == EINTR { continue }
                    throw problem
                }
                // The bytes just read are initialised.
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[..<count]))
                guard bytes.count <= limit else {
                    throw Problem(words: "larger than \(limit >> 20) MiB, which is more than it can hold")
                }
            }
        }
    }

    private static var problem: Problem { Problem(words: String(cString: strerror(errno))) }
}
