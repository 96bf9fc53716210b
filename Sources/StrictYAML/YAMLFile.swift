import Glibc
package import Yams

/// The room of files that people write: YAML text becomes values, or every problem of the file with its place. It knows
/// nothing of what the files say.
package enum YAMLFile {
    /// Reads a file's text. A file that cannot be read at all is one problem at its first line.
    ///
    /// - Parameter limit: the largest file that is read, in bytes.
    package static func text(path: String, limit: Int) throws(YAMLError) -> String {
        let bytes = try read(path, limit)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw YAMLError(problems: [notUTF8(bytes, path)])
        }
        return text
    }

    /// Composes the text and has `body` read its tree. Every problem that composing or `body` finds is in the error, in
    /// the order of the file.
    ///
    /// - Parameter body: runs on a thread of its own with room for deep nesting, and is over when this returns. It
    ///   returns nil only where it has reported a problem.
    package static func read<Content>(
        _ text: String, file: String, limit: Int, _ body: @escaping (inout YAMLReader, Node) -> Content?
    ) throws(YAMLError) -> Content {
        guard text.utf8.count <= limit else { throw YAMLError(atStartOf: file, tooLarge(limit)) }
        var result: Result<Content, YAMLError>?
        let code = onRoomyThread {
            result = Result { () throws(YAMLError) in
                let document = try YAMLText(text, file: file).compose()
                var reader = YAMLReader(document, file: file)
                let content = body(&reader, document.root)
                try reader.finish()
                guard let content else { throw YAMLError(atStartOf: file, "nothing to read") }
                return content
            }
        }
        guard let result else { throw YAMLError(atStartOf: file, "cannot be parsed: " + reason(code)) }
        return try result.get()
    }

    private static func tooLarge(_ limit: Int) -> String { "larger than \(limit >> 20) MiB" }

    private static func read(_ path: String, _ limit: Int) throws(YAMLError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw YAMLError(atStartOf: path, "cannot be opened: " + reason(errno)) }
        defer { close(descriptor) }
        // One byte more than the limit tells a file at the limit from one beyond it.
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= limit {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw YAMLError(atStartOf: path, "cannot be read: " + reason(errno)) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
        throw YAMLError(atStartOf: path, tooLarge(limit))
    }

    private static func reason(_ code: Int32) -> String {
        String(cString: strerror(code)).lowercased()
    }

    private static func notUTF8(_ bytes: [UInt8], _ path: String) -> YAMLProblem {
        var good = 0
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            good = error.byteOffsets.lowerBound
        }
        let before = String(decoding: bytes[..<good], as: UTF8.self).unicodeScalars
        let lineStart = before.lastIndex(of: "\n").map { before.index(after: $0) } ?? before.startIndex
        let byte = bytes.indices.contains(good) ? "byte 0x" + String(bytes[good], radix: 16) : "the text"
        return YAMLProblem(
            place: Place(
                file: path, line: before.count { $0 == "\n" } + 1, column: before[lineStart...].count + 1),
            message: "\(byte) is not UTF-8")
    }
}

extension YAMLError {
    fileprivate init(atStartOf path: String, _ message: String) {
        self.init(problems: [YAMLProblem(place: Place(file: path, line: 1, column: 1), message: message)])
    }
}

extension YAMLFile {
    /// The first bytes of a file, at most `count`.
    package static func head(path: String, count: Int) throws(YAMLError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw YAMLError(atStartOf: path, "cannot be opened: " + reason(errno)) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        let read = Glibc.read(descriptor, &bytes, count)
        guard read >= 0 else { throw YAMLError(atStartOf: path, "cannot be read: " + reason(errno)) }
        return Array(bytes.prefix(read))
    }
}
