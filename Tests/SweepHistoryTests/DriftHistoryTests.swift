import Hardening
import SweepHistory
import Testing

@Suite struct DriftHistoryTests {
    private func night(_ day: Int, _ values: [String?], early: String? = nil, in store: SweepStore) throws {
        let hosts = values.enumerated().map { index, value in ("cp\(index + 1)", value.map { "--v=\($0)" }) }
        try Night(
            id: "2026110\(day)T020000Z-000\(day)", started: "2026-11-0\(day)T02:00:00Z",
            hosts: hosts.map { (name: $0.0, flags: $0.1) }
        ).write(to: store, early: early)
    }

    private func words(_ store: SweepStore, depth: Int = 30) throws -> [String] {
        let found = try store.drift(of: store.sweep("latest"), by: FlagOutlier.Rule(), depth: depth)
        return found.courses.map { course in
            "\(course.drift.flag) \(course.kind.rawValue) since \(course.isOlder ? "before " : "")\(course.since) "
                + "in \(course.sweeps)"
        }
    }

    @Test func `a roll-out is told from a lasting difference, night by night`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        try night(1, ["2", "2", "2"], in: store)
        #expect(try words(store) == [])
        try night(2, ["4", "2", "2"], in: store)
        #expect(try words(store) == ["v new since 2026-11-02T02:00:00Z in 1"])
        // A night that did not finish, and one on which a host was not seen, say nothing.
        try night(3, ["9", "9", "9"], early: "interrupted", in: store)
        try night(4, [nil, "2", "2"], in: store)
        #expect(try words(store) == [])
        try night(5, ["4", "2", "2"], in: store)
        #expect(try words(store) == ["v lasting since 2026-11-02T02:00:00Z in 2"])
        try night(6, ["4", "4", "2"], in: store)
        #expect(try words(store) == ["v rolling since 2026-11-02T02:00:00Z in 3"])
        #expect(try words(store, depth: 1) == ["v rolling since before 2026-11-05T02:00:00Z in 2"])
        try night(7, ["4", "4", "4"], in: store)
        #expect(try words(store) == [])
    }
}
