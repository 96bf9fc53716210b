import Foundation
import GRDB
import Hardening
import SweepHistory
import Testing

@Suite struct SweepStoreTests {
    private let night = Night(
        id: "20261101T020000Z-0001", started: "2026-11-01T02:00:00Z",
        hosts: [
            ("cp1", "--profiling=false --authorization-mode=Node,RBAC --advertise-address=10.0.0.1"),
            ("cp2", "--profiling=true --authorization-mode=Node,RBAC --advertise-address=10.0.0.2"), ("cp3", nil),
        ])

    private func rows(_ table: String, _ directory: TemporaryDirectory) throws -> Int {
        let queue = try DatabaseQueue(path: directory.state.database)
        return try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? -1 }
    }

    @Test func `gives back every host as it was written`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        try night.write(to: store)
        let sweep = try store.sweep("latest")
        #expect(sweep.id == night.id)
        #expect(sweep.policy == PolicyIdentity(name: "stackrox-2019", digest: "sha256:00", disabled: ["a": "b"]))
        #expect(sweep.summary.counts == VerdictCounts(pass: 3, fail: 2))
        let contents = try store.contents(of: sweep)
        #expect(contents.fleet == (try night.start.fleet))
        #expect(contents.policy == (try night.document))
        let hosts = try contents.hosts(from: store)
        #expect(hosts.map(\.result.cluster) == ["prod", "prod", "prod"])
        for (host, written) in zip(hosts.map(\.host), try night.records()) {
            #expect(host.name == written.name && host.address == written.address && host.state == written.state)
            #expect(host.failure == written.failure && host.attempts == written.attempts)
            #expect(host.notes == written.notes && host.presence == written.presence)
            #expect(host.evidence == written.evidence)
            #expect(host.processes == written.processes)
        }
        #expect(try store.problems() == [])
    }

    @Test func `hosts of one batch that differ in one flag, in many and in their number are kept apart`() throws {
        let many = Night(
            id: night.id, started: night.started,
            hosts: [
                ("a", "--profiling=false --v=2 --advertise-address=10.0.0.1"),
                ("b", "--profiling=false --v=2 --advertise-address=10.0.0.2"),
                ("c", "--profiling=false --v=2 --advertise-address=10.0.0.2"),
                ("d", "--profiling=true --v=2 --advertise-address=10.0.0.2"),
                ("e", "--v=2"), ("f", ""), ("g", "--v=2 --profiling=true"), ("h", "--profiling=true --v=2"),
                ("i", "--profiling=false --v=2 --advertise-address=10.0.0.1"),
                ("j", "--profiling=false --v=2 --advertise-address=10.0.0.1 --token-auth-file=/t"),
                ("k", "--profiling=false --v=2 --advertise-address=10.0.0.1"),
            ])
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        try many.write(to: store)
        let stored = try store.contents(of: store.sweep("latest")).hosts(from: store).map(\.host.processes)
        #expect(stored == (try many.records().map(\.processes)))
        #expect(Set(stored.flatMap { $0 }.map(\.flags)).count == 8)
    }

    @Test func `a waiver is no part of what is stored of a finding`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        let list = try WaiverList.parse(
            "waivers: [{id: a, check: apiserver-profiling, everywhere: true, reason: R, owner: O, expires: 9999-12-31}]",
            file: "w.yaml")
        var start = try night.start
        start.waivers = list.text
        let records = try night.records()
        let cluster = ClusterRecord(
            name: "prod", hosts: records, policy: try night.document.judge(facts: facts.get()).policy)
        let waived = cluster.applying(list, at: night.started)
        #expect(waived.counts.waived == 1)
        var recorder = try SweepRecorder(start, in: store)
        for host in waived.hosts { try recorder.add(host, cluster: "prod") }
        try recorder.finish(
            SweepSummary(hosts: 3, judged: 2, counts: waived.counts, isWhole: false), ended: night.started)
        let contents = try store.contents(of: store.sweep("latest"))
        #expect(contents.waivers == list.text)
        #expect(contents.sweep.summary.counts == waived.counts)
        #expect(try contents.hosts(from: store).map(\.host.processes) == records.map(\.processes))
    }

    @Test func `waivers of several files are laid over a sweep that is read again`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        func file(_ id: String, _ check: String) -> (name: String, text: String) {
            (id, "waivers: [{id: \(id), check: \(check), everywhere: true, reason: R, owner: O, expires: 9999-12-31}]")
        }
        let list = try WaiverList.parse([file("a", "apiserver-profiling"), file("b", "apiserver-audit-log-path")])
        var start = try night.start
        start.waivers = list.text
        var recorder = try SweepRecorder(start, in: store)
        for host in try night.records() { try recorder.add(host, cluster: "prod") }
        try recorder.finish(
            SweepSummary(hosts: 3, judged: 2, counts: VerdictCounts(), isWhole: false), ended: night.started)
        let policy = try night.document.judge(facts: facts.get()).policy
        let record = try store.contents(of: store.sweep("latest")).record(from: store, policy: policy)
        #expect(record.waivers?.map(\.waiver.id) == ["a", "b"])
        // --profiling=true on one master, and no --audit-log-path on either.
        #expect(record.waivers?.map(\.findings) == [1, 2])
        #expect(record.counts.waived == 3)
    }

    @Test func `the stored policy judges the stored evidence as it was judged`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        var night = night
        night.policy = "hardened"
        try night.write(to: store)
        let contents = try store.contents(of: store.sweep("latest"))
        let judge = try contents.policy.judge(facts: facts.get())
        for (_, host) in try contents.hosts(from: store) where host.evidence != nil {
            let evidence = try #require(try host.evidence?.document.evidence())
            #expect(judge.judge(evidence, claimed: Release("1.29")) == host.processes)
        }
    }

    @Test func `a second night without change adds rows of results only`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        try night.write(to: store)
        let before = try ["document", "part", "host"].map { try rows($0, directory) }
        var second = night
        second.id = "20261102T020000Z-0002"
        second.started = "2026-11-02T02:00:00Z"
        try second.write(to: store)
        #expect(try ["document", "part", "host"].map { try rows($0, directory) } == before)
        #expect(try rows("result", directory) == 6)
        let results = try ["20261101", "20261102"].map { try store.contents(of: store.sweep($0)).results }
        #expect(results[0].map(\.contents) == results[1].map(\.contents))
    }

    @Test func `each sweep keeps what was said of it, also of the same evidence`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        try night.write(to: store)
        var second = night
        second.id = "20261102T020000Z-0002"
        second.started = "2026-11-02T02:00:00Z"
        var records = try night.records()
        records[0].processes[0].findings[0].verdict = .unknown(.needsReview)
        var recorder = try SweepRecorder(second.start, in: store)
        for record in records { try recorder.add(record, cluster: "prod") }
        try recorder.flush()
        for (id, written) in [(night.id, try night.records()), (second.id, records)] {
            let stored = try store.contents(of: store.sweep(id)).hosts(from: store).map(\.host.processes)
            #expect(stored == written.map(\.processes))
        }
    }

    @Test func `a sweep that was killed is unfinished, and can be gone on with`() throws {
        let directory = try TemporaryDirectory()
        do {
            let store = try SweepStore.open(directory.state)
            var recorder = try SweepRecorder(night.start, in: store)
            try recorder.add(night.records()[0], cluster: "prod")
            try recorder.flush()
        }
        let store = try SweepStore.open(directory.state)
        let sweep = try #require(try store.unfinished())
        #expect(sweep.id == night.id && !sweep.isFinished && sweep.ended == nil)
        #expect(try store.contents(of: sweep).results.map(\.name) == ["cp1"])
        #expect(throws: StoreError.self) { try store.sweep("latest") }
        var recorder = SweepRecorder(resuming: sweep, in: store)
        for record in try night.records()[1...] { try recorder.add(record, cluster: "prod") }
        try recorder.finish(
            SweepSummary(hosts: 3, judged: 2, counts: VerdictCounts(), isWhole: false), ended: "2026-11-01T03:00:00Z")
        #expect(try store.unfinished() == nil)
        #expect(try store.contents(of: store.sweep("latest")).results.map(\.name) == ["cp1", "cp2", "cp3"])
    }

    @Test func `arguments too long to be kept do not bring an earlier verdict back`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        let long = " --audit-log-path=/" + String(repeating: "x", count: EvidenceDocument.argumentsLimit)
        for (day, profiling) in [(1, "false"), (2, "true")] {
            let night = Night(
                id: "2026110\(day)T020000Z-000\(day)", started: "2026-11-0\(day)T02:00:00Z",
                hosts: [("cp1", "--profiling=\(profiling)" + long)])
            try night.write(to: store)
            let stored = try store.contents(of: store.sweep("latest")).hosts(from: store)[0].host
            #expect(stored.processes == (try night.records()[0].processes))
        }
    }

    @Test func `names the hosts that the newest sweep did not see`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        #expect(try store.notSeenLast() == [])
        try night.write(to: store)
        #expect(try store.notSeenLast() == [HostPlace(cluster: "prod", host: "cp3")])
        var second = night
        second.id = "20261102T020000Z-0002"
        second.started = "2026-11-02T02:00:00Z"
        second.hosts[2].flags = "--profiling=false"
        try second.write(to: store, early: "interrupted")
        #expect(try store.notSeenLast() == [])
    }

    @Test func `finds sweeps by id, beginning, date and mark`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        for day in 1...4 {
            var night = night
            night.id = "2026110\(day)T020000Z-000\(day)"
            night.started = "2026-11-0\(day)T02:00:00Z"
            night.isPartial = day == 3
            try night.write(to: store, early: day == 4 ? "interrupted" : nil)
        }
        #expect(try store.sweeps().map(\.id).map { $0.prefix(8) } == ["20261104", "20261103", "20261102", "20261101"])
        #expect(try store.sweep("latest").id == "20261102T020000Z-0002")
        #expect(try store.sweep("20261103").id == "20261103T020000Z-0003")
        #expect(try store.sweep("2026-11-01").id == "20261101T020000Z-0001")
        #expect(try store.sweep("2026-11-03").id == "20261102T020000Z-0002")
        #expect(try store.sweep("2026-11-02T02:00:00Z").id == "20261102T020000Z-0002")
        #expect(try store.sweep("2026-11-02T01:59:59Z").id == "20261101T020000Z-0001")
        #expect(throws: StoreError.self) { try store.sweep("2026-10-31") }
        for name in ["2026-11-31", "2026-11-28garbage", "2026-11-02T25:00:00Z"] {
            #expect(throws: StoreError.self) { try store.sweep(name) }
        }
        #expect(throws: StoreError.self) { try store.sweep("2026") }
        #expect(throws: StoreError.self) { try store.sweep("baseline") }
        try store.setBaseline(store.sweep("20261101"), true)
        #expect(try store.sweep("baseline").id == "20261101T020000Z-0001")
        #expect(try store.parent(of: store.sweep("20261104"))?.id == "20261102T020000Z-0002")
        #expect(try store.parent(of: store.sweep("20261101")) == nil)
    }

    @Test func `only the owner can read it`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        try night.write(to: store)
        func mode(_ path: String) throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        }
        #expect(try mode(directory.state.path) == 0o700)
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.state.path) {
            #expect(try mode(directory.state.path + "/" + name) == 0o600, "\(name)")
        }
    }

    @Test func `what is no history is refused with the reason`() throws {
        func reason(_ write: (String) throws -> Void) throws -> StoreError.Reason? {
            let directory = try TemporaryDirectory()
            try directory.state.create()
            try write(directory.state.database)
            do throws(StoreError) { _ = try SweepStore.open(directory.state) } catch { return error.reason }
            return nil
        }
        #expect(
            try reason { try Data("not a database, but longer than a header is".utf8).write(to: URL(filePath: $0)) }
                == .damaged)
        #expect(
            try reason { path in
                try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE x (y)") }
            } == .foreign)
        #expect(
            try reason { path in
                _ = try SweepStore.open(StateDirectory(path: String(path.dropLast("/history.sqlite".count))))
                try DatabaseQueue(path: path).write {
                    try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9')")
                }
            } == .newer)
        #expect(
            try reason { try FileManager.default.createDirectory(atPath: $0, withIntermediateDirectories: false) }
                == .cannotCreate)
        let directory = try TemporaryDirectory()
        do throws(StoreError) {
            _ = try SweepStore.existing(directory.state)
            Issue.record("opened")
        } catch {
            #expect(error.reason == .missing)
        }
        do throws(StoreError) {
            _ = try SweepStore.open(StateDirectory(path: "/proc/kubesweep"))
            Issue.record("opened")
        } catch {
            #expect(error.reason == .cannotCreate)
        }
    }

    @Test func `a broken page is told, and what is whole is read`() throws {
        let directory = try TemporaryDirectory()
        try night.write(to: SweepStore.open(directory.state))
        let file = try FileHandle(forUpdating: URL(filePath: directory.state.database))
        let size = try file.seekToEnd()
        try file.seek(toOffset: size / 2)
        try file.write(contentsOf: Data(repeating: 0xff, count: 8192))
        try file.close()
        do throws(StoreError) {
            let store = try SweepStore.open(directory.state)
            let problems = try store.problems()
            #expect(!problems.isEmpty)
        } catch {
            #expect(error.reason == .damaged)
            #expect(error.hint.contains(".recover"))
        }
    }

    @Test func `the lock is held once, and says by whom`() throws {
        let directory = try TemporaryDirectory()
        do {
            let lock = try SweepLock(directory.state, holder: "pid 7 since 2026-11-01T02:00:00Z")
            #expect(SweepLock.holder(directory.state) == "pid 7 since 2026-11-01T02:00:00Z")
            #expect(throws: SweepLock.Failure.held(by: "pid 7 since 2026-11-01T02:00:00Z")) {
                _ = try SweepLock(directory.state, holder: "pid 8")
            }
            withExtendedLifetime(lock) {}
        }
        #expect(SweepLock.holder(directory.state) == nil)
        _ = try SweepLock(directory.state, holder: "pid 9")
    }
}

@Suite struct StateDirectoryTests {
    @Test(
        arguments: [
            ("here", ["STATE_DIRECTORY": "/s"], "here"),
            (nil, ["STATE_DIRECTORY": "/var/lib/a:/var/lib/b", "HOME": "/h"], "/var/lib/a"),
            (nil, ["XDG_STATE_HOME": "/x", "HOME": "/h"], "/x/kubesweep"),
            (nil, ["XDG_STATE_HOME": "x", "HOME": "/h"], "/h/.local/state/kubesweep"),
            (nil, ["XDG_STATE_HOME": "", "HOME": "/h"], "/h/.local/state/kubesweep"),
            (nil, ["HOME": ""], nil), (nil, [:], nil),
        ] as [(String?, [String: String], String?)])
    func `is chosen in this order`(option: String?, environment: [String: String], path: String?) {
        #expect(StateDirectory.chosen(option: option) { environment[$0] }?.path == path)
    }
}
