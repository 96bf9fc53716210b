import Glibc
import SSH
import Testing

@Suite(.enabled(if: Server.isAvailable))
struct ShortageTests {
    /// In a process of its own, since a limit on files is the whole process's. The engine has counted what is left;
    /// then something else takes nearly all of it, and gives a little back when the sweep is under way.
    @Test(.timeLimit(.minutes(2)), arguments: [false, true]) func `hosts wait for a descriptor, and none fails`(
        behindBastion: Bool
    ) async throws {
        let server = try Server()
        let keys = try TestKeys.get()
        let known = "\(server.knownName) \(try keys.hostLine("ed25519"))\n"
        let key = keys.user("ed25519")
        await #expect(processExitsWith: .success) {
            [
                port = server.port as UInt16, known = known as String, key = key as String,
                behindBastion = behindBastion as Bool
            ] in
            try await Self.sweep(port: port, known: known, key: key, behindBastion: behindBastion)
        }
    }

    private static let limit: Int32 = 128

    private static func limitFiles() throws {
        var limits = rlimit(rlim_cur: UInt(limit), rlim_max: UInt(limit))
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0)
    }

    /// Four are left: libdispatch needs one now and then, and ends the process where it gets none.
    private static func takeAllButAFew() -> [Int32] {
        var taken = [open("/dev/null", O_RDONLY)]
        while let last = taken.last, last < limit - 5 { taken.append(open("/dev/null", O_RDONLY)) }
        return taken
    }

    private static func sweep(port: UInt16, known: String, key: String, behindBastion: Bool) async throws {
        try limitFiles()
        try await Task.sleep(for: .nanoseconds(1))
        let engine = try SSHEngine(lanes: 2, limits: .forTests, hostKeyPolicy: .strict)
        let identity = Identity(try PrivateKey(path: key))
        let (stream, continuation) = AsyncStream.makeStream(of: SSHOutcome.self)
        let taken = takeAllButAFew()
        for id in 0..<40 {
            // Every other one by a name, which cannot be looked up without a descriptor either.
            var target = SSHTarget(
                id: id, knownHostsName: "host.test", address: id % 2 == 0 ? "127.0.0.1" : "localhost", port: port,
                user: "root", identities: [identity], knownHosts: KnownHosts(text: known), command: "echo \(id)")
            if behindBastion {
                var bastion = target
                bastion.command = nil
                bastion.address = "127.0.0.1"
                target.bastions = [bastion]
                target.route = try .jump(#require(ProxyJump("bastion1", configFile: "none")))
            }
            engine.submit(target) { continuation.yield($0) }
        }
        // Longer than three logins at a bastion that refuses them would take.
        try await Task.sleep(for: behindBastion ? .seconds(4) : .milliseconds(300))
        for descriptor in taken.prefix(16) { close(descriptor) }

        var answers: [Int: String] = [:]
        for await outcome in stream {
            answers[outcome.id] = outcome.output?.text ?? outcome.failure?.detail ?? ""
            if answers.count == 40 { break }
        }
        engine.shutdown()
        #expect(answers == Dictionary(uniqueKeysWithValues: (0..<40).map { ($0, "\($0)\n") }))
    }

    @Test(.timeLimit(.minutes(1))) func `where a descriptor never comes, hosts fail in the end, and say why`() async {
        await #expect(processExitsWith: .success) {
            var limits = SSHLimits()
            limits.shortage = .milliseconds(500)
            try await Task.sleep(for: .nanoseconds(1))
            let key = try TestKeys.get().user("ed25519")
            let identity = Identity(try PrivateKey(path: key))
            try Self.limitFiles()
            let engine = try SSHEngine(lanes: 1, limits: limits, hostKeyPolicy: .strict)
            _ = Self.takeAllButAFew()
            let (stream, continuation) = AsyncStream.makeStream(of: SSHOutcome.self)
            for id in 0..<50 {
                let target = SSHTarget(
                    id: id, knownHostsName: "host.test", address: "127.0.0.1", port: 9, user: "root",
                    identities: [identity], knownHosts: KnownHosts(text: "host.test ssh-ed25519 AAAA\n"), command: "")
                engine.submit(target) { continuation.yield($0) }
            }
            var reasons: [SSHFailureReason: Int] = [:]
            for await outcome in stream {
                if let reason = outcome.failure?.reason { reasons[reason, default: 0] += 1 }
                if reasons.values.reduce(0, +) == 50 { break }
            }
            engine.shutdown()
            #expect(reasons == [.descriptorsExhausted: 50])
        }
    }
}
