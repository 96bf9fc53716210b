import FleetSweep
import Testing

struct UTCTimeReadingTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-02-28T23:59:60Z", nil), ("2024-02-29T12:00:01Z", 1_709_208_001),
    ])
    func `reads the form that it writes`(text: String, seconds: Int?) {
        let time = UTCTime(text: text)
        #expect(time?.seconds(since: UTCTime(seconds: 0)) == seconds)
        if let time { #expect(time.text == text) }
    }

    @Test(arguments: [
        "", "2026-11-01", "2026-11-01 02:00:00Z", "2026-11-01T02:00:00", "2026-11-01T02:00:00+0",
        "2026-13-01T02:00:00Z",
        "2026-02-30T02:00:00Z", "2026-11-01T24:00:00Z", "-026-11-01T02:00:00Z", "2026-11-01T02:00:00ZZ",
        "99999999999-11-01T0Z",
    ])
    func `takes nothing else`(text: String) {
        #expect(UTCTime(text: text) == nil)
    }
}
