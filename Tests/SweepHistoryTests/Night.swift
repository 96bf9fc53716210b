import Foundation
import Hardening
import ProcessTable
import SweepHistory
import Testing

let facts = Result { () throws(PolicyError) in try BuiltIn.facts() }

/// A directory of its own, removed with the value.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "kubesweep-history-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    var state: StateDirectory { StateDirectory(path: path + "/state") }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A sweep of one cluster whose masters run one API server each.
struct Night {
    var id: String
    var started: String
    var version = "0.1.0"
    var policy = "stackrox-2019"
    /// The API server's flags by host; nil is a host that was not seen.
    var hosts: [(name: String, flags: String?)]
    /// What became of those that were not seen.
    var unseen = HostState.unreachable
    var isPartial = false
    /// Of every host.
    var port = 22

    private var sources: [PolicySource] { get throws { try PolicySource.load([policy]) } }

    var document: PolicyDocument {
        get throws { PolicyDocument(try sources, of: try sources.policy(facts: facts.get()), isExplicit: false) }
    }

    private var fleet: FleetRecord {
        FleetRecord(clusters: [
            FleetCluster(
                name: "prod", kubernetesVersion: "1.29", labels: ["env": "prod"],
                hosts: hosts.map { FleetHost(name: $0.name, address: "\($0.name).example:\(port)") })
        ])
    }

    var start: SweepStart {
        get throws {
            SweepStart(
                id: id, started: started, tool: ToolIdentity(name: "kubesweep", version: version, libssh2: "1.10.0"),
                policy: PolicyIdentity(name: policy, digest: "sha256:00", disabled: ["a": "b"]),
                policyDocument: try document,
                inventory: InventoryIdentity(digest: "sha256:11", hosts: hosts.count),
                fleet: fleet, selection: isPartial ? fleet : nil)
        }
    }

    func records() throws -> [HostRecord] {
        let judge = try document.judge(facts: facts.get())
        return try hosts.map { host in
            let address = "\(host.name).example:\(port)"
            guard let flags = host.flags else {
                return HostRecord(
                    name: host.name, address: address, state: unseen,
                    failure: HostFailure(
                        phase: "connect", reason: "refused", detail: "connection refused", hint: "is sshd running?"),
                    attempts: 3)
            }
            let listing = """
                UID          PID    PPID  C STIME TTY          TIME CMD
                root           1       0  0 Nov01 ?        00:00:09 /sbin/init splash
                root         700       1  0 10:14 ?        00:00:00 kube-apiserver \(flags)

                kubesweep-end status=0

                """
            let judged = try judge.judged(Array(listing.utf8), origin: .remoteCommand, claimed: Release("1.29"))
            return HostRecord(
                name: host.name, address: address, state: judged.state, attempts: 1,
                evidence: EvidenceRecord(
                    digest: "sha256:\(host.name)", hostKey: "ssh-ed25519 SHA256:\(host.name)",
                    wholeness: judged.evidence.wholeness, document: judged.document, bytes: listing.utf8.count,
                    milliseconds: 7),
                notes: ["a note"], processes: judged.processes, presence: judged.presence)
        }
    }

    /// Writes the whole night.
    ///
    /// - Parameter cause: what ended it early.
    func write(to store: SweepStore, early cause: String? = nil) throws {
        var recorder = try SweepRecorder(start, in: store)
        let records = try records()
        for record in records { try recorder.add(record, cluster: "prod") }
        let judged = records.count { $0.state == .evaluated }
        try recorder.finish(
            SweepSummary(
                hosts: records.count, judged: judged, counts: VerdictCounts(pass: 3, fail: 2),
                isWhole: judged == records.count),
            ended: started, early: cause)
    }
}
