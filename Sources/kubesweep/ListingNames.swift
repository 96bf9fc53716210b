import Glibc
import SweepReport

/// A saved listing by the name that a person or a list gave it.
struct ListingName: Sendable {
    /// Nil for standard input.
    let path: [UInt8]?
    /// For reports.
    let text: String

    /// `-` is standard input.
    init(argument: String) {
        path = argument == "-" ? nil : Array(argument.utf8)
        text = argument
    }

    /// A name in a list, where `-` is a file like any other. Its bytes need not be UTF-8.
    init(path: [UInt8]) {
        self.path = path
        text = String(decoding: path, as: UTF8.self)
    }

    func read() throws(CommandFailure) -> [UInt8] {
        do throws(InputFile.Problem) {
            guard let path else { return try InputFile.read(STDIN_FILENO) }
            return try InputFile.read(path)
        } catch {
            throw CommandFailure(.noInput, "\(printable(text, limit: 4096)): \(error.words)")
        }
    }
}

/// The listings to judge, in the order in which they are named: the arguments, then the names in a list, which is read
/// as far as it is needed and may be of any length.
struct ListingNames {
    private let arguments: [String]
    private var next = 0
    private let list: NameList?

    /// - Parameters:
    ///   - list: a path, or `-` for standard input; one name a line.
    ///   - endsInNUL: whether the names in the list end in NUL instead of a line's end.
    init(_ arguments: [String], list: String?, endsInNUL: Bool) throws(CommandFailure) {
        self.arguments = arguments
        self.list = if let list { try NameList(list, separator: endsInNUL ? 0 : UInt8(ascii: "\n")) } else { nil }
    }

    /// Nil after the last.
    mutating func take() throws(CommandFailure) -> ListingName? {
        if next < arguments.count {
            next += 1
            return ListingName(argument: arguments[next - 1])
        }
        return try list?.take().map(ListingName.init(path:))
    }
}

/// Names that each end in a separator, read piece by piece.
private final class NameList {
    private let name: String
    private let separator: UInt8
    private let descriptor: Int32
    private var bytes: ArraySlice<UInt8> = []
    private var isAtEnd = false

    init(_ name: String, separator: UInt8) throws(CommandFailure) {
        self.name = name
        self.separator = separator
        descriptor = name == "-" ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw failure(String(cString: strerror(errno))) }
    }

    deinit { if descriptor > STDIN_FILENO { close(descriptor) } }

    /// Empty lines are no names; the last name may end without a separator.
    func take() throws(CommandFailure) -> [UInt8]? {
        while true {
            if let end = bytes.firstIndex(of: separator) {
                let path = bytes[..<end]
                bytes = bytes[(end + 1)...]
                if !path.isEmpty { return Array(path) }
            } else if isAtEnd {
                defer { bytes = [] }
                return bytes.isEmpty ? nil : Array(bytes)
            } else {
                // The longest path that Linux opens, with its NUL.
                guard bytes.count < Int(PATH_MAX) else {
                    throw failure("a name of more than \(PATH_MAX - 1) bytes, which no path is")
                }
                try fill()
            }
        }
    }

    private func fill() throws(CommandFailure) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { return }
        if count < 0 { throw failure(String(cString: strerror(errno))) }
        isAtEnd = count == 0
        bytes = bytes + buffer[..<count]
    }

    private func failure(_ words: String) -> CommandFailure {
        CommandFailure(.noInput, "\(printable(name, limit: 4096)): \(words)")
    }
}
