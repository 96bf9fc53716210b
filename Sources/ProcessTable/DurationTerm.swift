extension FlagValue {
    struct DurationNumber {
        var whole: UInt64
        var fraction: UInt64
        /// The fraction is `fraction / scale`.
        var scale: Double
    }

    /// Takes one number and its unit (in nanoseconds) off the front, as Go's time/format.go does; nil if malformed.
    static func durationTerm(
        _ rest: inout ArraySlice<UInt8>, limit: UInt64
    ) -> (number: DurationNumber, unit: UInt64)? {
        var number = DurationNumber(whole: 0, fraction: 0, scale: 1)
        var digits = 0
        while let byte = rest.first, let digit = decimalDigit(byte) {
            guard number.whole <= limit / 10 else { return nil }
            number.whole = number.whole * 10 + UInt64(digit)
            guard number.whole <= limit else { return nil }
            digits += 1
            rest.removeFirst()
        }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            var isFull = false
            while let byte = rest.first, let digit = decimalDigit(byte) {
                digits += 1
                rest.removeFirst()
                // Go ignores the digits that no longer fit.
                guard !isFull, number.fraction <= (limit - 1) / 10 else {
                    isFull = true
                    continue
                }
                let next = number.fraction * 10 + UInt64(digit)
                guard next <= limit else {
                    isFull = true
                    continue
                }
                number.fraction = next
                number.scale *= 10
            }
        }
        guard digits > 0 else { return nil }
        let name = rest.prefix { $0 != UInt8(ascii: ".") && decimalDigit($0) == nil }
        rest = rest.dropFirst(name.count)
        let unit: UInt64
        switch String(decoding: name, as: UTF8.self).unicodeScalars.map(\.value) {
        case scalars("ns"): unit = 1
        case scalars("us"), [0xB5, 0x73], [0x3BC, 0x73]: unit = 1000
        case scalars("ms"): unit = 1_000_000
        case scalars("s"): unit = 1_000_000_000
        case scalars("m"): unit = 60_000_000_000
        case scalars("h"): unit = 3_600_000_000_000
        default: return nil
        }
        return (number, unit)
    }

    private static func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }
}
