import Hardening
import ProcessTable
import Testing

/// Why what is no finding changed, and what becomes of findings whose process was not seen.
@Suite struct ChangeCauseTests {
    private let safe = "--profiling=false --authorization-mode=Node,RBAC --anonymous-auth=false"
    private let manager = "kube-controller-manager --profiling=true --v=2"

    private func night(_ hosts: [Night.Host], policy: String = "cis-1.12") -> Night {
        Night(policy: policy, hosts: hosts)
    }

    private func kinds(_ diff: SweepDiff, of component: Component) -> Set<String> {
        Set(diff.findings.filter { $0.component == component }.map { "\($0.kind.rawValue): \($0.attribution.text)" })
    }

    @Test func `a process before which the listing ends did not stop`() throws {
        let whole = night([.init("cp1", safe, [manager])])
        let cut = night([.init("cp1", safe, [manager], cut: .others)])
        let lost = try diff(whole, cut)
        #expect(kinds(lost, of: .kubeControllerManager) == ["unseen: coverage"])
        #expect(lost.besides == ["lacks cp1 kube-controller-manager: coverage"])
        #expect(lost.sawLess)
        let back = try diff(cut, whole)
        #expect(kinds(back, of: .kubeControllerManager) == ["new: coverage"])
        #expect(back.besides == ["has cp1 kube-controller-manager: coverage"])
    }

    @Test func `a process that a whole listing lacks has stopped`() throws {
        let with = night([.init("cp1", safe, [manager])])
        let without = night([.init("cp1", safe)])
        let gone = try diff(with, without)
        #expect(kinds(gone, of: .kubeControllerManager) == ["gone: host"])
        #expect(gone.besides == ["lacks cp1 kube-controller-manager: host"])
        #expect(!gone.sawLess)
        let started = try diff(without, with)
        #expect(kinds(started, of: .kubeControllerManager) == ["new: host"])
        #expect(started.besides == ["has cp1 kube-controller-manager: host"])
    }

    @Test func `flags of a process that had none are told`() throws {
        let bare = night([.init("cp1", safe, ["kube-scheduler"])], policy: "stackrox-2019")
        let set = night(
            [.init("cp1", safe, ["kube-scheduler --profiling=false --bind-address=0.0.0.0"])], policy: "stackrox-2019")
        #expect(
            try diff(bare, set).besides == [
                "flag cp1 bind-address - to 0.0.0.0: host", "flag cp1 profiling - to false: host",
            ])
        #expect(try diff(set, bare).flags.map(\.to) == [nil, nil])
        // A row that is cut says nothing of its flags.
        let cut = night(
            [.init("cp1", safe, ["kube-scheduler --profiling=false --bind-address=0.0"], cut: .row)],
            policy: "stackrox-2019")
        #expect(try diff(bare, cut).flags == [] && diff(cut, set).flags == [])
    }

    @Test func `values that mean the same are no change`() throws {
        let one = night([.init("cp1", "--request-timeout=60s --secure-port=010 --v=2 --goaway-chance=0.50")])
        let other = night([.init("cp1", "--request-timeout=1m0s --secure-port=8 --v=0x2 --goaway-chance=.5")])
        #expect(try diff(one, other).flags == [])
        let longer = night([.init("cp1", "--request-timeout=61s --secure-port=8 --v=2 --goaway-chance=0.5")])
        #expect(try diff(one, longer).besides == ["flag cp1 request-timeout 1m0s to 1m1s: host"])
    }

    @Test func `a value that this program reads otherwise than the one before is the tool's doing`() throws {
        let older = try night([.init("cp1", "--request-timeout=60s --v=2")]).side()
        let hosts = older.clusters[0].hosts.map { host in
            var host = host
            host.processes[0].flags = [
                FlagValues(name: "request-timeout", value: "60s", isPerHost: false),
                FlagValues(name: "v", value: "2", isPerHost: false),
            ]
            return host
        }
        var recorded = older
        recorded.clusters = [ClusterRecord(name: "prod", hosts: hosts, policy: .none)]
        let newer = night([.init("cp1", "--request-timeout=1m --v=3")])
        #expect(
            SweepDiff.between(recorded, try newer.side()).besides == [
                "flag cp1 request-timeout 60s to 1m0s: tool", "flag cp1 v 2 to 3: host",
            ])
    }

    @Test func `two processes of one component are told apart by their flags, not by their order`() throws {
        let (one, two) = ("--secure-port=6443 --profiling=true", "kube-apiserver --secure-port=7443 --profiling=false")
        let older = night([.init("cp1", one, [two])], policy: "stackrox-2019")
        let turned = night(
            [.init("cp1", "--secure-port=7443 --profiling=false", ["kube-apiserver " + one])], policy: "stackrox-2019")
        #expect(try diff(older, turned).isEmpty)
        // One of them has changed: its port says which.
        let changed = night(
            [.init("cp1", "--secure-port=7443 --profiling=false --v=4", ["kube-apiserver " + one])],
            policy: "stackrox-2019")
        #expect(try diff(older, changed).besides == ["flag cp1 v - to 4: host"])
        let less = night([.init("cp1", "--secure-port=7443 --profiling=false")], policy: "stackrox-2019")
        let gone = try diff(older, less)
        #expect(
            gone.findings.filter { $0.check == "apiserver-profiling" }.map(\.words) == [
                "gone prod/cp1 apiserver-profiling: host"
            ])
    }

    @Test func `a host's change behind a listing that is cut is the host's`() throws {
        let cut = night([.init("cp1", safe, cut: .end)], policy: "stackrox-2019")
        let changed = night(
            [.init("cp1", "--profiling=true --authorization-mode=Node,RBAC --anonymous-auth=false")],
            policy: "stackrox-2019")
        let findings = try diff(cut, changed).findings
        #expect(
            findings.filter { $0.check == "apiserver-profiling" }.map(\.words) == [
                "new prod/cp1 apiserver-profiling: host"
            ])
        #expect(findings.filter { $0.kind == .answered }.allSatisfy { $0.attribution == Attribution(.coverage) })
    }

    @Test func `failures that are as they were are counted`() throws {
        var older = night(
            [.init("cp1", "--profiling=true"), .init("cp2", "--profiling=true")], policy: "stackrox-2019")
        older.hosts.append(.init("a", nil, cluster: "edge"))
        var newer = older
        newer.started = "2026-11-02T02:00:00Z"
        newer.hosts[1].flags = "--profiling=false"
        let failing = try newer.side().clusters.first { $0.name == "prod" }?.hosts.map { host in
            host.processes[0].findings.count { $0.verdict == .fail }
        }
        let diff = try diff(older, newer)
        #expect(diff.unchanged == ["prod": failing?.reduce(0, +) ?? 0])
        #expect(diff.findings.map(\.kind) == [.resolved])
    }
}

@Suite struct DriftCauseTests {
    private func night(_ values: [String?], keys: [String?] = []) -> Night {
        Night(
            hosts: values.enumerated().map { index, value in
                Night.Host("cp\(index + 1)", value.map { "--v=\($0)" })
            })
    }

    private func drifts(_ older: Night, _ newer: Night) throws -> [String] {
        try diff(older, newer).drifts.map {
            "\($0.kind.rawValue) \($0.cluster) \($0.drift.flag): \($0.attribution.text)"
        }
    }

    @Test func `a master that changed makes drift come and go`() throws {
        #expect(try drifts(night(["2", "2", "2"]), night(["4", "2", "2"])) == ["appeared prod v: host"])
        #expect(try drifts(night(["4", "2", "2"]), night(["2", "2", "2"])) == ["healed prod v: host"])
    }

    @Test func `a master that was not seen makes drift come and heals none`() throws {
        #expect(try drifts(night([nil, "2", "2"]), night(["4", "2", "2"])) == ["appeared prod v: coverage"])
        #expect(try drifts(night(["4", "2", "2"]), night([nil, "2", "2"])) == ["unseen prod v: coverage"])
        var cut = night(["4", "2", "2"])
        cut.hosts[0].cut = .row
        #expect(try drifts(night(["4", "2", "2"]), cut) == ["unseen prod v: coverage"])
        #expect(try drifts(cut, night(["4", "2", "2"])) == ["appeared prod v: coverage"])
    }

    @Test func `a master that is added, removed or moved makes drift come and go`() throws {
        let (two, three) = (night(["2", "2"]), night(["2", "2", "4"]))
        #expect(try drifts(two, three) == ["appeared prod v: inventory"])
        #expect(try drifts(three, two) == ["healed prod v: inventory"])
        var moved = three
        moved.hosts[2].cluster = "stage"
        moved.hosts[2].address = "cp3.prod:22"
        #expect(try drifts(three, moved) == ["healed prod v: inventory"])
        #expect(try drifts(moved, three) == ["appeared prod v: inventory"])
    }

    @Test func `drift of a renamed cluster is neither new nor healed`() throws {
        let older = night(["4", "2", "2"])
        var newer = older
        for index in newer.hosts.indices {
            newer.hosts[index].cluster = "live"
            newer.hosts[index].address = "cp\(index + 1).prod:22"
        }
        #expect(try drifts(older, newer) == [])
        newer.hosts[0].flags = "--v=2"
        #expect(try drifts(older, newer) == ["healed live v: host"])
    }

    @Test func `two causes that each make drift are both told`() throws {
        var newer = night(["4", "2", "2", "3"])
        newer.hosts[1].flags = "--v=2"
        #expect(try drifts(night(["2", "2", "2"]), newer) == ["appeared prod v: host or inventory"])
        // The last master that had the other value went, and the one before it was changed.
        #expect(
            try drifts(night(["4", "2", "2", "4"]), night(["2", "2", "2"])) == ["healed prod v: host and inventory"])
    }

    @Test func `a master without a flag is one that is known, and a cut one is not`() throws {
        let host = { (name: String, line: String) in Night.Host(name, "--profiling=false", [line]) }
        let older = Night(hosts: [host("cp1", "kube-scheduler"), host("cp2", "kube-scheduler")])
        let newer = Night(hosts: [host("cp1", "kube-scheduler --v=4"), host("cp2", "kube-scheduler")])
        #expect(try drifts(older, newer) == ["appeared prod v: host"])
        #expect(try drifts(newer, older) == ["healed prod v: host"])
    }
}
