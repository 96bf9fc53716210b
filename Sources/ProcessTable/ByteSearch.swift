extension UnsafeBufferPointer<UInt8> {
    /// Where the byte first stands in the range, or the range's end. Sixteen bytes a step: finding line ends and spaces
    /// is most of the work on a listing.
    func position(of byte: UInt8, in range: Range<Int>) -> Int {
        let raw = UnsafeRawBufferPointer(self)
        let pattern = SIMD16<UInt8>(repeating: byte)
        var index = range.lowerBound
        while index + 16 <= range.upperBound {
            let block = raw.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
            if any(block .== pattern) { break }
            index += 16
        }
        while index < range.upperBound, raw[index] != byte { index += 1 }
        return index
    }
}
