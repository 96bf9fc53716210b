extension UnsafeBufferPointer<UInt8> {
    /// Where the byte first stands in the range, or the range's end. Eight bytes a step: finding line ends and spaces
    /// is most of the work on a listing.
    func position(of byte: UInt8, in range: Range<Int>) -> Int {
        let raw = UnsafeRawBufferPointer(self)
        let lowBits: UInt64 = 0x0101_0101_0101_0101
        let highBits: UInt64 = 0x8080_8080_8080_8080
        let pattern = lowBits &* UInt64(byte)
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ pattern
            // Sets the high bit of every zero byte; the lowest such bit is exact.
            let zeros = (word &- lowBits) & ~word & highBits
            if zeros != 0 { return index + zeros.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < range.upperBound, raw[index] != byte { index += 1 }
        return index
    }
}
