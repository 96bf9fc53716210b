import GRDB
import SweepHistory
import Testing

@Suite struct NoticeTests {
    private let night = Night(
        id: "20261101T020000Z-0001", started: "2026-11-01T02:00:00Z", hosts: [("cp1", "--profiling=false")])
    private let told = Notice(channel: "command", sent: "2026-11-01T02:01:00Z", failure: nil)
    private let failed = Notice(channel: "webhook", sent: "2026-11-01T02:01:01Z", failure: "HTTP status 500")

    @Test func `stay with their sweep, in their order, and go with it`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        try night.write(to: store)
        var later = night
        later.id = "20261102T020000Z-0002"
        later.started = "2026-11-02T02:00:00Z"
        try later.write(to: store)
        let sweep = try store.sweep(night.id)
        try store.add(told, to: sweep)
        try store.add(failed, to: sweep)
        #expect(try store.notices(of: sweep) == [told, failed])
        #expect(try store.notices(of: store.sweep(later.id)) == [])
        #expect(try store.prune(Retention(oldest: "2026-11-01T12:00:00Z")).sweeps == [night.id])
        let queue = try DatabaseQueue(path: directory.state.database)
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM notice") } == 0)
    }

    @Test func `a history of before there were notices gets their table, and keeps what it has`() throws {
        let directory = try TemporaryDirectory()
        try night.write(to: SweepStore.open(directory.state))
        let queue = try DatabaseQueue(path: directory.state.database)
        try queue.write { db in
            try db.execute(sql: "DROP TABLE notice; DELETE FROM grdb_migrations WHERE identifier = '2'")
        }
        try queue.close()
        let store = try SweepStore.open(directory.state)
        let sweep = try store.sweep("latest")
        #expect(sweep.id == night.id)
        try store.add(told, to: sweep)
        #expect(try store.notices(of: sweep) == [told])
    }
}
