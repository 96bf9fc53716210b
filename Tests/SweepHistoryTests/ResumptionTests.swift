import GRDB
import Hardening
import SweepHistory
import Testing

@Suite struct ResumptionTests {
    private let night = Night(
        id: "20261101T020000Z-0001", started: "2026-11-01T02:00:00Z",
        hosts: [("cp1", "--profiling=false"), ("cp2", nil)])

    /// Of the night, as the store has it.
    private func contents(_ night: Night) throws -> SweepContents {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        try night.write(to: store)
        return try store.contents(of: store.sweep(night.id))
    }

    @Test func `names what is not as it was`() throws {
        let contents = try contents(night)
        func differences(_ change: (inout Night) -> Void) throws -> [String] {
            var other = night
            change(&other)
            return contents.differences(from: try other.start)
        }
        #expect(try differences { _ in } == [])
        #expect(try differences { $0.policy = "cis-1.12" } == ["policy"])
        #expect(try differences { $0.hosts.append(("cp3", nil)) } == ["inventory"])
        #expect(try differences { $0.isPartial = true } == ["selection of hosts"])
        #expect(try differences { $0.version = "0.2.0" } == ["release of kubesweep"])
        var waived = try night.start
        waived.waivers = "waivers: []"
        #expect(contents.differences(from: waived) == ["file of waivers"])
    }

    @Test func `a part is gone on with as the same part only`() throws {
        var part = night
        part.isPartial = true
        let contents = try contents(part)
        #expect(contents.differences(from: try part.start) == [])
        #expect(contents.differences(from: try night.start) == ["selection of hosts"])
        var smaller = try part.start
        smaller.selection?.clusters[0].hosts.removeLast()
        #expect(contents.differences(from: smaller) == ["selection of hosts"])
    }

    @Test func `a part that an earlier release wrote is like no other`() throws {
        let directory = try TemporaryDirectory()
        var part = night
        part.isPartial = true
        try part.write(to: SweepStore.open(directory.state))
        let queue = try DatabaseQueue(path: directory.state.database)
        try queue.write { db in
            try db.execute(
                sql: """
                    ALTER TABLE sweep DROP COLUMN selection;
                    ALTER TABLE result DROP COLUMN failures;
                    DELETE FROM grdb_migrations WHERE identifier IN ('4', '5')
                    """)
        }
        try queue.close()
        let store = try SweepStore.open(directory.state)
        let contents = try store.contents(of: store.sweep(part.id))
        #expect(contents.selection == nil)
        #expect(contents.differences(from: try part.start) == ["selection of hosts"])
        #expect(contents.differences(from: try night.start) == ["selection of hosts"])
    }

    @Test func `what was selected stays as long as its sweep`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        for day in 1...3 {
            var part = night
            part.id = "2026110\(day)T020000Z-000\(day)"
            part.started = "2026-11-0\(day)T02:00:00Z"
            part.isPartial = true
            part.hosts = [("cp\(day)", "--profiling=false")]
            try part.write(to: store)
        }
        _ = try store.prune(Retention(oldest: "2026-12-01T00:00:00Z"))
        #expect(try store.sweeps().map(\.id) == ["20261103T020000Z-0003"])
        #expect(try store.contents(of: store.sweeps()[0]).selection?.hostCount == 1)
        #expect(try store.problems() == [])
    }
}
