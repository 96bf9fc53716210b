import Glibc
import SSH
import Testing

/// What only a network can do, in processes that have one of their own.
@Suite(.enabled(if: Server.isAvailable))
struct NetworkTests {
    /// Gives this process an empty network. Threads that are started from now on by this one have it too.
    private static func leaveNetwork() throws {
        // Declared under _GNU_SOURCE only.
        let symbol = try #require(dlsym(nil, "unshare"))
        let unshare = unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Int32).self)
        // CLONE_NEWNET.
        try #require(unshare(0x4000_0000) == 0)
        try run("/usr/sbin/ip", "link", "set", "lo", "up")
    }

    /// Foundation's Process does not see the program's end in such a process.
    private static func run(_ words: String...) throws {
        var status: Int32 = 0
        let pid = try Server.start(words, log: "/dev/null")
        try #require(waitpid(pid, &status, 0) == pid && status == 0, "\(words)")
    }

    private static func target(_ id: Int, _ address: String, port: UInt16 = 22, _ identity: Identity) -> SSHTarget {
        SSHTarget(
            id: id, knownHostsName: "host.test", address: address, port: port, user: "root", identities: [identity],
            knownHosts: KnownHosts(), command: "true")
    }

    private static func outcomes(_ stream: AsyncStream<SSHOutcome>, _ count: Int) async -> [SSHOutcome] {
        var outcomes: [SSHOutcome] = []
        for await outcome in stream {
            outcomes.append(outcome)
            if outcomes.count == count { break }
        }
        return outcomes.sorted { $0.id < $1.id }
    }

    @Test(.timeLimit(.minutes(1))) func `a host without a way there is told at once, whatever is in the way`() async {
        await #expect(processExitsWith: .success) {
            try await Task.sleep(for: .nanoseconds(1))
            let identity = Identity(try PrivateKey(path: TestKeys.get().user("ed25519")))
            let (stream, continuation) = AsyncStream.makeStream(of: SSHOutcome.self)
            let engine = try Self.withRoutes { try SSHEngine(lanes: 1, limits: .forTests, hostKeyPolicy: .strict) }
            let places = ["192.0.2.1", "198.51.100.1", "203.0.113.1", "203.0.113.129", "2001:db8::1"]
            for (number, place) in places.enumerated() {
                engine.submit(Self.target(number, place, identity)) { continuation.yield($0) }
            }
            let outcomes = await Self.outcomes(stream, places.count)
            engine.shutdown()
            #expect(outcomes.map(\.failure?.phase) == Array(repeating: .connect, count: 5))
            #expect(outcomes.map(\.failure?.reason) == Array(repeating: .hostUnreachable, count: 5))
            #expect(
                outcomes.map(\.failure?.detail) == [
                    "192.0.2.1:22: Network is unreachable", "198.51.100.1:22: No route to host",
                    "203.0.113.1:22: Permission denied", "203.0.113.129:22: Invalid argument",
                    "[2001:db8::1]:22: Network is unreachable",
                ])
        }
    }

    private static func withRoutes<Made>(_ make: () throws -> Made) throws -> Made {
        try leaveNetwork()
        for (kind, network) in [
            ("unreachable", "198.51.100.0/24"), ("prohibit", "203.0.113.0/25"), ("blackhole", "203.0.113.128/25"),
        ] { try run("/usr/sbin/ip", "route", "add", kind, network) }
        return try make()
    }

    @Test(.timeLimit(.minutes(1))) func `hosts wait for a local port, and fail in the end where none comes`() async {
        await #expect(processExitsWith: .success) {
            try await Task.sleep(for: .nanoseconds(1))
            let identity = Identity(try PrivateKey(path: TestKeys.get().user("ed25519")))
            let (stream, continuation) = AsyncStream.makeStream(of: SSHOutcome.self)
            let (engine, peer) = try Self.withTwoPorts {
                var limits = SSHLimits()
                limits.shortage = .milliseconds(1500)
                limits.handshake = .seconds(5)
                return try SSHEngine(lanes: 1, limits: limits, hostKeyPolicy: .strict)
            }
            // Two ports, and a peer that takes connections and says nothing.
            for number in 0..<4 {
                engine.submit(Self.target(number, "127.0.0.1", port: peer, identity)) { continuation.yield($0) }
            }
            let outcomes = await Self.outcomes(stream, 4)
            engine.shutdown()
            #expect(
                outcomes.map { "\($0.failure?.phase.rawValue ?? "") \($0.failure?.reason.rawValue ?? "")" } == [
                    "handshake timedOut", "handshake timedOut", "connect portsExhausted", "connect portsExhausted",
                ])
            #expect(outcomes[3].failure?.detail == "127.0.0.1:\(peer): Cannot assign requested address")
        }
    }

    private static func withTwoPorts(_ make: () throws -> SSHEngine) throws -> (SSHEngine, UInt16) {
        try leaveNetwork()
        let (_, peer) = try Loopback.listen("127.0.0.1")
        let range = peer > 40_000 ? "20000 20001" : "50000 50001"
        try run("/bin/sh", "-c", "echo \(range) > /proc/sys/net/ipv4/ip_local_port_range")
        return (try make(), peer)
    }
}
