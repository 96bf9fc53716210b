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
        guard let unit = nanoseconds(in: name) else { return nil }
        return (number, unit)
    }

    private static func nanoseconds(in unit: ArraySlice<UInt8>) -> UInt64? {
        func isNamed(_ name: StaticString) -> Bool {
            unit.elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        }
        if isNamed("s") { return 1_000_000_000 }
        if isNamed("m") { return 60_000_000_000 }
        if isNamed("h") { return 3_600_000_000_000 }
        if isNamed("ms") { return 1_000_000 }
        // With the micro sign or the Greek letter, which are two characters to Go as well.
        if isNamed("us") || isNamed("\u{B5}s") || isNamed("\u{3BC}s") { return 1000 }
        return isNamed("ns") ? 1 : nil
    }
}
