import Glibc
import SSH
import Testing

@Suite(.enabled(if: Server.isAvailable))
struct OutputBoundTests {
    struct Listing {
        var bytes: Int
        var isBehindBastion: Bool
    }

    /// Ten listings come in at once; 300 KB may wait to be judged, and nobody judges for a while. The longest is more
    /// than a tunnel holds and its channel lets through.
    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            Listing(bytes: 200_000, isBehindBastion: false), Listing(bytes: 200_000, isBehindBastion: true),
            Listing(bytes: 2_000_000, isBehindBastion: true),
        ])
    func `where judging falls behind, hosts are not read, and their clocks stand still`(_ listing: Listing) async throws
    {
        let server = try Server(options: ["MaxSessions 100"])
        let keys = try TestKeys.get()
        let key = try PrivateKey(path: keys.user("ed25519"))
        let known = "\(server.knownName) \(try keys.hostLine("ed25519"))\n"
        var limits = SSHLimits.forTests
        limits.unparsedOutput = 300_000
        limits.output = .milliseconds(listing.bytes > 1_000_000 ? 3000 : 600)
        let engine = try SSHEngine(lanes: 1, limits: limits, hostKeyPolicy: .strict)
        let (stream, continuation) = AsyncStream.makeStream(of: SSHOutcome.self)
        for id in 0..<10 {
            var target = server.target(
                id: id, keys: [key], knownHosts: known, command: "head -c \(listing.bytes) /dev/zero; echo \(id)")
            if listing.isBehindBastion {
                target.bastions = [server.target(id: id, keys: [key], knownHosts: known, command: "")]
                target.route = ProxyJump("bastion1", configFile: "none").map(SSHRoute.jump) ?? .direct
            }
            engine.submit(target) { continuation.yield($0) }
        }
        var kept: [SSHOutcome] = []
        var lengths: [Int: Int] = [:]
        var early = 0
        let late = Task {
            try await Task.sleep(for: .seconds(4))
            continuation.yield(SSHOutcome(id: -1, result: .failure(Self.judgingGoesOn)))
        }
        for await outcome in stream {
            if outcome.id < 0 {
                early = kept.count
                kept = []
                continue
            }
            if let failure = outcome.failure { Issue.record("\(failure), held \(outcome.times.held)") }
            lengths[outcome.id] = outcome.output?.stdout.count ?? -1
            if early == 0 { kept.append(outcome) }
            if lengths.count == 10 { break }
        }
        late.cancel()
        engine.shutdown()
        #expect((1...3).contains(early))
        #expect(lengths == Dictionary(uniqueKeysWithValues: (0..<10).map { ($0, listing.bytes + 2) }))
    }

    private static let judgingGoesOn = SSHFailure(phase: .waiting, reason: .cancelled, detail: "")
}
