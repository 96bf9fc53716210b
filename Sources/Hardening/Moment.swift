/// A moment of UTC, in seconds since 1970-01-01T00:00:00Z.
package struct Moment: Sendable, Hashable, Comparable {
    package let seconds: Int

    /// A date and time of RFC 3339 with `Z` or an offset; fractions of a second are dropped.
    package init?(rfc3339 text: String) {
        var digits = Digits(text)
        guard let day = digits.day(), digits.take("T") || digits.take("t"), let hour = digits.number(2, upTo: 23),
            digits.take(":"), let minute = digits.number(2, upTo: 59), digits.take(":"),
            let second = digits.number(2, upTo: 60), digits.fraction(), let offset = digits.offset(), digits.isAtEnd
        else { return nil }
        seconds = day * Self.day + hour * 3600 + minute * 60 + second - offset
    }

    /// The first moment after a day `2026-12-31`.
    init?(endOfDay text: String) {
        var digits = Digits(text)
        guard let day = digits.day(), digits.isAtEnd else { return nil }
        seconds = (day + 1) * Self.day
    }

    /// The first moment of a day `2026-12-31`.
    package init?(day text: String) {
        var digits = Digits(text)
        guard let day = digits.day(), digits.isAtEnd else { return nil }
        seconds = day * Self.day
    }

    /// In seconds.
    static let day = 86_400

    package static func < (a: Moment, b: Moment) -> Bool { a.seconds < b.seconds }
}

private struct Digits {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ letter: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == letter.value else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ count: Int, upTo limit: Int) -> Int? {
        guard rest.count >= count else { return nil }
        var number = 0
        for byte in rest.prefix(count) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        rest.removeFirst(count)
        return number <= limit ? number : nil
    }

    /// Days since 1970-01-01, of a day that the calendar has.
    mutating func day() -> Int? {
        guard let year = number(4, upTo: 9999), take("-"), let month = number(2, upTo: 12), month > 0, take("-"),
            let day = number(2, upTo: 31), day > 0
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        let before = year - 1
        // 719,162 days lie between 0001-01-01 and 1970-01-01.
        return before * 365 + before / 4 - before / 100 + before / 400 + lengths.prefix(month - 1).reduce(0, +)
            + day - 1 - 719_162
    }

    mutating func fraction() -> Bool {
        guard take(".") else { return true }
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest.removeFirst(digits.count)
        return !digits.isEmpty
    }

    /// Seconds ahead of UTC.
    mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let sign = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hours = number(2, upTo: 23), take(":"), let minutes = number(2, upTo: 59) else {
            return nil
        }
        return sign * (hours * 3600 + minutes * 60)
    }
}
