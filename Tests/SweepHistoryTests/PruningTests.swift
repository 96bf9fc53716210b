import GRDB
import Hardening
import SweepHistory
import Testing

@Suite struct PruningTests {
    private static let seen = "--profiling=false"
    private let all = Retention(oldest: "2026-12-01T00:00:00Z")

    private func night(_ day: Int, _ hosts: [(name: String, flags: String?)]) -> Night {
        Night(id: "2026110\(day)T020000Z-000\(day)", started: "2026-11-0\(day)T02:00:00Z", hosts: hosts)
    }

    /// Nights of hosts that were seen or not, one letter each: `1.` saw cp1, and not cp2; a blank is a host that the
    /// inventory does not have.
    private func kept(
        _ nights: [String], unfinished: [Int] = [], change: (Int, inout Night) -> Void = { _, _ in }
    ) throws -> [Int] {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        for (index, letters) in nights.enumerated() {
            let hosts = letters.enumerated().filter { $0.element != " " }.map { position, letter in
                ("cp\(position + 1)", letter == "." ? nil : Self.seen)
            }
            var night = night(index + 1, hosts)
            change(index + 1, &night)
            try night.write(to: store, early: unfinished.contains(index + 1) ? "interrupted" : nil)
        }
        let wouldGo = try store.prunable(all).sweeps
        #expect(try store.sweeps().count == nights.count)
        let pruned = try store.prune(all)
        #expect(pruned.sweeps == wouldGo)
        #expect(pruned.obstacle == nil)
        #expect(try store.problems() == [])
        return try store.sweeps().map { Int($0.id.suffix(1)) ?? 0 }.sorted()
    }

    @Test func `keeps the last sweep that judged every host`() throws {
        #expect(try kept(["11", "11", "..", "..", ".."]) == [2, 5])
        // Nothing that was seen of either host was seen last on the night that saw both.
        #expect(try kept(["11", "1.", ".1", "..", ".."]) == [1, 2, 3, 5])
    }

    @Test func `keeps what was seen last of each host of the newest inventory`() throws {
        #expect(try kept(["1..", ".1.", "..1", "...", "..."]) == [1, 2, 3, 5])
        // Nobody asks for a host that left.
        #expect(try kept(["..1", ".1.", "1. ", ".. ", ".. "]) == [2, 3, 5])
        // A host is known by its name, wherever it was reached.
        #expect(try kept(["1.", "..", ".."]) { day, night in night.port = 21 + day } == [1, 3])
        // Also where it was the only one that was looked at.
        #expect(
            try kept(["1.", "1.", "1", "1", ".."]) { day, night in night.isPartial = [3, 4].contains(day) } == [4, 5])
    }

    @Test func `keeps the last finished sweep that saw a host, and the last of all`() throws {
        #expect(try kept(["11", ".1", "11", "..", ".."], unfinished: [3]) == [1, 2, 3, 5])
    }

    @Test func `keeps nothing more where every night saw every host`() throws {
        #expect(try kept(["11", "11", "11", "11"]) == [4])
    }

    @Test func `keeps baselines, the last finished sweep, the newest, and all they need`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        for day in 1...5 {
            var night = night(day, [("cp1", nil), ("cp2", "--v=2"), ("cp3", nil)])
            night.hosts[0].flags = "--profiling=\(day.isMultiple(of: 2)) --audit-log-maxage=\(day)"
            try night.write(to: store, early: day == 5 ? "interrupted" : nil)
        }
        try store.setBaseline(store.sweep("20261102"), true)
        let retention = Retention(oldest: "2026-12-01T00:00:00Z")
        let trial = try store.prunable(retention)
        #expect(trial.sweeps == ["20261101T020000Z-0001", "20261103T020000Z-0003"])
        #expect(try store.sweeps().count == 5)
        let pruned = try store.prune(retention)
        #expect(pruned.sweeps == trial.sweeps)
        // Two nights' evidence of one host, and what was said of it.
        #expect(pruned.documents == 4)
        #expect(try store.sweeps().map(\.id).map { $0.prefix(8) } == ["20261105", "20261104", "20261102"])
        for sweep in try store.sweeps() {
            let hosts = try store.contents(of: sweep).hosts(from: store)
            #expect(hosts.count == 3 && hosts[0].host.processes.count == 1)
        }
        #expect(try store.problems() == [])
        #expect(try store.prune(retention).sweeps == [])
    }
}
