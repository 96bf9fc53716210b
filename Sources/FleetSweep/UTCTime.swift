import Glibc

/// A moment of the wall clock, for records; waiting uses monotonic time.
package struct UTCTime: Sendable {
    private let seconds: time_t

    package static var now: UTCTime { UTCTime(seconds: time(nil)) }

    package init(seconds: Int) {
        self.seconds = time_t(seconds)
    }

    package init(secondsBeforeNow seconds: Int) {
        self.seconds = time(nil) - time_t(seconds)
    }

    /// - Parameter text: in the form of `text`; nil where it is not.
    package init?(text: String) {
        let fields = text.utf8.split(omittingEmptySubsequences: false) { !(0x30...0x39).contains($0) }
        let numbers = fields.prefix(6).compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
        guard numbers.count == 6, text.utf8.count == 20 else { return nil }
        var parts = tm()
        parts.tm_year = numbers[0] - 1900
        parts.tm_mon = numbers[1] - 1
        parts.tm_mday = numbers[2]
        parts.tm_hour = numbers[3]
        parts.tm_min = numbers[4]
        parts.tm_sec = numbers[5]
        seconds = timegm(&parts)
        // Numbers that no clock shows come out as another moment; separators that are not ours, too.
        if self.text != text { return nil }
    }

    package func seconds(since earlier: UTCTime) -> Int { seconds - earlier.seconds }

    /// RFC 3339 in UTC, e.g. `2026-11-23T18:40:02Z`.
    package var text: String { formatted("%Y-%m-%dT%H:%M:%SZ") }

    /// Sorts by time and is told apart from another sweep of the same second by four random digits.
    package var sweepID: String {
        let random = UInt16.random(in: .min ... .max)
        let digits = String(random, radix: 16)
        return formatted("%Y%m%dT%H%M%SZ-") + String(repeating: "0", count: 4 - digits.count) + digits
    }

    private func formatted(_ format: String) -> String {
        var moment = seconds
        var parts = tm()
        gmtime_r(&moment, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let length = strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
