import Hardening
import SweepHistory
import Testing

/// A host that is back is compared with what was seen of it last.
@Suite struct SightingTests {
    private let directory: TemporaryDirectory
    private let store: SweepStore
    private let safe = "kube-apiserver --profiling=false --v=2"
    private let first: FleetNight

    init() throws {
        directory = try TemporaryDirectory()
        store = try SweepStore.open(directory.state)
        first = FleetNight(machines: [
            .init("prod/cp1", ["kube-apiserver --profiling=false --v=2"]),
            .init("prod/cp2", ["kube-apiserver --profiling=false --v=2"]),
        ])
    }

    private var down: FleetNight { first.next { $0["prod/cp2"].sight = .unreachable } }

    @Test func `what changed while it was away is told, and only that`() throws {
        try first.write(to: store)
        let down = try down.write(to: store)
        let back = try down.next { night in
            night["prod/cp2"] = .init("prod/cp2", ["kube-apiserver --profiling=true --v=9"], key: "another")
        }.write(to: store)
        let diff = try store.diff(to: back)
        #expect(
            diff.words == [
                "back prod/cp2, seen 2026-11-01T02:00:00Z", "new prod/cp2 apiserver-profiling: host",
                "flag prod/cp2 profiling false to true: host", "flag prod/cp2 v 2 to 9: host",
                "appeared prod profiling: host", "appeared prod v: host", "key prod/cp2: host",
            ])
        #expect(diff.regressions.map(\.check) == ["apiserver-profiling"])
    }

    @Test func `one that is back as it was has no new failures`() throws {
        try first.write(to: store)
        try down.write(to: store)
        let longer = try down.next().write(to: store)
        let back = try longer.next { $0["prod/cp2"].sight = .whole }.write(to: store)
        let diff = try store.diff(to: back)
        #expect(diff.words == ["back prod/cp2, seen 2026-11-01T02:00:00Z"])
        #expect(diff.regressions.isEmpty && !diff.sawLess)
        // Both hosts' failures are as they were.
        let failing = try first.records().flatMap(\.host.processes).flatMap(\.findings).count { $0.verdict == .fail }
        #expect(diff.unchanged == ["prod": failing])
    }

    @Test func `one that was never seen has new failures`() throws {
        let never = try down.write(to: store)
        let seen = try never.next { $0["prod/cp2"].sight = .whole }.write(to: store)
        let diff = try store.diff(to: seen)
        #expect(diff.words.first == "back prod/cp2, seen never")
        #expect(!diff.findings.isEmpty)
        #expect(diff.findings.allSatisfy { $0.kind == .new && $0.attribution == Attribution(.coverage) })
    }

    @Test func `it is judged by what it was judged by then`() throws {
        let parameters = "parameters:\n  audit-retention-days: "
        var start = first
        start.policy += parameters + "30\n"
        start["prod/cp2"].lines = ["kube-apiserver --profiling=false --v=2 --audit-log-path=/a --audit-log-maxage=30"]
        try start.write(to: store)
        let down = try start.next {
            $0["prod/cp2"].sight = .unreachable
            $0.policy = first.policy + parameters + "90\n"
        }.write(to: store)
        let back = try down.next { $0["prod/cp2"].sight = .whole }.write(to: store)
        let words = try store.diff(to: back).words
        #expect(
            words == ["back prod/cp2, seen 2026-11-01T02:00:00Z", "new prod/cp2 apiserver-audit-log-maxage: policy"])
    }

    @Test func `a sweep that did not finish has seen nothing`() throws {
        try first.write(to: store)
        try first.next {
            $0["prod/cp2"].lines = ["kube-apiserver --profiling=true --v=2"]
            $0.early = "the deadline"
        }.write(to: store)
        let down = try first.next { $0["prod/cp2"].sight = .unreachable }.next().write(to: store)
        let back = try down.next {
            $0["prod/cp2"] = .init("prod/cp2", ["kube-apiserver --profiling=true --v=2"])
        }.write(to: store)
        #expect(
            try store.diff(to: back).words == [
                "back prod/cp2, seen 2026-11-01T02:00:00Z", "new prod/cp2 apiserver-profiling: host",
                "flag prod/cp2 profiling false to true: host", "appeared prod profiling: host",
            ])
    }

    @Test func `what was seen after the older of two sweeps says nothing of what was there before it`() throws {
        let down = try down.write(to: store)
        let seen = try down.next { $0["prod/cp2"].sight = .whole }.write(to: store)
        let later = try seen.next().write(to: store)
        let diff = try store.diff(down, to: later)
        #expect(diff.words.first == "back prod/cp2, seen never")
        #expect(diff.findings.allSatisfy { $0.attribution == Attribution(.coverage) })
    }

    @Test(arguments: [false, true])
    func `one that got another name while it was away is known by its address`(isOther: Bool) throws {
        try first.write(to: store)
        let down = try down.write(to: store)
        let renamed = try down.next { night in
            night.machines[1].name = "two"
        }.write(to: store)
        #expect(try store.diff(to: renamed).fleet.movedHosts.map(\.to.host) == ["two"])
        let back = try renamed.next { night in
            night.machines[1].sight = .whole
            night.machines[1].lines = ["kube-apiserver --profiling=true --v=2"]
            // Another machine at that address is not the one that was seen there.
            if isOther { night.machines[1].key = "another" }
        }.write(to: store)
        let diff = try store.diff(to: back)
        if isOther {
            #expect(diff.words.first == "back prod/two, seen never")
            #expect(diff.findings.allSatisfy { $0.attribution == Attribution(.coverage) })
        } else {
            #expect(
                diff.words == [
                    "back prod/two, seen 2026-11-01T02:00:00Z", "new prod/two apiserver-profiling: host",
                    "flag prod/two profiling false to true: host", "appeared prod profiling: host",
                ])
        }
    }

    @Test func `one that is back elsewhere is known by the key that it held`() throws {
        try first.write(to: store)
        let down = try down.write(to: store)
        let back = try down.next { night in
            night.machines[1] = .init(
                "edge/two", ["kube-apiserver --profiling=true --v=2"], key: first["prod/cp2"].key)
        }.write(to: store)
        let diff = try store.diff(to: back)
        #expect(diff.fleet.movedHosts.map(\.from.host) == ["cp2"] && diff.fleet.addedHosts == [])
        #expect(
            diff.words == [
                "back edge/two, seen 2026-11-01T02:00:00Z", "new edge/two apiserver-profiling: host",
                "flag edge/two profiling false to true: host",
            ])
    }

    @Test func `a process that a cut listing did not show is compared with what was seen of it last`() throws {
        var start = first
        start.policy = "policy: team\nextends: cis-1.12\n"
        start["prod/cp1"].lines.append("kube-controller-manager --profiling=true --v=2")
        try start.write(to: store)
        let cut = try start.next { $0["prod/cp1"].sight = .cut(1) }.write(to: store)
        let lost = try store.diff(to: cut)
        #expect(lost.findings.filter { $0.kind == .unseen }.allSatisfy { $0.attribution == Attribution(.coverage) })
        #expect(lost.processes.map(\.isThere) == [false])
        let back = try cut.next { night in
            night["prod/cp1"].sight = .whole
            night["prod/cp1"].lines[1] = "kube-controller-manager --profiling=true --v=4"
        }.write(to: store)
        let diff = try store.diff(to: back)
        #expect(diff.regressions == [])
        #expect(
            diff.words.filter { !$0.hasPrefix("answered") } == [
                "has prod/cp1 kube-controller-manager: coverage", "flag prod/cp1 v 2 to 4: host",
            ])
    }

    @Test func `drift that was there before a host was lost is not new when it is back`() throws {
        var start = first
        start["prod/cp2"].lines = ["kube-apiserver --profiling=false --v=4"]
        try start.write(to: store)
        let down = try start.next { $0["prod/cp2"].sight = .unreachable }.write(to: store)
        #expect(try store.diff(to: down).drifts.map(\.kind) == [.unseen])
        let back = try down.next { $0["prod/cp2"].sight = .whole }.write(to: store)
        #expect(try store.diff(to: back).drifts == [])
        let healed = try back.next { $0["prod/cp2"].lines = [safe] }.write(to: store)
        #expect(
            try store.diff(down, to: healed).drifts.map { "\($0.kind.rawValue): \($0.attribution.text)" } == [
                "healed: host"
            ])
    }
}
