import FleetSweep
import Hardening
import HostInventory
import SSH
import Testing

/// What hosts that are reached directly have to do with the bastions of others.
@Suite(.enabled(if: Server.isAvailable), .serialized)
struct BastionFairnessTests {
    @Test func `hosts behind silent bastions take no place of hosts that are reached directly`() async throws {
        let bastions = try (0..<2).map { _ in try ScriptedPeer { $0.wait() } }
        var sweep = try BastionSweep([("b0", "127.0.0.1", bastions[0].port), ("b1", "127.0.0.1", bastions[1].port)])
        sweep.concurrency = 32
        try sweep.add("behind0", hosts: 40, through: .jump("b0"))
        try sweep.add("behind1", hosts: 40, through: .jump("b1"))
        try sweep.add("direct", hosts: 20, through: .none)
        let end = SweepEnd()
        var ended: [String] = []
        let records = try await sweep.records(until: end) { _, cluster in
            ended.append(cluster)
            if ended.count == 20 { end.raise("seen enough") }
        }
        #expect(ended.prefix(20) == ArraySlice(repeating: "direct", count: 20))
        for record in records["direct"] ?? [] { #expect(record.state == .evaluated) }
    }

    @Test func `hosts that wait for a bastion count in no gate of their lane`() async throws {
        let bastion = try ScriptedPeer { $0.wait() }
        let host = try Server(address: "127.0.0.2")
        var login = try host.target()
        login.address = "127.0.0.1"
        login.port = bastion.port
        login.knownHosts = KnownHosts(text: "[host.test]:\(login.port) \(try TestKeys.get().hostLine("ed25519"))\n")
        let targets = try (0..<30).map { $0 < 20 ? behind([login], try host.target(id: $0)) : try host.target(id: $0) }
        let served = try await EngineRun.served(
            targets, count: 10, lanes: 1,
            limits: .with {
                $0.connecting = 4
                $0.connected = 4
            })
        #expect(served == Set(20..<30))
    }
}
