import Hardening
import SweepHistory
import Testing

/// Sweeps of a part of the inventory.
@Suite struct PartTests {
    private let directory: TemporaryDirectory
    private let store: SweepStore
    private let safe = "kube-apiserver --profiling=false --v=2"
    private let weak = "kube-apiserver --profiling=true --v=2"
    private let whole: FleetNight

    init() throws {
        directory = try TemporaryDirectory()
        store = try SweepStore.open(directory.state)
        whole = FleetNight(machines: [
            .init("edge/cp1", ["kube-apiserver --profiling=true --v=9"]),
            .init("prod/cp1", ["kube-apiserver --profiling=false --v=2"]),
            .init("prod/cp2", ["kube-apiserver --profiling=false --v=2"]),
            .init("prod/cp3", ["kube-apiserver --profiling=false --v=4"]),
        ])
        try whole.write(to: store)
    }

    private func places(_ names: String...) -> Set<HostPlace> {
        Set(names.map { FleetNight.Machine($0, []).place })
    }

    @Test func `a part is compared with the whole, as far as it goes`() throws {
        let part = try whole.next { night in
            night.selection = places("prod/cp1", "prod/cp2")
            night["prod/cp1"].lines = [weak]
            // What is outside says nothing, whatever became of it.
            night["prod/cp3"].lines = [weak]
            night["edge/cp1"].sight = .unreachable
            night.machines.append(.init("edge/cp2", [weak]))
            night.statements["edge"] = .init(version: "1.31")
        }.write(to: store)
        let diff = try store.diff(to: part)
        #expect(diff.older.sweep.id == whole.id)
        #expect(
            diff.words == [
                "new prod/cp1 apiserver-profiling: host", "flag prod/cp1 profiling false to true: host",
                "appeared prod profiling: host",
            ])
        #expect(diff.fleet.isEmpty)
        // The drift of --v is cp3's, which was not looked at.
        #expect(diff.unchanged.keys.sorted() == ["prod"])
    }

    @Test func `a part without a change has nothing to tell`() throws {
        let part = try whole.next { $0.selection = places("prod/cp1", "prod/cp2") }.write(to: store)
        #expect(try store.diff(to: part).isQuiet)
    }

    @Test func `a part is compared with a part that held its hosts, and the whole only with the whole`() throws {
        let wide = try whole.next { night in
            night.selection = places("prod/cp1", "prod/cp2")
            night["prod/cp1"].lines = [weak]
        }.write(to: store)
        let same = try wide.next().write(to: store)
        #expect(try store.parent(of: store.sweep(same.id))?.id == wide.id)
        #expect(try store.diff(to: same).isQuiet)
        let narrow = try same.next { $0.selection = places("prod/cp2") }.write(to: store)
        #expect(try store.parent(of: store.sweep(narrow.id))?.id == same.id)
        let other = try narrow.next { $0.selection = places("edge/cp1", "prod/cp2") }.write(to: store)
        #expect(try store.parent(of: store.sweep(other.id))?.id == whole.id)
        let all = try other.next { $0.selection = nil }.write(to: store)
        #expect(try store.parent(of: store.sweep(all.id))?.id == whole.id)
        for (older, newer, reason) in [
            (narrow, other, "the two looked at different parts of their inventories"),
            (wide, all, "\(wide.id) looked at a part of its inventory only"),
        ] {
            let error = #expect(throws: NotComparable.self) { try store.diff(older, to: newer) }
            #expect(error?.reason == reason)
        }
    }

    @Test func `a host that left a cluster is removed where all that is left of the cluster was looked at`() throws {
        let without = whole.next { night in
            night.machines.removeLast()
            night.selection = places("prod/cp1", "prod/cp2")
        }
        let diff = try store.diff(to: without.write(to: store))
        #expect(diff.fleet.removedHosts == [FleetNight.Machine("prod/cp3", []).place])
        #expect(
            diff.drifts.map { "\($0.kind.rawValue) \($0.drift.flag): \($0.attribution.text)" } == [
                "healed v: inventory"
            ])
        let one = without.next { $0.selection = places("prod/cp1") }
        #expect(try store.diff(whole, to: one.write(to: store)).isEmpty)
    }

    @Test func `a part of a cluster that was renamed is compared with what it was`() throws {
        let renamed = try whole.next { night in
            for index in night.machines.indices where night.machines[index].cluster == "prod" {
                night.machines[index].cluster = "live"
            }
            night.machines[3].lines = [safe]
            night.selection = places("live/cp1", "live/cp2", "live/cp3")
        }.write(to: store)
        let diff = try store.diff(to: renamed)
        #expect(diff.fleet.renamedClusters.map(\.to) == ["live"])
        #expect(diff.words == ["flag live/cp3 v 4 to 2: host", "healed live v: host"])
    }

    @Test func `the newest is one that says something of all hosts`() throws {
        let cut = try whole.next { night in
            night.early = "the deadline"
        }.write(to: store)
        #expect(try store.newest().sweep?.id == cut.id)
        let part = try cut.next { night in
            night.early = nil
            night.selection = places("prod/cp1")
        }.write(to: store)
        let killed = Night(id: "20261109T020000Z-0009", started: "2026-11-09T02:00:00Z", hosts: [("cp1", "--v=2")])
        _ = try SweepRecorder(killed.start, in: store)
        #expect(try store.newest().sweep?.id == cut.id)
        #expect(try store.newest().passedOver.map(\.id) == [killed.id, part.id])
    }
}
