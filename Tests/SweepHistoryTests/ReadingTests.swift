import Foundation
import GRDB
import Hardening
import SweepHistory
import Testing

/// A history that SQLite cannot open for writing: what would be the index of its log is a directory.
@Suite struct ReadingTests {
    private let night = Night(
        id: "20261101T020000Z-0001", started: "2026-11-01T02:00:00Z", hosts: [("cp1", "--v=2"), ("cp2", nil)])
    private let directory: TemporaryDirectory
    private let state: StateDirectory

    init() throws {
        directory = try TemporaryDirectory()
        // What a URI gives a meaning to stands for itself.
        state = StateDirectory(path: "\(directory.path)/a?b#c%41 ü")
        try night.write(to: SweepStore.open(state))
    }

    private func block() throws {
        for name in ["wal", "shm"] { try? FileManager.default.removeItem(atPath: "\(state.database)-\(name)") }
        try FileManager.default.createDirectory(
            atPath: "\(state.database)-shm", withIntermediateDirectories: false)
    }

    private func failure(_ body: () throws(StoreError) -> Void) -> StoreError? {
        do throws(StoreError) { try body() } catch { return error }
        return nil
    }

    @Test func `is read without its log, and not written`() throws {
        try block()
        let store = try SweepStore.existing(state)
        #expect(try store.sweeps().map(\.id) == [night.id])
        #expect(try store.contents(of: store.sweep("latest")).hosts(from: store).map(\.host.name) == ["cp1", "cp2"])
        #expect(try store.problems() == [])
        #expect(failure { () throws(StoreError) in _ = try SweepStore.writable(state) }?.reason == .readOnly)
        let marked = failure { () throws(StoreError) in try store.setBaseline(store.sweep("latest"), true) }
        #expect(marked?.reason == .readOnly)
    }

    @Test func `what was written to meanwhile is not taken for what was read`() throws {
        try block()
        let store = try SweepStore.existing(state)
        _ = try store.sweeps()
        let file = try FileHandle(forUpdating: URL(filePath: state.database))
        try file.seekToEnd()
        try file.write(contentsOf: [0])
        try file.close()
        #expect(failure { () throws(StoreError) in _ = try store.sweeps() }?.reason == .busy)
    }

    @Test func `of an earlier release is not read with tables that it lacks`() throws {
        let queue = try DatabaseQueue(path: state.database)
        try queue.write { db in
            try db.execute(
                sql: "ALTER TABLE sweep DROP COLUMN selection; DELETE FROM grdb_migrations WHERE identifier = '5'")
        }
        try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try queue.close()
        try block()
        let error = failure { () throws(StoreError) in _ = try SweepStore.existing(state) }
        #expect(error?.reason == .readOnly)
        #expect(
            error?.detail
                == "an earlier release wrote it, and it is to be brought up to date: attempt to write a readonly database"
        )
    }
}
