import Hardening
import HostInventory
import SSH
import Synchronization
import Testing

/// What hosts that are reached directly have to do with the bastions of others.
@Suite(.enabled(if: Server.isAvailable), .serialized)
struct BastionFairnessTests {
    @Test func `hosts behind silent bastions take no place of others, and fail after one login's limit`() async throws {
        let logins = Mutex([0, 0])
        let bastions = try (0..<2).map { number in
            try ScriptedPeer {
                logins.withLock { $0[number] += 1 }
                $0.wait()
            }
        }
        var sweep = try BastionSweep([("b0", "127.0.0.1", bastions[0].port), ("b1", "127.0.0.1", bastions[1].port)])
        sweep.concurrency = 32
        // Also for the twenty hosts that are there.
        sweep.limits.handshake = .seconds(10)
        try sweep.add("behind0", hosts: 40, through: .jump("b0"))
        try sweep.add("behind1", hosts: 40, through: .jump("b1"))
        try sweep.add("direct", hosts: 20, through: .none)
        var ended: [String] = []
        let started = ContinuousClock.now
        let records = try await sweep.records { ended.append($1) }
        #expect(ContinuousClock.now - started < .seconds(30))
        #expect(ended.prefix(20) == ArraySlice(repeating: "direct", count: 20))
        for record in records["direct"] ?? [] { #expect(record.state == .evaluated, "\(record.failure)") }
        for (number, bastion) in bastions.enumerated() {
            let behind = records["behind\(number)"] ?? []
            #expect(behind.count == 40)
            for record in behind {
                #expect(record.failure?.reason == "bastionUnreachable")
                #expect(
                    record.failure?.detail
                        == "bastion b\(number): 127.0.0.1:\(bastion.port): connected, but no SSH version line came "
                        + "within 10.0 s")
            }
        }
        #expect(logins.withLock { $0 } == [1, 1])
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
                $0.handshake = .seconds(30)
            })
        #expect(served == Set(20..<30))
    }
}
