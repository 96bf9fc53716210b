/// One line of an ssh_config file, split as ssh splits it (readconf.c and argv_split of misc.c): a keyword, an optional
/// `=`, and words that may be quoted.
struct SSHConfigLine: Equatable {
    /// In lower case.
    var keyword: String
    var words: [String]
    /// What stands behind the keyword, as it is written.
    var rest: String

    struct NotUnderstood: Error, Equatable {}

    private static let space: Set<UInt8> = [0x20, 0x09, 0x0d, 0x0c]

    /// Nil for an empty line or a comment.
    init?(_ bytes: some BidirectionalCollection<UInt8>) throws(NotUnderstood) {
        var text = Array(bytes)[...]
        while let last = text.last, Self.space.contains(last) { text.removeLast() }
        text = text.drop(while: Self.space.contains)
        guard let first = text.first, first != UInt8(ascii: "#") else { return nil }
        let name = text.prefix { !Self.space.contains($0) && $0 != UInt8(ascii: "=") }
        guard !name.isEmpty, !name.contains(UInt8(ascii: "\"")), !text.contains(0) else { throw NotUnderstood() }
        text = text.dropFirst(name.count).drop(while: Self.space.contains)
        if text.first == UInt8(ascii: "=") { text = text.dropFirst().drop(while: Self.space.contains) }
        keyword = String(decoding: name, as: UTF8.self).lowercased()
        rest = String(decoding: text, as: UTF8.self)
        words = try Self.words(text)
    }

    private static func words(_ text: ArraySlice<UInt8>) throws(NotUnderstood) -> [String] {
        var words: [String] = []
        var rest = text
        while true {
            rest = rest.drop(while: { $0 == 0x20 || $0 == 0x09 })
            guard let first = rest.first, first != UInt8(ascii: "#") else { return words }
            var word: [UInt8] = []
            var quote: UInt8?
            reading: while let byte = rest.popFirst() {
                switch byte {
                case UInt8(ascii: "\\"):
                    // Escapes a quote, itself and, outside of quotes, a space; before anything else it stands for itself.
                    if let next = rest.first,
                        next == UInt8(ascii: "'") || next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\")
                            || (next == 0x20 && quote == nil)
                    {
                        word.append(next)
                        rest.removeFirst()
                    } else {
                        word.append(byte)
                    }
                case 0x20, 0x09:
                    if quote == nil { break reading }
                    word.append(byte)
                case UInt8(ascii: "'"), UInt8(ascii: "\""):
                    if quote == nil {
                        quote = byte
                    } else if quote == byte {
                        quote = nil
                    } else {
                        word.append(byte)
                    }
                default: word.append(byte)
                }
            }
            guard quote == nil else { throw NotUnderstood() }
            words.append(String(decoding: word, as: UTF8.self))
        }
    }
}
