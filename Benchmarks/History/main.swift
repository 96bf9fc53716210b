// What the history costs: storing a night of many hosts, a night without change, comparing the two, and listing many
// sweeps. `swift run -c release HistoryBenchmark [HOSTS]`
import Foundation
import Glibc
import Hardening
import ProcessTable
import SweepHistory

let hostCount = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000
let perCluster = 3
let clusterCount = (hostCount + perCluster - 1) / perCluster

func cpuSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

func measured<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
    let cpu = cpuSeconds()
    let wall = ContinuousClock.now
    let value = try body()
    let seconds = (ContinuousClock.now - wall) / .seconds(1)
    print(
        "\(name.padding(toLength: 44, withPad: " ", startingAt: 0))"
            + String(format: "%8.2f s CPU %8.2f s", cpuSeconds() - cpu, seconds))
    return value
}

let directory = FileManager.default.temporaryDirectory.appending(path: "kubesweep-history-\(UUID())").path
defer { try? FileManager.default.removeItem(atPath: directory) }
let state = StateDirectory(path: directory)

func size() -> Int {
    [state.database, state.database + "-wal"].reduce(0) { sum, path in
        sum + ((try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0)
    }
}

/// The rows that matter of a kubeadm master's listing; addresses and process numbers are each host's own.
func listing(_ host: Int, profiling: Bool = false) -> [UInt8] {
    let address = "10.\(host >> 16 & 255).\(host >> 8 & 255).\(host & 255)"
    let pid = 1000 + host % 30_000
    return Array(
        """
        UID          PID    PPID  C STIME TTY          TIME CMD
        root           1       0  0 Nov01 ?        00:00:09 /sbin/init splash
        root        \(pid)       1  4 Nov01 ?        03:14:15 kube-apiserver --advertise-address=\(address) --allow-privileged=true --authorization-mode=Node,RBAC --client-ca-file=/etc/kubernetes/pki/ca.crt --enable-admission-plugins=NodeRestriction --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt --etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key --etcd-servers=https://127.0.0.1:2379 --profiling=\(profiling) --secure-port=6443 --service-account-key-file=/etc/kubernetes/pki/sa.pub --service-cluster-ip-range=10.96.0.0/12 --tls-cert-file=/etc/kubernetes/pki/apiserver.crt --tls-private-key-file=/etc/kubernetes/pki/apiserver.key
        root        \(pid + 1)       1  1 Nov01 ?        00:14:15 kube-controller-manager --bind-address=127.0.0.1 --profiling=false --root-ca-file=/etc/kubernetes/pki/ca.crt --service-account-private-key-file=/etc/kubernetes/pki/sa.key --use-service-account-credentials=true
        root        \(pid + 2)       1  0 Nov01 ?        00:04:15 kube-scheduler --bind-address=127.0.0.1 --profiling=false
        root        \(pid + 3)       1  2 Nov01 ?        01:04:15 etcd --advertise-client-urls=https://\(address):2379 --client-cert-auth=true --cert-file=/etc/kubernetes/pki/etcd/server.crt --key-file=/etc/kubernetes/pki/etcd/server.key --peer-client-cert-auth=true --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt

        kubesweep-end status=0

        """.utf8)
}

let facts = try BuiltIn.facts()
let sources = try PolicySource.load(["cis-1.12"])
let policy = try sources.policy(facts: facts)
let judge = Judge(policy: policy, facts: facts)

func record(_ host: Int, profiling: Bool = false) throws -> HostRecord {
    let bytes = listing(host, profiling: profiling)
    let judged = try judge.judged(bytes, origin: .remoteCommand, claimed: Release("1.29"))
    return HostRecord(
        name: "cp\(host % perCluster + 1).c\(host / perCluster)", address: "10.0.0.\(host):22", state: judged.state,
        attempts: 1,
        evidence: EvidenceRecord(
            digest: "sha256:\(host)", hostKey: "ssh-ed25519 SHA256:\(host)", wholeness: judged.evidence.wholeness,
            document: judged.document, bytes: bytes.count, milliseconds: 40),
        processes: judged.processes, presence: judged.presence)
}

let fleet = FleetRecord(
    clusters: (0..<clusterCount).map { cluster in
        FleetCluster(
            name: "c\(cluster)", kubernetesVersion: "1.29",
            hosts: (0..<perCluster).map { host in
                let number = cluster * perCluster + host
                return FleetHost(name: "cp\(host + 1).c\(cluster)", address: "10.0.0.\(number):22")
            })
    })

func store(_ id: String, _ started: String, _ records: [HostRecord], in store: SweepStore) throws {
    var recorder = try SweepRecorder(
        SweepStart(
            id: id, started: started, tool: ToolIdentity(name: "kubesweep", version: "0", libssh2: "0"),
            policy: PolicyIdentity(name: policy.name, digest: "sha256:0"),
            policyDocument: PolicyDocument(sources, of: policy, isExplicit: false),
            inventory: InventoryIdentity(digest: "sha256:0", hosts: records.count), fleet: fleet),
        in: store)
    for (index, record) in records.enumerated() { try recorder.add(record, cluster: "c\(index / perCluster)") }
    try recorder.finish(
        SweepSummary(hosts: records.count, judged: records.count, counts: VerdictCounts(), isWhole: true),
        ended: started)
}

print("\(hostCount) hosts in \(clusterCount) clusters, policy \(policy.name)")
let records = try measured("judge every host (for scale)") { try (0..<hostCount).map { try record($0) } }
let history = try SweepStore.open(state)
try measured("store the first night") { try store("1", "2026-11-01T02:00:00Z", records, in: history) }
let first = size()
print("  the file has \(first >> 10) KiB, \(first / hostCount) bytes a host")
try measured("store a night without change") { try store("2", "2026-11-02T02:00:00Z", records, in: history) }
let second = size()
print("  it grew by \((second - first) >> 10) KiB")
let same = try measured("compare the two") {
    try history.diff(history.sweep("1"), history.sweep("2"), facts: facts).get()
}
print("  changes: \(same.findings.count)")
var changed = records
for host in stride(from: 0, to: hostCount, by: 100) { changed[host] = try record(host, profiling: true) }
try measured("store a night with 1 % changed") { try store("3", "2026-11-03T02:00:00Z", changed, in: history) }
let some = try measured("compare that") {
    try history.diff(history.sweep("2"), history.sweep("3"), facts: facts).get()
}
print("  changes: \(some.findings.count)")
for number in 4...1_000 {
    try store("\(number)", "2026-11-04T02:00:00Z", Array(records.prefix(3)), in: history)
}
let sweeps = try measured("list 1,000 sweeps") { try history.sweeps() }
print("  sweeps: \(sweeps.count)")
