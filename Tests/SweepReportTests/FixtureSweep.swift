@testable import Hardening
import ProcessTable

/// The sweep that every format renders: each state, verdict and reason, masters that disagree, and hostile text
/// wherever a host, an inventory or a policy can put text.
struct FixtureSweep {
    let record: SweepRecord
    let policy: Policy

    init() throws {
        let fixture = try FixturePolicy()
        policy = fixture.policy
        record = SweepRecord(
            tool: ToolIdentity(name: "kubesweep", version: "0.1.0", libssh2: "1.10.0"), policy: fixture.identity,
            inventory: InventoryIdentity(digest: "sha256:" + String(repeating: "1e", count: 32), hosts: 40),
            sweep: SweepIdentity(
                id: "20261123T020000Z-7f3a", started: "2026-11-23T02:00:00Z", ended: "2026-11-23T02:00:41Z",
                isComplete: false),
            clusters: [
                Self.old(fixture), Self.prodEU(fixture), Self.edge(fixture), Self.broken(fixture),
                Self.hostile(fixture),
            ])
    }

    static func evidence(_ wholeness: Wholeness = .proven, _ processes: [ProcessRecord] = []) -> EvidenceRecord {
        EvidenceRecord(
            digest: "sha256:" + String(repeating: "2d", count: 32),
            hostKey: "ssh-ed25519 SHA256:uNiVztksCsDhcc0u9e8BrWkRdxKzqTWmWzPqMbHzXyk", wholeness: wholeness,
            document: document(wholeness, processes), bytes: 16_384, milliseconds: 212)
    }

    /// What such a host could have shown.
    static func document(_ wholeness: Wholeness, _ processes: [ProcessRecord]) -> EvidenceDocument {
        EvidenceDocument(
            HostEvidence(
                wholeness: wholeness, isHidden: false, rowCount: 112,
                processes: processes.map { process in
                    ControlPlaneProcess(
                        component: process.component, pid: process.pid, parent: 1, user: process.user,
                        program: process.component.rawValue,
                        arguments: (process.flags ?? []).map { "--\($0.name)=\($0.value)" })
                }))
    }

    static func seen(
        _ name: String, _ processes: [ProcessRecord], _ wholeness: Wholeness = .proven, notes: [String] = []
    ) -> HostRecord {
        HostRecord(
            name: name, address: "\(name):22", state: .evaluated, evidence: evidence(wholeness, processes),
            notes: notes, processes: processes)
    }

    static func apiserver(
        pid: Int = 1201, _ version: ReleaseRange? = nil, flags: [String: String]? = nil, notes: [String] = [],
        findings: [Finding]
    ) -> ProcessRecord {
        ProcessRecord(
            component: .kubeAPIServer, pid: pid, user: "root", releases: version, notes: notes,
            flags: flags?.sorted { $0.key < $1.key }.map { FlagValues($0.key, $0.value, as: nil) }, findings: findings)
    }

    /// Three masters, of which the last differs, and one that refuses connections.
    private static func prodEU(_ fixture: FixturePolicy) -> ClusterRecord {
        let release = ReleaseRange(Release(minor: 31), Release(minor: 31))
        let removed = fixture.finding(
            "apiserver-insecure-port", .notApplicable(.removed), "--insecure-port not set",
            note: "the flag was removed in 1.24")
        let open = fixture.finding(
            "apiserver-anonymous-auth", .fail, "--anonymous-auth not set (default true)")
        let same = apiserver(
            release, flags: ["anonymous-auth": "true", "profiling": "false", "audit-log-path": "/var/log/audit.log"],
            findings: fixture.apiserver(all: .pass, open, removed))
        let odd = apiserver(
            release, flags: ["anonymous-auth": "true", "profiling": "true"],
            findings: fixture.apiserver(
                all: .pass, open, removed,
                fixture.finding("apiserver-profiling", .fail, "--profiling not set (default true)"),
                fixture.finding(
                    "apiserver-tls-cipher-suites", .fail,
                    "--tls-cipher-suites="
                        + ["AES_128_CBC_SHA", "AES_256_CBC_SHA", "AES_128_GCM_SHA256", "3DES_EDE_CBC_SHA"]
                        .map { "TLS_RSA_WITH_\($0)" }.joined(separator: ",") + ",TLS_ECDHE_RSA_WITH_RC4_128_SHA")))
        var managers = ProcessRecord(
            component: .kubeControllerManager, pid: 1300, user: "root", releases: release,
            flags: [FlagValues("profiling", "false", as: nil)])
        managers.findings = [fixture.finding("controller-manager-profiling", .pass, "--profiling=false")]
        return ClusterRecord(
            name: "prod-eu", kubernetesVersion: "1.31", distribution: "kubeadm",
            labels: ["env": "prod", "owner": "team \"blue\"\n\u{202E}"],
            hosts: [
                seen("k8s-cp01.eu.example.com", [same, managers]), seen("k8s-cp02.eu.example.com", [same, managers]),
                seen("k8s-cp03.eu.example.com", [odd, managers]),
                HostRecord(
                    name: "k8s-cp04.eu.example.com", address: "k8s-cp04.eu.example.com:22", state: .unreachable,
                    failure: HostFailure(
                        phase: "connect", reason: "connectionRefused", detail: "192.0.2.14 port 22 refused",
                        hint: "check that sshd runs and listens on this port")),
            ], policy: fixture.policy)
    }

    /// Severities other than the check's own, every other reason, two API servers on one host.
    private static func old(_ fixture: FixturePolicy) -> ClusterRecord {
        let range = ReleaseRange(Release(minor: 9), Release(minor: 12))
        let first = apiserver(
            pid: 900, range, flags: ["insecure-port": "8080"], notes: ["its command names no version"],
            findings: [
                fixture.finding(
                    "apiserver-anonymous-auth", .pass, "--anonymous-auth=true", note: "AlwaysAllow turns it off"),
                fixture.finding(
                    "apiserver-insecure-port", .fail, "--insecure-port=8080", note: "bound to 127.0.0.1 only",
                    severity: .medium),
                fixture.finding(
                    "apiserver-profiling", .unknown(.versionNeeded), "--profiling not set",
                    note: "the version decides: pass from 1.9, fail from 1.11"),
                fixture.finding("apiserver-tls-cipher-suites", .notApplicable(.notYetIntroduced), ""),
                fixture.finding(
                    "apiserver-etcd-cafile", .notApplicable(.localDatastore), "--etcd-servers=unix:/run/etcd"),
            ])
        let second = apiserver(
            pid: 901, range, flags: ["insecure-port": "8081"], notes: ["its command names no version"],
            findings: [
                fixture.finding("apiserver-anonymous-auth", .notApplicable(.featureOff), "--anonymous-auth not set"),
                fixture.finding("apiserver-insecure-port", .fail, "--insecure-port=8081"),
                fixture.finding("apiserver-profiling", .unknown(.needsReview), "--profiling=maybe"),
                fixture.finding(
                    "apiserver-tls-cipher-suites", .unknown(.ambiguous), "--tls-cipher-suites=a  b",
                    note: "two spaces stand where one argument ends"),
                fixture.finding(
                    "apiserver-etcd-cafile", .unknown(.unparsable), "--etcd-cafile not set",
                    note: "unknown flag: --etcd-cafiel"),
            ])
        let cut = apiserver(
            pid: 77, range, notes: ["the row is cut off; what stands behind the cut is not known"],
            findings: fixture.apiserver(
                all: .unknown(.truncated), fixture.finding("apiserver-insecure-port", .fail, "--insecure-port=8080")))
        let partial = apiserver(
            pid: 78, range, flags: ["insecure-port": "0"],
            findings: fixture.apiserver(all: .unknown(.incomplete), note: "noEndMarker"))
        return ClusterRecord(
            name: "old", kubernetesVersion: "1.11",
            hosts: [
                seen("m1", [first, second]), seen("m2", [cut]),
                seen(
                    "m10", [partial], .cut(.noEndMarker), notes: ["the listing is not whole: its end marker is missing"]
                ),
            ], policy: fixture.policy)
    }

    /// Settings in a file that is not seen: the same on every host.
    private static func edge(_ fixture: FixturePolicy) -> ClusterRecord {
        let path = "/etc/rancher/k3s/config.yaml"
        let hosts = (1...12).map { number in
            seen(
                "edge\(number)",
                [
                    apiserver(
                        pid: 500 + number, notes: ["k3s keeps the settings in \(path)"],
                        findings: fixture.apiserver(all: .unknown(.configuredInFile), note: path))
                ], notes: ["its host key ssh-ed25519 SHA256:\(number) was not known and is now in ~/.ssh/known_hosts"])
        }
        return ClusterRecord(
            name: "edge", kubernetesVersion: "1.29", distribution: "k3s", hosts: hosts, policy: fixture.policy)
    }
}
