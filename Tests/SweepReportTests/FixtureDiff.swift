import Hardening
import ProcessTable

/// Two nights between which everything changed that a comparison can tell, on hosts that say hostile things.
struct FixtureDiff {
    let diff: SweepDiff
    let unchanged: SweepDiff
    /// Without a change on the hosts that were seen, before the newer sweep was ended.
    let cut: SweepDiff
    /// Of the newer night, as far as a notice shows it.
    let record: SweepRecord

    init() throws {
        let facts = try BuiltIn.facts()
        let lenient = try Self.judge("", facts)
        let strict = try Self.judge("parameters:\n  audit-retention-days: 90\n", facts)
        let older = try Self.side(
            "20261101T020000Z-0001", "2026-11-01T02:00:00Z", lenient, version: "1.29",
            [
                Host(
                    cluster: "prod", name: "cp1",
                    flags: "--profiling=false --audit-log-maxage=30 --audit-log-path=/audit"),
                Host(
                    cluster: "prod", name: "cp2",
                    flags: "--profiling=false --audit-log-maxage=30 --audit-log-path=/audit"),
                Host(cluster: "prod", name: "cp3", flags: "--profiling=true --audit-log-maxage=100"),
                Host(cluster: "staging", name: "cp1", flags: "--anonymous-auth=false"),
                Host(cluster: "edge", name: "back", flags: nil),
                Host(cluster: "edge", name: "new", flags: nil),
                Host(cluster: "edge", name: "other", flags: "--profiling=false", address: "192.0.2.8:22"),
                Host(cluster: "old", name: "cp1", flags: "--profiling=false", address: "192.0.2.7:22"),
            ])
        let earlier = try Self.side(
            "20261031T020000Z-0000", "2026-10-31T02:00:00Z", lenient, version: "1.29",
            [Host(cluster: "edge", name: "back", flags: "--profiling=false --v=2", key: "ssh-ed25519 SHA256:before")])
        let hostile = HostileText.all
        let newer = try Self.side(
            "20261102T020000Z-0002", "2026-11-02T02:00:00Z", strict, version: "1.31",
            [
                Host(
                    cluster: "prod", name: "cp1",
                    flags: "--profiling=true --audit-log-maxage=30 --audit-log-path=/audit", key: hostile),
                Host(
                    cluster: "prod", name: "cp2",
                    flags: "--profiling=false --audit-log-maxage=30 --audit-log-path=/audit --v=" + Self.word),
                Host(cluster: "prod", name: "cp3", flags: nil, detail: hostile),
                Host(cluster: "prod", name: "cp4 \(hostile)", flags: "--audit-log-path=" + Self.word),
                Host(cluster: "edge", name: "back", flags: "--profiling=false --v=4"),
                Host(cluster: "edge", name: "new", flags: "--profiling=false"),
                Host(
                    cluster: "edge", name: "other", flags: "--profiling=true", address: "192.0.2.9:22",
                    key: "ssh-ed25519 SHA256:another", isCut: true),
                Host(
                    cluster: "renamed \(hostile)", name: "cp1", flags: "--profiling=false", address: "192.0.2.7:22",
                    key: "ssh-ed25519 SHA256:old-cp1"),
            ], distribution: "k3s")
        let last = HostSighting(earlier.clusters[0].hosts[0], of: earlier.fleet.clusters[0], by: earlier.basis)
        diff = SweepDiff.between(older, newer, last: [HostPlace(cluster: "edge", host: "back"): last])
        unchanged = SweepDiff.between(older, older)
        var early = older
        early.early = EarlyEnd(cause: "the sweep's deadline of 4 s was reached", hosts: 9, abandoned: 5)
        cut = SweepDiff.between(older, early)
        record = SweepRecord(
            tool: newer.tool, policy: newer.policy,
            inventory: InventoryIdentity(digest: "sha256:" + String(repeating: "1", count: 64), hosts: 6),
            sweep: newer.sweep, clusters: newer.clusters)
    }

    /// A change of one flag on each of many hosts.
    static func wide(hosts: Int) throws -> SweepDiff {
        let judge = try judge("", BuiltIn.facts())
        func side(_ id: String, _ flags: String) throws -> DiffSide {
            try Self.side(
                id, "2026-11-01T02:00:00Z", judge, version: "1.29",
                (0..<hosts).map { Host(cluster: "prod", name: "cp\($0)", flags: flags) })
        }
        return SweepDiff.between(try side("a", "--profiling=false"), try side("b", "--profiling=true"))
    }

    /// Many hosts at other addresses.
    static func readdressed(hosts: Int) throws -> SweepDiff {
        let judge = try judge("", BuiltIn.facts())
        func side(_ id: String, _ network: String) throws -> DiffSide {
            try Self.side(
                id, "2026-11-01T02:00:00Z", judge, version: "1.29",
                (0..<hosts).map {
                    Host(
                        cluster: "prod", name: "cp\($0)", flags: "--v=2",
                        address: "\(network).\($0 / 250).\($0 % 250):22")
                })
        }
        return SweepDiff.between(try side("a", "10.0"), try side("b", "10.1"))
    }

    /// An argument that no blank splits.
    private static let word = HostileText.escapeSequence + "|`<b>" + HostileText.bidirectional.filter { $0 != " " }

    private struct Host {
        let cluster: String
        let name: String
        let flags: String?
        var address: String?
        var key: String?
        var detail = "127.0.0.1:22: Connection refused"
        /// The listing ends before the scheduler that others list.
        var isCut = false

        private static let end = """
            root          30       1  0 02:00 ?        00:00:01 kube-scheduler

            kubesweep-end status=0

            """

        var fleetHost: FleetHost { FleetHost(name: name, address: address ?? "\(name.prefix(4)).\(cluster):22") }

        func record(_ judge: Judge, _ version: String) throws -> HostRecord {
            guard let flags else {
                return HostRecord(
                    name: name, address: fleetHost.address, state: .unreachable,
                    failure: HostFailure(
                        phase: "connect", reason: "connectionRefused", detail: detail,
                        hint: "check that sshd runs:\n  systemctl status ssh \(HostileText.escapeSequence)"))
            }
            let text = """
                UID          PID    PPID  C STIME TTY          TIME CMD
                root           1       0  0 02:00 ?        00:00:01 /sbin/init
                root          20       1  0 02:00 ?        00:00:01 kube-apiserver \(flags)

                """ + (isCut ? "" : Self.end)
            let judged = try judge.judged(Array(text.utf8), origin: .remoteCommand, claimed: Release(version))
            return HostRecord(
                name: name, address: fleetHost.address, state: judged.state,
                evidence: EvidenceRecord(
                    digest: "", hostKey: key ?? "ssh-ed25519 SHA256:\(cluster)-\(name)",
                    wholeness: judged.evidence.wholeness, document: judged.document, bytes: 0, milliseconds: 0),
                processes: judged.processes, presence: judged.presence)
        }
    }

    private static func judge(_ more: String, _ facts: [Component: ComponentFacts]) throws -> Judge {
        let text = """
            policy: team <b>
            include:
              stackrox-2019: [apiserver-profiling, apiserver-audit-log-maxage, apiserver-audit-log-path, apiserver-tls-cipher-suites]
            \(more)
            """
        return Judge(policy: try PolicySource(text: text, file: "team.yaml").policy(facts: facts), facts: facts)
    }

    private static func side(
        _ id: String, _ started: String, _ judge: Judge, version: String, _ hosts: [Host], distribution: String? = nil
    ) throws -> DiffSide {
        let names = Set(hosts.map(\.cluster)).sorted()
        let labels = ["environment": version]
        return DiffSide(
            SweepBasis(
                sweep: SweepIdentity(id: id, started: started, ended: started, isComplete: true),
                tool: ToolIdentity(name: "kubesweep", version: "0.1.0", libssh2: "1.10.0"),
                policy: PolicyIdentity(name: judge.policy.name, digest: "sha256:" + String(repeating: "0", count: 64)),
                judge: judge),
            fleet: FleetRecord(
                clusters: names.map { name in
                    FleetCluster(
                        name: name, kubernetesVersion: version, distribution: name == "edge" ? distribution : nil,
                        labels: labels, hosts: hosts.filter { $0.cluster == name }.map(\.fleetHost))
                }),
            clusters: try names.map { name in
                ClusterRecord(
                    name: name, kubernetesVersion: version, labels: labels,
                    hosts: try hosts.filter { $0.cluster == name }.map { try $0.record(judge, version) },
                    policy: judge.policy)
            })
    }
}
