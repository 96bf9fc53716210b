import Glibc

/// Files that are read whole, within a bound.
enum InputFile {
    /// More than any process table; a listing is about 100 bytes a process.
    static let limit = 64 << 20

    struct Problem: Error {
        /// What the operating system says, or what is wrong with the name or size.
        let words: String
    }

    static func read(_ path: [UInt8]) throws(Problem) -> [UInt8] {
        // The operating system would read the name up to there, which is another file's.
        if path.contains(0) { throw Problem(words: "a name with a NUL byte in it; give --null for a list of such") }
        let descriptor = open(path.map { CChar(bitPattern: $0) } + [0], O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem }
        defer { close(descriptor) }
        return try read(descriptor)
    }

    static func read(_ descriptor: Int32) throws(Problem) -> [UInt8] {
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
                    throw Problem(words: "larger than \(limit >> 20) MiB, which no process table is")
                }
            }
        }
    }

    private static var problem: Problem { Problem(words: String(cString: strerror(errno))) }
}
