import Glibc
import Hardening
import HostInventory
import SSH
import Testing

/// What becomes of hosts whose bastion is away for a while.
@Suite(.enabled(if: Server.isAvailable), .serialized)
struct BastionRecoveryTests {
    /// - `isOwn`: whether the engine logs in to the bastion, or ssh.
    @Test(arguments: [true, false])
    func `a bastion whose sshd is away for five seconds in the middle of a sweep costs no host`(isOwn: Bool)
        async throws
    {
        let port = try Loopback.freePort("127.0.0.1")
        var bastion: Server? = try Server.bastion(port: port)
        var sweep = try BastionSweep([("bastion", "127.0.0.1", port)], isLeftToSSH: !isOwn)
        sweep.retries = 2
        try sweep.add("behind", hosts: isOwn ? 80 : 30, through: .jump("bastion"))
        try sweep.add("direct", hosts: 5, through: .none)
        var ended = 0
        var restart: Task<(server: Server, since: ContinuousClock.Instant), any Error>?
        let records = try await sweep.records { _, cluster in
            if cluster == "behind" { ended += 1 }
            guard ended == 10, restart == nil else { return }
            bastion?.kill()
            bastion = nil
            restart = Task {
                try await Task.sleep(for: .seconds(5))
                return (try Server.bastion(port: port), .now)
            }
        }
        let back = try #require(try await restart?.value)
        let seconds = Int((ContinuousClock.now - back.since) / .seconds(1))
        for record in records.values.joined() {
            #expect(record.state == .evaluated, "\(record.failure?.detail ?? "")")
        }
        // How many sessions hosts need depends on the machine; two a second is the most there is.
        #expect((1...2 * seconds + 2).contains(back.server.logins), "in \(seconds) s")
    }

    @Test func `a bastion that was given up is tried again after a rest, one that shows another key is not`()
        async throws
    {
        let keys = try TestKeys.get()
        let port = try Loopback.freePort("127.0.0.1")
        let host = try Server(address: "127.0.0.2")
        let stranger = try Server.bastion(address: "127.0.0.3")
        var away = try host.target()
        away.address = "127.0.0.1"
        away.port = port
        away.knownHosts = KnownHosts(text: "[host.test]:\(port) \(try keys.hostLine("ed25519"))\n")
        var wrong = try stranger.target()
        wrong.knownHosts = KnownHosts(text: "\(stranger.knownName) \(try keys.workshop.publicKey(keys.stranger))\n")
        let engine = try SSHEngine(lanes: 1, limits: .forTests, hostKeyPolicy: .strict)
        func reasons() async throws -> [SSHFailureReason?] {
            let targets = [
                behind([away], try host.target(id: 1), named: "away"),
                behind([wrong], try host.target(id: 2), named: "wrong"),
            ]
            var reasons: [SSHFailureReason?] = []
            for target in targets {
                let outcome = await withCheckedContinuation { continuation in
                    engine.submit(target) { continuation.resume(returning: $0) }
                }
                reasons.append(outcome.failure?.reason)
            }
            return reasons
        }
        #expect(try await reasons() == [.bastionUnreachable, .bastionUnreachable])
        let given = ContinuousClock.now
        let bastion = try Server.bastion(port: port)
        #expect(try await reasons() == [.bastionUnreachable, .bastionUnreachable])
        #expect(bastion.logins == 0)
        try await Task.sleep(until: given + .seconds(15.1))
        #expect(try await reasons() == [nil, .bastionUnreachable])
        #expect(try await reasons() == [nil, .bastionUnreachable])
        engine.shutdown()
        #expect(bastion.logins == 1)
        for _ in 0..<500 where !stranger.log.contains("[preauth]") { usleep(10_000) }
        #expect(stranger.log.split(separator: "[preauth]").count - 1 == 1)
    }
}
