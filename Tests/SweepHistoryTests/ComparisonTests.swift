import GRDB
import Hardening
import SweepHistory
import Testing

@Suite struct ComparisonTests {
    private let night = Night(
        id: "20261101T020000Z-0001", started: "2026-11-01T02:00:00Z",
        hosts: [("cp1", "--profiling=true"), ("cp2", "--profiling=true"), ("cp3", "--profiling=true")])

    /// Of the third host nothing is known, and the first is mended.
    private var cutNight: Night {
        var night = night
        night.id = "20261102T020000Z-0002"
        night.started = "2026-11-02T02:00:00Z"
        night.hosts[0].flags = "--profiling=false"
        night.hosts[2].flags = nil
        night.unseen = .abandoned
        return night
    }

    private func diff(_ older: String, _ newer: String, in store: SweepStore) throws -> Result<SweepDiff, NotComparable>
    {
        try store.diff(store.sweep(older), store.sweep(newer), facts: facts.get())
    }

    @Test func `of a sweep that was ended early nothing unseen is called resolved`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        try night.write(to: store)
        try cutNight.write(to: store, early: "the deadline")
        let diff = try diff("20261101", "20261102", in: store).get()
        #expect(diff.older.early == nil)
        #expect(diff.newer.early == EarlyEnd(cause: "the deadline", hosts: 3, abandoned: 1))
        #expect(diff.sights.map(\.place.host) == ["cp3"] && diff.sights.map(\.newer) == [.abandoned])
        let changes = diff.findings.filter { $0.check == "apiserver-profiling" }
        #expect(changes.map(\.place.host) == ["cp1", "cp3"])
        #expect(changes.map(\.kind) == [.resolved, .unseen])
        #expect(changes.map(\.attribution) == [Attribution(.host), Attribution(.coverage)])
        #expect(!diff.findings.contains { $0.place.host == "cp3" && $0.kind != .unseen })
        #expect(try store.sweep("latest").id == night.id)
    }

    @Test func `one that was killed, or is to be the older one, is not compared`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        try night.write(to: store)
        try cutNight.write(to: store, early: "the deadline")
        var killed = night
        killed.id = "20261103T020000Z-0003"
        killed.started = "2026-11-03T02:00:00Z"
        var recorder = try SweepRecorder(killed.start, in: store)
        for host in try killed.records() { try recorder.add(host, cluster: "prod") }
        try recorder.flush()
        for (older, newer, id) in [
            ("20261101", "20261103", killed.id), ("20261102", "20261101", cutNight.id),
        ] {
            guard case .failure(let error) = try diff(older, newer, in: store) else {
                Issue.record("compared")
                continue
            }
            #expect(error.reason == "\(id) did not finish; go on with it: kubesweep scan --resume")
        }
    }

    @Test func `a history of before such ends were kept is gone on with`() throws {
        let directory = try TemporaryDirectory()
        try night.write(to: SweepStore.open(directory.state))
        try DatabaseQueue(path: directory.state.database).write { db in
            try db.execute(
                sql: """
                    ALTER TABLE sweep DROP COLUMN ended_by;
                    UPDATE sweep SET finished = 0;
                    DELETE FROM grdb_migrations WHERE identifier = '3';
                    """)
        }
        let store = try SweepStore.open(directory.state)
        let sweep = try #require(try store.unfinished())
        #expect(sweep.id == night.id && sweep.ended == night.started && sweep.endedBy == nil)
    }

    @Test func `failures that stayed are counted, also of before they were counted when they were stored`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        try night.write(to: store)
        var again = night
        again.id = "20261102T020000Z-0002"
        again.started = "2026-11-02T02:00:00Z"
        try again.write(to: store)
        let failing = try night.records().flatMap(\.processes).flatMap(\.findings).count { $0.verdict == .fail }
        #expect(try diff("20261101", "20261102", in: store).get().unchanged == ["prod": failing])
        try DatabaseQueue(path: directory.state.database).write { db in
            try db.execute(sql: "UPDATE result SET failures = NULL")
        }
        #expect(try diff("20261101", "20261102", in: store).get().unchanged == ["prod": failing])
    }

    @Test func `what ended a sweep is forgotten once it is gone on with`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        try cutNight.write(to: store, early: "the deadline")
        let sweep = try #require(try store.unfinished())
        #expect(sweep.endedBy == "the deadline" && sweep.ended == cutNight.started)
        var recorder = SweepRecorder(resuming: sweep, in: store)
        try recorder.add(night.records()[2], cluster: "prod")
        try recorder.finish(
            SweepSummary(hosts: 3, judged: 3, counts: VerdictCounts(), isWhole: true), ended: "2026-11-02T04:00:00Z")
        let finished = try store.sweep("latest")
        #expect(finished.id == cutNight.id && finished.isFinished && finished.endedBy == nil)
        #expect(try store.contents(of: finished).results.map(\.state) == [.evaluated, .evaluated, .evaluated])
    }
}
