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
        let newline = indexOfNewline(from: position)
        var end = newline
        if end > position, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        let line = position..<end
        lastEndsInNewline = newline < bytes.count
        position = newline + 1
        number += 1
        return line
    }

    /// The count of all bytes if there is none. Eight bytes a step: the newlines are most of the work on a listing.
    private func indexOfNewline(from start: Int) -> Int {
        let raw = UnsafeRawBufferPointer(bytes)
        let newlines: UInt64 = 0x0A0A_0A0A_0A0A_0A0A
        let lowBits: UInt64 = 0x0101_0101_0101_0101
        let highBits: UInt64 = 0x8080_8080_8080_8080
        var index = start
        while index + 8 <= raw.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ newlines
            // Sets the high bit of every zero byte; the lowest such bit is exact.
            let zeros = (word &- lowBits) & ~word & highBits
            if zeros != 0 { return index + zeros.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < raw.count, raw[index] != UInt8(ascii: "\n") { index += 1 }
        return index
    }
}
