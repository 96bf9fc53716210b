import Glibc

extension Fleet {
    /// The largest inventory that is read, in bytes.
    package static let fileLimit = 1 << 24

    /// Reads and parses an inventory. Every problem of the file is in the error, in the order of the file; a
    /// file that cannot be read at all is one problem at its first line.
    package static func load(path: String) throws(InventoryError) -> Fleet {
        let bytes = try read(path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InventoryError(problems: [notUTF8(bytes, path)])
        }
        return try parse(text, file: path)
    }

    /// Parses an inventory's text. `file` is its path as the user gave it: relative paths in the text are
    /// relative to its directory. `~` is `$HOME`.
    package static func parse(_ text: String, file: String) throws(InventoryError) -> Fleet {
        try parse(text, file: file, home: getenv("HOME").map { String(cString: $0) })
    }

    static func parse(_ text: String, file: String, home: String?) throws(InventoryError) -> Fleet {
        guard text.utf8.count <= fileLimit else { throw InventoryError(atStartOf: file, tooLarge) }
        var result: Result<Fleet, InventoryError>?
        let code = onRoomyThread {
            result = Result { () throws(InventoryError) in try parseHere(text, file: file, home: home) }
        }
        guard let result else { throw InventoryError(atStartOf: file, "cannot be parsed: " + reason(code)) }
        return try result.get()
    }

    private static func parseHere(_ text: String, file: String, home: String?) throws(InventoryError) -> Fleet {
        let document = try InventoryText(text, file: file).compose()
        var reader = InventoryReader(file: file, home: home, renamedKeys: document.renamedKeys)
        let clusters = reader.clusters(in: document.root)
        guard reader.problems.isEmpty else {
            // Settings are read before the hosts they apply to, so the order of finding is not the file's.
            let sorted = reader.problems.enumerated().sorted {
                ($0.element.place.line, $0.element.place.column, $0.offset)
                    < ($1.element.place.line, $1.element.place.column, $1.offset)
            }
            throw InventoryError(problems: sorted.map(\.element), isCut: reader.isCut)
        }
        return Fleet(source: file, clusters: clusters)
    }

    private static var tooLarge: String { "larger than \(fileLimit >> 20) MiB" }

    private static func read(_ path: String) throws(InventoryError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InventoryError(atStartOf: path, "cannot be opened: " + reason(errno)) }
        defer { close(descriptor) }
        // One byte more than the limit tells a file at the limit from one beyond it.
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= fileLimit {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw InventoryError(atStartOf: path, "cannot be read: " + reason(errno)) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
        throw InventoryError(atStartOf: path, tooLarge)
    }

    private static func reason(_ code: Int32) -> String {
        String(cString: strerror(code)).lowercased()
    }

    private static func notUTF8(_ bytes: [UInt8], _ path: String) -> InventoryProblem {
        var good = 0
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            good = error.byteOffsets.lowerBound
        }
        let before = String(decoding: bytes[..<good], as: UTF8.self).unicodeScalars
        let lineStart = before.lastIndex(of: "\n").map { before.index(after: $0) } ?? before.startIndex
        let byte = bytes.indices.contains(good) ? "byte 0x" + String(bytes[good], radix: 16) : "the text"
        return InventoryProblem(
            place: Place(
                file: path, line: before.count { $0 == "\n" } + 1, column: before[lineStart...].count + 1),
            message: "\(byte) is not UTF-8")
    }
}

extension InventoryError {
    fileprivate init(atStartOf path: String, _ message: String) {
        self.init(problems: [InventoryProblem(place: Place(file: path, line: 1, column: 1), message: message)])
    }
}
