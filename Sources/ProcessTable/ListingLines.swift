/// The lines of a listing, without their ends (LF or CRLF).
struct ListingLines {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position: Int
    /// Lines handed out so far.
    private(set) var number = 0
    /// False once a line has been handed out that no newline ends.
    private(set) var lastEndsInNewline = true

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        position = bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0
    }

    mutating func next() -> Range<Int>? {
        guard position < bytes.count else { return nil }
        let newline = bytes.position(of: UInt8(ascii: "\n"), in: position..<bytes.count)
        var end = newline
        if end > position, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        let line = position..<end
        lastEndsInNewline = newline < bytes.count
        position = newline + 1
        number += 1
        return line
    }
}
