import Hardening
import ProcessTable
import Testing

/// Lines that a search for a flag's text misjudges, as kube-bench did: each judged as the server reads it.
struct TextSearchTests {
    @Test(
        arguments: verdictTable(
            """
            anonymous-auth:
            1.24 pass| --anonymous-auth=0 --authorization-mode=RBAC
            1.24 pass| --anonymous_auth=false --authorization-mode=RBAC
            1.18 fail| --anonymous-auth false --authorization-mode=RBAC
            1.31 unknown configuredInFile| --authentication-config=/c --authorization-mode=RBAC
            kubelet-client-certificate:
            1.24 pass| --kubelet-client-certificate /c --kubelet-client-key /k
            admission-node-restriction:
            1.24 pass| --enable-admission-plugins NodeRestriction --authorization-mode Node
            admission-always-admit:
            1.24 fail| --enable-admission-plugins AlwaysAdmit
            1.24 fail| --enable-admission-plugins=NodeRestriction --enable-admission-plugins=AlwaysAdmit
            profiling:
            1.24 fail| --profiling=false --profiling=true
            1.24 pass| --profiling=true --profiling=false
            etcd-cafile:
            1.24 fail| --etcd-cafile=
            tls-serving-certificate:
            1.24 fail| --tls-cert-file= --tls-private-key-file=/k
            authorization-node:
            1.24 fail| --authorization-mode=NodeFoo,RBAC
            1.30 unknown configuredInFile| --authorization-config=/z
            authorization-rbac:
            1.30 unknown configuredInFile| --authorization-config=/z
            authorization-always-allow:
            1.30 unknown configuredInFile| --authorization-config=/z
            advanced-auditing:
            1.24 fail| --feature-gates=AdvancedAuditing=0
            1.24 fail| --feature-gates=AdvancedAuditing=FALSE
            encryption-provider-config:
            1.26 fail| --encryption-provider-config-automatic-reload=true
            1.26 pass| --encryption-provider-config-automatic-reload=true --encryption-provider-config=/e
            client-ca-file:
            1.24 fail| --requestheader-client-ca-file=/ca
            token-auth-file:
            1.24 pass| --authentication-token-webhook-config-file=/w
            audit-log-maxage:
            1.36 pass| --audit-log-path=/a
            audit-log-maxbackup:
            1.36 pass| --audit-log-path=/a
            admission-pod-security-policy:
            1.25 notApplicable removed|
            admission-security-context-deny:
            1.30 notApplicable removed|
            tls-cipher-suites:
            1.24 fail, noted| --tls-cipher-suites=TLS_RSA_WITH_AES_128_GCM_SHA256
            insecure-port:
            1.24 notApplicable removed|
            """))
    func `judges what the server reads`(row: VerdictRow) throws {
        #expect(try row.found(isExplicit: false) == row.outcome)
    }

    @Test func `other processes that speak of kube-apiserver answer nothing`() throws {
        let rows = [
            apiServerRow("--profiling=true", pid: 700),
            "root 701 1 0 10:14 ? 00:00:00 kube-apiserver-healthcheck --profiling=false",
            "root 702 1 0 10:14 ? 00:00:00 cluster-kube-apiserver-operator operator --profiling=false",
            "root 703 1 0 10:14 ? 00:00:00 tail -f /var/log/kube-apiserver.log --profiling=false",
            "root 704 1 0 10:14 ? 00:00:00 vi kube-apiserver.yaml",
            "root 705 1 0 10:14 pts/0 00:00:00 grep kube-apiserver --profiling=false",
            "root 706 1 0 10:14 ? 00:00:00 /bin/sh -c exec kube-apiserver --profiling=false",
            "root 707 1 0 10:14 ? 00:00:00 [kube-apiserver] <defunct>",
        ]
        let records = try judged(listing(rows), claimed: Release("1.24"))
        #expect(records.map(\.pid) == [700])
        #expect(try records.map { try $0.finding("profiling").verdict } == [.fail])
    }

    @Test func `each of two API servers is judged by its own line`() throws {
        let rows = [apiServerRow("--profiling=false", pid: 700), apiServerRow("--profiling=true", pid: 900)]
        let records = try judged(listing(rows), claimed: Release("1.24"))
        #expect(records.map(\.pid) == [700, 900])
        #expect(try records.map { try $0.finding("profiling").verdict } == [.pass, .fail])
    }

    @Test func `etcd and kubelet beside the API server are not taken for it`() throws {
        let rows = [
            "root 600 1 0 10:14 ? 00:00:00 etcd --name=kube-apiserver --profiling=false",
            apiServerRow("--etcd-servers=https://e:2379 --kubelet-client-key=/k", pid: 700),
            "root 800 1 0 10:14 ? 00:00:00 /usr/bin/kubelet --config=/k --profiling=false",
        ]
        let records = try judged(listing(rows), claimed: Release("1.24"))
        #expect(records.map(\.component.rawValue) == ["etcd", "kube-apiserver", "kubelet"])
        #expect(records.map(\.findings.count) == [0, 38, 0])
        #expect(try records[1].finding("profiling").verdict == .fail)
    }
}
