import Hardening
import ProcessTable
import Testing

/// One of the false answers of a search for text, on a whole host rather than one API server's line.
struct FalseAnswer: Sendable, CustomTestStringConvertible {
    var row: String
    var rows: [String]
    var policy = "cis-1.12"
    /// `pid check` to the verdict.
    var verdicts: [String: String]

    var testDescription: String { row }
}

private let served = "kube-apiserver --etcd-servers=https://e:2379 --etcd-cafile=/ca --profiling=true"

private let falseAnswers = [
    FalseAnswer(
        row: "a search for etcd finds the API server's line too",
        rows: [
            served + " --cert-file=/c --key-file=/k --client-cert-auth=true",
            "etcd --name=a --listen-client-urls=http://10.0.0.1:2379 --client-cert-auth=false",
        ],
        verdicts: [
            "100 apiserver-profiling": "fail", "101 etcd-client-tls": "fail", "101 etcd-client-cert-auth": "fail",
        ]),
    FalseAnswer(
        row: "a search for kubelet finds the API server's line too",
        rows: [
            served + " --kubelet-certificate-authority=/ca --anonymous-auth=false --read-only-port=0",
            "/usr/bin/kubelet --anonymous-auth=true --read-only-port=10255",
        ],
        verdicts: [
            "100 apiserver-profiling": "fail", "101 kubelet-anonymous-auth": "fail",
            "101 kubelet-read-only-port": "fail",
        ]),
    FalseAnswer(
        row: "other programs with kube-apiserver in their line are merged",
        rows: [
            served, "kube-apiserver-healthcheck --profiling=false --ca-cert=/x",
            "cluster-kube-apiserver-operator operator --profiling=false",
            "/usr/bin/watch-termination --profiling=false --touch=/kube-apiserver",
            "less kube-apiserver.log --profiling=false",
        ],
        verdicts: ["100 apiserver-profiling": "fail"]),
    FalseAnswer(
        row: "a second API server (kind, vcluster, hosted) is merged with the first",
        rows: ["kube-apiserver --profiling=false", "kube-apiserver --profiling=true"],
        verdicts: ["100 apiserver-profiling": "pass", "101 apiserver-profiling": "fail"]),
    FalseAnswer(
        row: "the controller manager's bind address absent passes",
        rows: ["kube-controller-manager"], verdicts: ["100 controller-manager-bind-address": "fail"]),
    FalseAnswer(
        row: "the scheduler's bind address absent passes", rows: ["kube-scheduler"],
        verdicts: ["100 scheduler-bind-address": "fail"]),
    FalseAnswer(
        row: "the scheduler's profiling flag counts beside --config",
        rows: ["kube-scheduler --config=/c --profiling=false"],
        verdicts: ["100 scheduler-profiling": "unknown configuredInFile"]),
    FalseAnswer(
        row: "etcd that the environment configures fails", rows: ["/usr/local/bin/etcd"],
        verdicts: [
            "100 etcd-client-tls": "unknown configuredInFile",
            "100 etcd-peer-client-cert-auth": "unknown configuredInFile",
        ]),
    FalseAnswer(
        row: "microk8s, whose flags stand in files, fails",
        rows: ["/snap/microk8s/8612/kubelite --apiserver-args-file=/a --start-control-plane=true"],
        verdicts: [
            "100 apiserver-profiling": "unknown configuredInFile",
            "100 apiserver-etcd-cafile": "unknown configuredInFile",
            "100 kubelet-anonymous-auth": "unknown configuredInFile",
            "100 scheduler-profiling": "unknown configuredInFile",
        ]),
    FalseAnswer(
        row: "k3s, which hides its arguments, fails", rows: ["/usr/local/bin/k3s server"],
        verdicts: [
            "100 apiserver-anonymous-auth": "unknown configuredInFile",
            "100 controller-manager-root-ca-file": "unknown configuredInFile",
        ]),
    FalseAnswer(
        row: "OpenShift's config file fails",
        rows: ["kube-apiserver --openshift-config=/etc/c.yaml --advertise-address=10.0.0.1 -v=2"],
        verdicts: ["100 apiserver-authorization-rbac": "unknown configuredInFile"]),
    FalseAnswer(
        row: "a process name longer than 15 characters is not found",
        rows: ["/opt/bin/kube-controller-manager --profiling=false"],
        verdicts: ["100 controller-manager-profiling": "pass"]),
    FalseAnswer(
        row: "the suffix _SHA256 of ChaCha20 is not known to the kubelet's list",
        rows: ["kubelet --tls-cipher-suites=TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"],
        verdicts: ["100 kubelet-tls-cipher-suites": "pass"]),
]

struct TextSearchNeighboursTests {
    @Test(arguments: falseAnswers)
    func `judges each process of a host by its own line`(answer: FalseAnswer) throws {
        let records = try BuiltInJudge.named(answer.policy).judge(
            wholeHost(answer.rows), claimed: Release(minor: 33))
        for (key, expected) in answer.verdicts {
            let words = key.split(separator: " ")
            let found = records.filter { "\($0.pid)" == words[0] }.flatMap(\.findings).filter { $0.check == words[1] }
            #expect(found.map(\.verdict.text) == [expected], "\(key)")
        }
        let expected = answer.verdicts.keys.compactMap { Int($0.prefix(3)) }
        #expect(Set(records.map(\.pid)) == Set(expected))
    }

    /// kube-bench stops, or fails what it did not find.
    @Test func `a container that shows no host process has no control plane, and nothing fails`() throws {
        let evidence = try wholeHost(["kubesweep evaluate"])
        let processes = try BuiltInJudge.named("cis-1.12").judge(evidence, claimed: nil)
        #expect(processes == [])
        let judged = JudgedEvidence(
            evidence: evidence, document: EvidenceDocument(evidence), processes: processes, presence: Presence())
        #expect(judged.state == .noControlPlane)
    }
}
