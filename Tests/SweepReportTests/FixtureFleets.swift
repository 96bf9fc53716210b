@testable import Hardening
import ProcessTable

/// Sweeps at the edges: nothing wrong, nothing there, and more than a screen can show.
struct FixtureFleets {
    let policy: Policy
    private let fixture: FixturePolicy

    init() throws {
        fixture = try FixturePolicy()
        policy = fixture.policy
    }

    var clean: SweepRecord {
        let server = FixtureSweep.apiserver(
            ReleaseRange(Release(minor: 31), Release(minor: 31)), flags: ["profiling": "false"],
            findings: fixture.apiserver(all: .pass))
        let manager = ProcessRecord(
            component: .kubeControllerManager, pid: 1300, user: "root",
            findings: [fixture.finding("controller-manager-profiling", .pass, "--profiling=false")])
        return sweep(
            isComplete: true,
            ["blue", "green"].map { name in
                ClusterRecord(
                    name: name, kubernetesVersion: "1.31",
                    hosts: (1...3).map { FixtureSweep.seen("cp\($0).\(name)", [server, manager]) }, policy: policy)
            })
    }

    var empty: SweepRecord { sweep(isComplete: true, []) }

    /// 60 clusters of three masters: one failure on every master, one on many, one with a value of its own on each;
    /// unreachable hosts with keys that nobody knows; notes of their own.
    var many: SweepRecord {
        sweep(
            isComplete: false,
            (1...60).map { cluster in
                let name = "team\(cluster)"
                let hosts = (1...3).map { host -> HostRecord in
                    let fqdn = "cp\(host).\(name).example.com"
                    if host == 3, cluster % 2 == 0 { return Self.unknownKey(fqdn) }
                    return FixtureSweep.seen(
                        fqdn, [FixtureSweep.apiserver(findings: findings(cluster, host))],
                        notes: cluster == 7 ? [] : ["started \(cluster) days and \(host) hours ago"])
                }
                return ClusterRecord(name: name, kubernetesVersion: "1.30", hosts: hosts, policy: policy)
            })
    }

    private func findings(_ cluster: Int, _ host: Int) -> [Finding] {
        let ciphers = "--tls-cipher-suites=SUITE_\(cluster)_\(host)"
        return fixture.apiserver(
            all: .pass, fixture.finding("apiserver-anonymous-auth", .fail, "--anonymous-auth not set (default true)"),
            cluster % 3 == 0
                ? fixture.finding("apiserver-profiling", .pass, "--profiling=false")
                : fixture.finding("apiserver-profiling", .fail, "--profiling not set (default true)"),
            fixture.finding("apiserver-tls-cipher-suites", .fail, ciphers),
            fixture.finding(
                "apiserver-etcd-cafile", .unknown(.needsReview), "--etcd-cafile=/etc/\(cluster)-\(host).pem"))
    }

    private static func unknownKey(_ name: String) -> HostRecord {
        HostRecord(
            name: name, address: "\(name):22", state: .unreachable,
            failure: HostFailure(
                phase: "hostKey", reason: "hostKeyUnknown",
                detail: "the host showed ssh-ed25519 SHA256:\(name); no known_hosts line names \(name)",
                hint: "verify the fingerprint on the host's console, then: echo '\(name) ssh-ed25519 AAAA' "
                    + ">> ~/.ssh/known_hosts"))
    }

    private func sweep(isComplete: Bool, _ clusters: [ClusterRecord]) -> SweepRecord {
        SweepRecord(
            tool: ToolIdentity(name: "kubesweep", version: "0.1.0", libssh2: "1.10.0"),
            policy: PolicyIdentity(
                name: "nightly", digest: "sha256:" + String(repeating: "0f", count: 32), isExplicit: true),
            inventory: InventoryIdentity(
                digest: "sha256:" + String(repeating: "1e", count: 32), hosts: clusters.flatMap(\.hosts).count),
            sweep: SweepIdentity(
                id: "20261123T020000Z-7f3a", started: "2026-11-23T02:00:00Z", ended: "2026-11-23T02:00:41Z",
                isComplete: isComplete),
            clusters: clusters)
    }
}
