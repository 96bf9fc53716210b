// What the history costs: storing a night of many hosts and a night without change, comparing nights of several kinds,
// and listing many sweeps. `swift build -c release && swift run -c release HistoryBenchmark [HOSTS]`
import Foundation
import Glibc
import Hardening
import ProcessTable
import SweepHistory
import SweepReport

let hostCount = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000
let perCluster = 3
let clusterCount = (hostCount + perCluster - 1) / perCluster

/// Of this program and of those that it ran.
func cpuSeconds() -> Double {
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return [RUSAGE_SELF.rawValue, RUSAGE_CHILDREN.rawValue].reduce(0) { sum, who in
        var usage = rusage()
        getrusage(__rusage_who_t(who), &usage)
        return sum + seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
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
func listing(_ host: Int, profiling: Bool = false, more: String = "") -> [UInt8] {
    let address = "10.\(host >> 16 & 255).\(host >> 8 & 255).\(host & 255)"
    let pid = 1000 + host % 30_000
    return Array(
        """
        UID          PID    PPID  C STIME TTY          TIME CMD
        root           1       0  0 Nov01 ?        00:00:09 /sbin/init splash
        root        \(pid)       1  4 Nov01 ?        03:14:15 kube-apiserver --advertise-address=\(address) --allow-privileged=true --authorization-mode=Node,RBAC --client-ca-file=/etc/kubernetes/pki/ca.crt --enable-admission-plugins=NodeRestriction --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt --etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key --etcd-servers=https://127.0.0.1:2379 --profiling=\(profiling) --secure-port=6443 --service-account-key-file=/etc/kubernetes/pki/sa.pub --service-cluster-ip-range=10.96.0.0/12 --tls-cert-file=/etc/kubernetes/pki/apiserver.crt --tls-private-key-file=/etc/kubernetes/pki/apiserver.key\(more)
        root        \(pid + 1)       1  1 Nov01 ?        00:14:15 kube-controller-manager --bind-address=127.0.0.1 --profiling=false --root-ca-file=/etc/kubernetes/pki/ca.crt --service-account-private-key-file=/etc/kubernetes/pki/sa.key --use-service-account-credentials=true
        root        \(pid + 2)       1  0 Nov01 ?        00:04:15 kube-scheduler --bind-address=127.0.0.1 --profiling=false
        root        \(pid + 3)       1  2 Nov01 ?        01:04:15 etcd --advertise-client-urls=https://\(address):2379 --client-cert-auth=true --cert-file=/etc/kubernetes/pki/etcd/server.crt --key-file=/etc/kubernetes/pki/etcd/server.key --peer-client-cert-auth=true --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt

        kubesweep-end status=0

        """.utf8)
}

let facts = try BuiltIn.facts()

/// A policy and what judges by it.
struct Judging {
    let name: String
    let document: PolicyDocument
    let judge: Judge

    init(_ name: String) throws {
        self.name = name
        let sources = try PolicySource.load([name])
        let policy = try sources.policy(facts: facts)
        document = PolicyDocument(sources, of: policy, isExplicit: false)
        judge = Judge(policy: policy, facts: facts)
    }
}

let usual = try Judging("cis-1.12")
let other = try Judging("hardened")

func record(_ host: Int, profiling: Bool = false, more: String = "", by judging: Judging = usual) throws -> HostRecord {
    let bytes = listing(host, profiling: profiling, more: more)
    let judged = try judging.judge.judged(bytes, origin: .remoteCommand, claimed: Release("1.29"))
    return HostRecord(
        name: "cp\(host % perCluster + 1).c\(host / perCluster)", address: "10.0.0.\(host):22", state: judged.state,
        attempts: 1,
        evidence: EvidenceRecord(
            digest: "sha256:\(host)", hostKey: "ssh-ed25519 SHA256:\(host)", wholeness: judged.evidence.wholeness,
            document: judged.document, bytes: bytes.count, milliseconds: 40),
        processes: judged.processes, presence: judged.presence)
}

/// One waiver for each of the clusters.
func waivers(over clusters: Range<Int>, and more: String = "") -> String {
    "waivers:\n"
        + clusters.map { cluster in
            """
              - {id: w\(cluster), check: apiserver-audit-log-path, cluster: c\(cluster), reason: R, owner: O, expires: 9999-12-31}

            """
        }.joined() + more
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

func store(
    _ id: String, _ started: String, _ records: [HostRecord], waivers: String? = nil, by judging: Judging = usual,
    in store: SweepStore
) throws {
    var recorder = try SweepRecorder(
        SweepStart(
            id: id, started: started, tool: ToolIdentity(name: "kubesweep", version: "0", libssh2: "0"),
            policy: PolicyIdentity(name: judging.name, digest: "sha256:0"), policyDocument: judging.document,
            inventory: InventoryIdentity(digest: "sha256:0", hosts: records.count), fleet: fleet,
            waivers: waivers),
        in: store)
    for (index, record) in records.enumerated() { try recorder.add(record, cluster: "c\(index / perCluster)") }
    try recorder.finish(
        SweepSummary(hosts: records.count, judged: records.count, counts: VerdictCounts(), isWhole: true),
        ended: started)
}

@MainActor
func compare(_ name: String, _ older: String, _ newer: String) throws -> SweepDiff {
    let diff = try measured("compare: \(name)") {
        try history.diff(history.sweep("night-\(older)"), history.sweep("night-\(newer)"), facts: facts).get()
    }
    print("  changes: \(diff.findings.count) findings, \(diff.flags.count) flags")
    return diff
}

print("\(hostCount) hosts in \(clusterCount) clusters, policy \(usual.name)")
let records = try measured("judge every host (for scale)") { try (0..<hostCount).map { try record($0) } }
let history = try SweepStore.open(state)
try measured("store the first night") { try store("night-a", "2026-11-01T02:00:00Z", records, in: history) }
let first = size()
print("  the file has \(first >> 10) KiB, \(first / hostCount) bytes a host")
try measured("store a night without change") { try store("night-b", "2026-11-02T02:00:00Z", records, in: history) }
let second = size()
print("  it grew by \((second - first) >> 10) KiB")
_ = try compare("nothing changed", "a", "b")

var changed = records
for host in stride(from: 0, to: hostCount, by: 100) { changed[host] = try record(host, profiling: true) }
try measured("store a night with 1 % changed") { try store("night-c", "2026-11-03T02:00:00Z", changed, in: history) }
_ = try compare("1 % changed", "b", "c")

let some = waivers(over: 0..<100)
try store("night-d", "2026-11-04T02:00:00Z", records, waivers: some, in: history)
try store("night-e", "2026-11-05T02:00:00Z", records, waivers: some, in: history)
_ = try compare("the same 100 waivers", "d", "e")
try store("night-f", "2026-11-06T02:00:00Z", records, waivers: waivers(over: 5..<105), in: history)
_ = try compare("other waivers for 10 clusters", "e", "f")
let wide =
    "  - {id: w, check: apiserver-audit-log-maxage, everywhere: true, reason: R, owner: O, expires: 9999-12-31}\n"
try store("night-g", "2026-11-07T02:00:00Z", records, waivers: waivers(over: 5..<105, and: wide), in: history)
_ = try compare("another waiver for all hosts", "f", "g")

let down = records.map { HostRecord(name: $0.name, address: $0.address, state: .unreachable, attempts: 2) }
try store("night-j", "2026-11-07T12:00:00Z", down, in: history)
try store("night-k", "2026-11-07T18:00:00Z", changed, in: history)
_ = try compare("all hosts are back, 1 % changed", "j", "k")

let judgedOtherwise = try (0..<hostCount).map { try record($0, by: other) }
try store("night-h", "2026-11-08T02:00:00Z", judgedOtherwise, by: other, in: history)
_ = try compare("another policy", "b", "h")

let distinct = try (0..<hostCount).map { try record($0, more: " --v=\($0 + 10)") }
try store("night-i", "2026-11-09T02:00:00Z", distinct, in: history)
let flags = try compare("another flag on every host", "b", "i")
let plain = TerminalStyle(isColoured: false)
let text = measured("  as text") { DiffReport.text(flags, style: plain) }
print("  \(text.utf8.count >> 10) KiB")

for number in try history.sweeps().count..<1_000 {
    try store("\(number)", "2026-11-10T02:00:00Z", Array(records.prefix(3)), in: history)
}
let sweeps = try measured("read the list of 1,000 sweeps") { try history.sweeps() }
print("  sweeps: \(sweeps.count)")
let kubesweep = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "kubesweep")
if FileManager.default.isExecutableFile(atPath: kubesweep.path) {
    try measured("kubesweep history --limit 1000") {
        let program = Process()
        program.executableURL = kubesweep
        program.arguments = ["history", "list", "--limit", "1000", "--state-dir", directory]
        program.standardOutput = FileHandle.nullDevice
        try program.run()
        program.waitUntilExit()
        precondition(program.terminationStatus == 0)
    }
} else {
    print("no kubesweep beside this program: swift build -c release")
}
