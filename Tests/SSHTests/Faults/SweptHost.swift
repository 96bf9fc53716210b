import FleetSweep
import Glibc
import Hardening
import HostInventory
import ProcessTable
import SSH
import StrictYAML
import Testing

/// One host of a sweep, as its inventory and known_hosts have it, and what has to live as long as it is swept.
struct SweptHost: Sendable {
    var address = "127.0.0.1"
    var port: UInt16
    var user = Account.name
    /// As known_hosts holds it, without the names; nil where known_hosts does not name the host.
    var hostKey: String?
    var forcedCommand = false
    var parts: [any Sendable]

    init(_ server: Server, kind: String = "ed25519", also parts: [any Sendable] = []) throws {
        address = server.address
        port = server.port
        hostKey = try TestKeys.get().hostLine(kind)
        self.parts = [server] + parts
    }

    init(_ peer: ScriptedPeer) throws {
        port = peer.port
        hostKey = try TestKeys.get().hostLine("ed25519")
        parts = [peer]
    }

    /// A server that answers with a whole listing, in which `mark` stands.
    static func good(_ mark: String, kind: String = "ed25519", options: [String] = []) throws -> SweptHost {
        let account = try Account()
        let listing = try account.write(WholeListing(mark: mark).text, to: "listing")
        let server = try account.server(hostKeys: [kind], options: ["ForceCommand cat '\(listing)'"] + options)
        return try SweptHost(server, kind: kind, also: [account])
    }
}

/// What a host says that has nothing to hide: a master with one API server.
struct WholeListing {
    var mark: String

    static let header = "UID          PID    PPID  C STIME TTY          TIME CMD\n"
    static let marker = "\nkubesweep-end status=0\n"

    static func row(_ pid: Int, _ command: String) -> String {
        "root \(pid) 1 0 10:14 ? 00:01:36 \(command)\n"
    }

    /// Header and rows, without the end marker.
    var rows: String {
        Self.header + "root           1       0  0 10:14 ?        00:01:36 /sbin/init\n"
            + Self.row(7, "kube-apiserver --audit-log-path=/log/\(mark) --profiling=true")
    }

    var text: String { rows + Self.marker }

    /// That a record is this listing's, whole: nothing lost, nothing of another host.
    func expect(_ record: HostRecord, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(record.state == .evaluated, sourceLocation: sourceLocation)
        #expect(record.failure == nil, sourceLocation: sourceLocation)
        #expect(record.evidence?.wholeness == .proven, sourceLocation: sourceLocation)
        #expect(record.processes.map(\.findings.count) == [38], sourceLocation: sourceLocation)
        let finding = record.processes.first?.findings.first { $0.check == "apiserver-audit-log-path" }
        #expect(finding?.observed == "--audit-log-path=/log/\(mark)", sourceLocation: sourceLocation)
        #expect(finding?.verdict == .pass, sourceLocation: sourceLocation)
    }
}

/// A sweep as `kubesweep scan` makes it, from the inventory to the records.
enum FaultSweep {
    static let limits = SSHLimits.with {
        $0.connect = .seconds(2)
        $0.handshake = .seconds(5)
        $0.authentication = .seconds(5)
        $0.execute = .seconds(5)
        $0.firstByte = .seconds(5)
        $0.output = .seconds(5)
        $0.host = .seconds(60)
        $0.outputLimit = 256 << 10
    }

    /// One record for each host, in their order. Each is tried once.
    static func records(_ hosts: [SweptHost], limits: SSHLimits = limits) async throws -> [HostRecord] {
        let workshop = try Workshop()
        let known = hosts.compactMap { host in host.hostKey.map { "[\(host.address)]:\(host.port) \($0)\n" } }
        let knownHosts = try workshop.write(known.joined(), to: "known_hosts")
        let fleet = Fleet(
            source: "fleet.yaml",
            clusters: [
                Cluster(
                    name: "c", kubernetesVersion: KubernetesVersion("1.24"),
                    hosts: hosts.enumerated().map { number, host in
                        // Records are sorted by name.
                        let digits = String(number)
                        return Host(
                            cluster: "c", name: "h" + String(repeating: "0", count: 5 - digits.count) + digits,
                            address: host.address, port: host.port, user: host.user, knownHostsFile: knownHosts,
                            forcedCommand: host.forcedCommand, place: Place(file: "fleet.yaml", line: 1, column: 1))
                    })
            ])
        var reaching = FleetAccess.Options()
        reaching.sshConfig = "none"
        let access = await FleetAccess(for: fleet, reaching)
        var keys = Keyring.Options()
        keys.identityFiles = [try TestKeys.get().user("ed25519")]
        let keyring = await Keyring(for: fleet, reachedBy: access, keys, passphrases: .none)
        let end = SweepEnd()
        var capturing = SSHCapture.Options()
        capturing.lanes = 2
        capturing.limits = limits
        capturing.retry.limit = 0
        let capture = try SSHCapture(capturing, access: access, keyring: keyring, until: end)
        let facts = try BuiltIn.facts()
        let judge = Judge(policy: try PolicySource.load("stackrox-2019").policy(facts: facts), facts: facts)
        var sweeping = Sweep.Options()
        sweeping.concurrency = 64
        sweeping.perCluster = 64
        let sweep = Sweep(judge: judge, options: sweeping) { await capture.capture($0) }
        let records = await sweep.run(fleet, until: end).flatMap(\.hosts)
        capture.shutdown()
        withExtendedLifetime(hosts) {}
        #expect(records.count == hosts.count)
        return records
    }
}
