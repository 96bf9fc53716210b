import Hardening
import ProcessTable
import Testing

@Suite struct SweepDiffTests {
    private let safe = "--profiling=false --authorization-mode=Node,RBAC --anonymous-auth=false"
    private var first: Night { Night(hosts: [.init("cp1", safe), .init("cp2", safe)]) }
    private var second: Night {
        var night = first
        night.started = "2026-11-02T02:00:00Z"
        return night
    }

    @Test func `nothing changed`() throws {
        #expect(try diff(first, second).isEmpty)
    }

    @Test func `a new process number is no change`() throws {
        var newer = try second.side()
        let hosts = newer.clusters[0].hosts.map { host in
            var host = host
            host.processes[0].pid += 1
            return host
        }
        newer.clusters = [
            ClusterRecord(name: "prod", kubernetesVersion: "1.29", hosts: hosts, policy: try judge().policy)
        ]
        #expect(SweepDiff.between(try first.side(), newer).isEmpty)
    }

    @Test func `a flag that fails a check is the host's doing`() throws {
        var night = second
        night.hosts[0].flags = "--profiling=true --authorization-mode=Node,RBAC --anonymous-auth=false"
        let diff = try diff(first, night)
        #expect(diff.findings.map(\.words) == ["new prod/cp1 apiserver-profiling: host"])
        #expect(
            diff.flags.map { "\($0.place.host) \($0.flag) \($0.from ?? "-") \($0.to ?? "-")" }
                == ["cp1 profiling false true"])
        #expect(diff.drifts.map { "\($0.kind.rawValue) \($0.drift.flag)" } == ["appeared profiling"])
        let back = try SweepDiff.between(night.side(), first.side())
        #expect(back.findings.map(\.words) == ["resolved prod/cp1 apiserver-profiling: host"])
        #expect(back.drifts.map { "\($0.kind.rawValue) \($0.drift.flag)" } == ["healed profiling"])
    }

    @Test func `a flag that no check looks at is told all the same`() throws {
        var night = second
        night.hosts[0].flags = safe + " --v=4"
        night.hosts[1].flags = safe + " --v=4"
        let diff = try diff(first, night)
        #expect(diff.findings.isEmpty && diff.drifts.isEmpty)
        #expect(
            diff.flags.map { "\($0.place.host) \($0.flag) \($0.from ?? "-") \($0.to ?? "-")" } == [
                "cp1 v - 4", "cp2 v - 4",
            ])
    }

    @Test func `a tightened policy is the policy's doing`() throws {
        var older = first
        var newer = second
        older.text = """
            policy: team
            extends: stackrox-2019
            disable:
              apiserver-audit-log-path: "not yet"
            """
        newer.text = "policy: team\nextends: stackrox-2019\n"
        #expect(
            try diff(older, newer).findings.map(\.words) == [
                "new prod/cp1 apiserver-audit-log-path: policy", "new prod/cp2 apiserver-audit-log-path: policy",
            ])
        #expect(
            try diff(newer, older).findings.map(\.words) == [
                "gone prod/cp1 apiserver-audit-log-path: policy", "gone prod/cp2 apiserver-audit-log-path: policy",
            ])
    }

    @Test func `a stated version that decides is the inventory's doing`() throws {
        var older = first
        var newer = second
        for index in 0...1 { older.hosts[index].flags = "--authorization-mode=Node,RBAC --profiling=false" }
        newer.hosts = older.hosts
        older.version = "1.19"
        newer.version = "1.20"
        let diff = try diff(older, newer)
        #expect(diff.fleet.versions.map { "\($0.cluster) \($0.from ?? "-") \($0.to ?? "-")" } == ["prod 1.19 1.20"])
        #expect(!diff.findings.isEmpty)
        #expect(diff.findings.allSatisfy { $0.attribution == Attribution(.inventory) })
    }

    @Test func `two causes that each suffice are both told`() throws {
        var older = first
        var newer = second
        older.text = """
            policy: team
            extends: stackrox-2019
            disable:
              apiserver-profiling: "later"
            """
        newer.text = "policy: team\nextends: stackrox-2019\n"
        newer.hosts[0].flags = "--profiling=true --authorization-mode=Node,RBAC --anonymous-auth=false"
        // The older line passes under the newer policy, so that neither alone makes it fail.
        #expect(try diff(older, newer).findings.map(\.words) == ["new prod/cp1 apiserver-profiling: host and policy"])
        newer = second
        newer.hosts = [.init("cp1", "--profiling=true --authorization-mode=Node,RBAC --anonymous-auth=false")]
        newer.text = older.text
        var before = first
        before.hosts = newer.hosts
        before.text = "policy: team\nextends: stackrox-2019\n"
        newer.hosts[0].flags = safe
        // Fixed, and not asked any more.
        #expect(try diff(before, newer).findings.map(\.words) == ["gone prod/cp1 apiserver-profiling: policy"])
    }

    @Test func `a verdict that today's program does not give on the older evidence is the tool's doing`() throws {
        var older = first
        older.recorded = { finding in
            if finding.check == "apiserver-profiling" { finding.verdict = .fail }
        }
        #expect(
            try diff(older, second).findings.map(\.words) == [
                "resolved prod/cp1 apiserver-profiling: tool", "resolved prod/cp2 apiserver-profiling: tool",
            ])
    }

    @Test func `host and tool together`() throws {
        var older = first
        older.recorded = { finding in
            if finding.check == "apiserver-profiling" { finding.verdict = .notApplicable(.featureOff) }
        }
        var newer = second
        newer.hosts[0].flags = "--profiling=true --authorization-mode=Node,RBAC --anonymous-auth=false"
        #expect(try diff(older, newer).findings.map(\.words) == ["new prod/cp1 apiserver-profiling: host and tool"])
    }

    @Test func `what was not seen is not resolved`() throws {
        var older = first
        older.hosts[0].flags = "--profiling=true --authorization-mode=Node,RBAC --anonymous-auth=false"
        var newer = second
        newer.hosts[0].flags = nil
        let lost = try diff(older, newer)
        #expect(
            lost.sights.map { "\($0.place.host) \($0.isBack) \($0.failure?.reason ?? "")" } == ["cp1 false refused"])
        #expect(lost.findings.contains { $0.words == "unseen prod/cp1 apiserver-profiling: coverage" })
        #expect(!lost.findings.contains { $0.kind == .resolved })
        #expect(lost.drifts.map(\.kind) == [.unseen])
        let back = try diff(newer, older)
        #expect(back.sights.map(\.isBack) == [true])
        #expect(back.findings.contains { $0.words == "new prod/cp1 apiserver-profiling: coverage" })
    }

    @Test func `an answer lost to a cut listing is coverage`() throws {
        var newer = second
        newer.hosts[0].cut = .end
        let diff = try diff(first, newer)
        #expect(!diff.findings.isEmpty)
        #expect(diff.findings.allSatisfy { $0.kind == .unknown && $0.attribution == Attribution(.coverage) })
    }

    @Test func `hosts that come and go are the inventory's doing`() throws {
        var newer = second
        newer.hosts = [.init("cp1", safe), .init("cp9", "--profiling=true")]
        let diff = try diff(first, newer)
        #expect(diff.fleet.addedHosts == [HostPlace(cluster: "prod", host: "cp9")])
        #expect(diff.fleet.removedHosts == [HostPlace(cluster: "prod", host: "cp2")])
        #expect(diff.findings.contains { $0.words == "new prod/cp9 apiserver-profiling: inventory" })
        #expect(diff.findings.allSatisfy { $0.attribution == Attribution(.inventory) && $0.kind != .resolved })
    }

    @Test func `hosts that moved, were renamed or got another address are the same hosts`() throws {
        var older = first
        older.hosts.append(.init("cp3", safe))
        older.hosts.append(.init("a", safe, cluster: "stage"))
        var newer = second
        newer.hosts = [
            .init("cp1", safe, address: "other:22"), .init("two", safe, address: "cp2.prod:22"),
            .init("cp3", safe, cluster: "stage", address: "cp3.prod:22"), .init("a", safe, cluster: "stage"),
        ]
        newer.hosts[1].key = "ssh-ed25519 cp2"
        let diff = try diff(older, newer)
        #expect(
            diff.fleet.movedHosts.map { "\($0.from.cluster)/\($0.from.host) \($0.to.cluster)/\($0.to.host)" } == [
                "prod/cp2 prod/two", "prod/cp3 stage/cp3",
            ])
        #expect(diff.fleet.readdressedHosts.map(\.to) == ["other:22"])
        #expect(diff.fleet.addedHosts.isEmpty && diff.fleet.removedHosts.isEmpty && diff.findings.isEmpty)
    }

    @Test func `a host with a new name and a new address is known by its key`() throws {
        var newer = second
        newer.hosts[1] = .init("two", safe)
        newer.hosts[1].key = "ssh-ed25519 cp2"
        let diff = try diff(first, newer)
        #expect(diff.fleet.movedHosts.map(\.to.host) == ["two"])
        newer.hosts[0].key = "ssh-ed25519 cp2"
        #expect(try SweepDiff.between(first.side(), newer.side()).hostKeys.map(\.to) == ["ssh-ed25519 cp2"])
    }

    @Test func `a cluster under another name is renamed`() throws {
        var newer = second
        newer.hosts = [
            .init("cp1", safe, cluster: "live", address: "cp1.prod:22"),
            .init("cp2", safe, cluster: "live", address: "cp2.prod:22"),
        ]
        let diff = try diff(first, newer)
        #expect(diff.fleet.renamedClusters.map { "\($0.from) \($0.to)" } == ["prod live"])
        #expect(diff.fleet.addedClusters.isEmpty && diff.fleet.removedClusters.isEmpty && diff.findings.isEmpty)
    }

    @Test func `a process that stopped resolves nothing`() throws {
        var newer = try second.side()
        var hosts = newer.clusters[0].hosts
        hosts[0].processes = []
        newer.clusters = [ClusterRecord(name: "prod", hosts: hosts, policy: try judge().policy)]
        let diff = SweepDiff.between(try first.side(), newer)
        #expect(diff.processes.map { "\($0.component.rawValue) \($0.isThere)" } == ["kube-apiserver false"])
        #expect(diff.findings.allSatisfy { $0.kind == .gone })
    }

    @Test func `waivers that come, go and expire`() throws {
        let profiling = DiffWaivers(digest: "w") { finding, _, _, moment in
            guard finding.check == "apiserver-profiling" else { return .none }
            return moment < "2026-11-02" ? .active("w-1") : .expired("w-1")
        }
        var older = first
        older.hosts[0].flags = "--profiling=true"
        older.waivers = profiling
        var newer = older
        newer.started = "2026-11-02T02:00:00Z"
        let expired = try diff(older, newer)
        #expect(expired.findings.map(\.words) == ["unwaived prod/cp1 apiserver-profiling: waiver"])
        #expect(expired.findings[0].waiver == "w-1")
        var none = newer
        none.waivers = .none
        #expect(try diff(older, none).findings.map(\.words) == ["unwaived prod/cp1 apiserver-profiling: waiver"])
        #expect(try diff(none, older).findings.map(\.words) == ["waived prod/cp1 apiserver-profiling: waiver"])
        #expect(try diff(newer, none).isEmpty)
    }

    @Test func `a new failure that is waived is told, and is no regression`() throws {
        var older = first
        older.waivers = DiffWaivers(digest: "w") { finding, _, _, moment in
            guard finding.check == "apiserver-profiling" else { return .none }
            return moment < "2026-11-02" ? .active("w-1") : .expired("w-1")
        }
        older.hosts[0].flags = "--profiling=false"
        var newer = older
        newer.hosts[0].flags = "--profiling=true"
        let accepted = try diff(older, newer)
        #expect(accepted.findings.map(\.words) == ["new prod/cp1 apiserver-profiling: host"])
        #expect(accepted.findings[0].waiver == "w-1")
        #expect(accepted.regressions == [])
        newer.started = "2026-11-02T02:00:00Z"
        #expect(try diff(older, newer).regressions.map(\.words) == ["new prod/cp1 apiserver-profiling: host"])
    }

    @Test func `a waiver that is pinned to a value ends with the value`() throws {
        var older = first
        older.waivers = DiffWaivers(digest: "w") { finding, _, _, _ in
            finding.observed.contains("--profiling=TRUE") ? .active("w-1") : .none
        }
        older.hosts[0].flags = "--profiling=TRUE"
        var newer = older
        newer.hosts[0].flags = "--profiling=true"
        let words = try diff(older, newer).findings.map(\.words).sorted()
        #expect(
            words == [
                "changedValue prod/cp1 apiserver-profiling: host",
                "unwaived prod/cp1 apiserver-profiling: host",
            ])
    }
}
