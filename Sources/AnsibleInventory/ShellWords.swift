/// A word of a line, with the byte that it begins at.
struct ShellWord: Equatable {
    var text: String
    var offset: Int
}

/// Splits a line as Python's `shlex.split` does: quotes, backslashes, and where asked for comments, which begin at a `#`
/// anywhere outside quotes.
enum ShellWords {
    enum Failure: Error {
        case quoteNotClosed
        case nothingEscaped

        var words: String {
            switch self {
            case .quoteNotClosed: "a quote is not closed"
            case .nothingEscaped: "a backslash ends the line"
            }
        }
    }

    static func split(_ line: some Collection<UInt8>, comments: Bool) throws(Failure) -> [ShellWord] {
        var words: [ShellWord] = []
        var word: [UInt8] = []
        var start: Int?
        var quote: UInt8?
        var offset = 0
        var index = line.startIndex
        func next() -> UInt8? {
            guard index < line.endIndex else { return nil }
            defer {
                index = line.index(after: index)
                offset += 1
            }
            return line[index]
        }
        func end() {
            guard let begin = start else { return }
            words.append(ShellWord(text: String(decoding: word, as: UTF8.self), offset: begin))
            word.removeAll(keepingCapacity: true)
            start = nil
        }
        while let byte = next() {
            if let open = quote {
                if byte == open {
                    quote = nil
                } else if byte == UInt8(ascii: "\\"), open == UInt8(ascii: "\"") {
                    guard let escaped = next() else { throw .nothingEscaped }
                    if escaped != open, escaped != byte { word.append(byte) }
                    word.append(escaped)
                } else {
                    word.append(byte)
                }
                continue
            }
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): end()
            case UInt8(ascii: "#") where comments:
                end()
                return words
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                start = start ?? offset - 1
                quote = byte
            case UInt8(ascii: "\\"):
                start = start ?? offset - 1
                guard let escaped = next() else { throw .nothingEscaped }
                word.append(escaped)
            default:
                start = start ?? offset - 1
                word.append(byte)
            }
        }
        guard quote == nil else { throw .quoteNotClosed }
        end()
        return words
    }
}
