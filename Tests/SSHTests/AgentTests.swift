import Glibc
import Synchronization
import Testing

@testable import SSH

/// The agent client alone, against a real ssh-agent and against scripted ones.
struct AgentTests {
    @Test func `lists what ssh-agent holds, in its order`() async throws {
        let keys = try TestKeys.get()
        let agent = try Agent()
        let client = try agent.client()
        #expect(await client.keys() == .success([]))
        try agent.add([keys.user("rsa"), keys.user("ed25519"), keys.user("ecdsa521")])
        let listed = try await client.keys().get()
        #expect(
            listed.map(\.publicKey.knownHostsText)
                == (try ["rsa", "ed25519", "ecdsa521"].map { try keys.workshop.publicKey(keys.user($0)) }))
        #expect(listed.map(\.comment) == ["rsa", "ed25519", "ecdsa521"].map { keys.user($0) })
    }

    @Test func `a locked agent lists nothing`() async throws {
        let agent = try Agent()
        try agent.add([try TestKeys.get().user("ed25519")])
        try agent.lock()
        #expect(await (try agent.client()).keys() == .success([]))
    }

    @Test func `says that there is no agent`() async throws {
        let client = try AgentClient(path: "/nonexistent/agent", answerLimit: .seconds(1))
        #expect(
            await client.keys() == .failure(.unreachable("/nonexistent/agent: No such file or directory")))
        let long = "/tmp/" + String(repeating: "x", count: 200)
        #expect(
            await (try AgentClient(path: long, answerLimit: .seconds(1))).keys()
                == .failure(.unreachable("\(long): the path is too long for a socket")))
    }

    struct Odd: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answer: [UInt8]
        var error: AgentError
    }

    private static func message(_ body: [UInt8]) -> [UInt8] {
        var writer = WireWriter()
        writer.string(body)
        return writer.bytes
    }

    static let oddAnswers = [
        Odd(testDescription: "refuses", answer: message([5]), error: .refused),
        Odd(testDescription: "is empty", answer: message([]), error: .malformed("it is empty")),
        Odd(testDescription: "answers otherwise", answer: message([14]), error: .malformed("message 14")),
        Odd(
            testDescription: "is cut", answer: message([12, 0, 0, 0, 1, 0, 0, 0, 9]),
            error: .malformed("the list of keys is cut")),
        Odd(
            testDescription: "has too many keys", answer: message([12, 0, 0, 8, 1]),
            error: .malformed("2049 keys, more than 2048")),
        Odd(
            testDescription: "is huge", answer: [0, 4, 0, 1] + [UInt8](repeating: 0, count: 100),
            error: .malformed("262145 bytes, more than 262144")),
        Odd(
            testDescription: "answers twice", answer: message([12, 0, 0, 0, 0]) + message([12, 0, 0, 0, 0]),
            error: .malformed("more than one answer came")),
        Odd(testDescription: "closes", answer: [0, 0], error: .closed),
    ]

    @Test(arguments: oddAnswers)
    func `does not trust an agent that`(odd: Odd) async throws {
        let agent = try ScriptedAgent { _, wire in
            wire.read()
            wire.send(odd.answer)
            usleep(50_000)
        }
        #expect(await (try agent.client(limit: .seconds(30))).keys() == .failure(odd.error))
    }

    @Test func `an answer may come byte by byte`() async throws {
        let agent = try ScriptedAgent { _, wire in
            wire.read()
            for byte in Self.message([12, 0, 0, 0, 0]) {
                wire.send([byte])
                usleep(2000)
            }
            wire.wait()
        }
        #expect(await (try agent.client()).keys() == .success([]))
    }

    @Test func `an agent that hangs is asked once`() async throws {
        let agent = try ScriptedAgent { _, wire in wire.wait() }
        let client = try agent.client()
        #expect(await client.keys() == .failure(.silent(seconds: 0.4)))
        let start = MonotonicTime.now
        #expect(await client.keys() == .failure(.silent(seconds: 0.4)))
        #expect(MonotonicTime.now - start < 200_000_000)
    }

    @Test func `an agent that was started anew is asked again`() async throws {
        let agent = try ScriptedAgent { _, wire in
            wire.read()
            wire.send(Self.message([12, 0, 0, 0, 0]))
            // The next request finds a closed connection.
            wire.read()
        }
        let client = try agent.client()
        for _ in 0..<5 { #expect(await client.keys() == .success([])) }
    }

    @Test func `leaves no thread and no descriptor behind`() async throws {
        let agent = try ScriptedAgent { _, wire in
            wire.read()
            wire.send(Self.message([12, 0, 0, 0, 0]))
            #expect(wire.read() == [])
        }
        var client: AgentClient? = try agent.client()
        #expect(await client?.keys() == .success([]))
        client = nil
        usleep(100_000)
    }
}

/// Logging in to a real sshd with keys that a real ssh-agent holds.
@Suite(.enabled(if: Server.isAvailable), .serialized)
struct AgentLoginTests {
    private let keys: TestKeys

    init() throws { keys = try TestKeys.get() }

    private func identities(_ client: AgentClient) async throws -> [Identity] {
        try await client.keys().get().compactMap { Identity($0, in: client) }
    }

    private func target(_ server: Server, _ identities: [Identity], id: Int = 1) throws -> SSHTarget {
        var target = server.target(
            id: id, keys: [], knownHosts: "\(server.knownName) \(try keys.hostLine("ed25519"))\n", command: "echo ok")
        target.identities = identities
        return target
    }

    @Test(arguments: TestKeys.kinds.map(\.name))
    func `logs in with each kind of key`(kind: String) async throws {
        let (server, agent) = (try Server(), try Agent())
        try agent.add([keys.user(kind)])
        let client = try agent.client()
        let outcome = try await EngineRun.outcome(try target(server, try await identities(client)))
        #expect(outcome.failure == nil)
        #expect(outcome.output?.text == "ok\n")
        #expect(outcome.identity?.publicKey.knownHostsText == (try keys.workshop.publicKey(keys.user(kind))))
    }

    @Test func `finds the right key among others`() async throws {
        let (server, agent) = (try Server(), try Agent())
        try agent.add([keys.stranger, keys.host("ecdsa256"), keys.host("rsa"), keys.user("ed25519")])
        let client = try agent.client()
        let outcome = try await EngineRun.outcome(try target(server, try await identities(client)))
        #expect(outcome.output?.text == "ok\n")
        #expect(outcome.identity?.name == keys.user("ed25519"))
    }

    @Test func `one agent serves many hosts at a time`() async throws {
        let (server, agent) = (try Server(), try Agent())
        try agent.add([keys.user("ed25519")])
        let client = try agent.client()
        let identities = try await identities(client)
        let targets = try (0..<40).map { try target(server, identities, id: $0) }
        let outcomes = try await EngineRun.outcomes(targets)
        #expect(outcomes.map(\.id) == Array(0..<40))
        #expect(outcomes.compactMap(\.failure) == [])
        #expect(outcomes.allSatisfy { $0.output?.text == "ok\n" })
    }

    @Test func `an agent that was locked in the meantime is named as the reason`() async throws {
        let (server, agent) = (try Server(), try Agent())
        try agent.add([keys.user("ed25519")])
        let client = try agent.client()
        let identities = try await identities(client)
        try agent.lock()
        let failure = try await EngineRun.outcome(try target(server, identities)).failure
        #expect(
            failure
                == SSHFailure(
                    phase: .authenticate, reason: .agentFailed,
                    detail: "the server accepts \(identities[0].text), but the agent refused (locked, not confirmed, "
                        + "or the key is gone)"))
    }

    @Test func `a key that wants a confirmation nobody gives is refused by the agent`() async throws {
        let (server, agent) = (try Server(), try Agent())
        try agent.add([keys.user("ed25519")], options: ["-c"])
        let client = try agent.client()
        let failure = try await EngineRun.outcome(try target(server, try await identities(client))).failure
        #expect(failure?.reason == .agentFailed)
    }

    @Test func `goes on to the next key where the agent does not sign`() async throws {
        let (server, agent) = (try Server(), try Agent())
        try agent.add([keys.user("ed25519")])
        let client = try agent.client()
        let identities = try await identities(client)
        try agent.lock()
        let file = Identity(try PrivateKey(path: keys.user("ecdsa256")))
        let outcome = try await EngineRun.outcome(try target(server, identities + [file]))
        #expect(outcome.output?.text == "ok\n")
        #expect(outcome.identity?.name == keys.user("ecdsa256"))
    }

    @Test func `an agent that died fails the hosts that need it and no other`() async throws {
        let (server, agent) = (try Server(), try Agent())
        try agent.add([keys.user("ed25519")])
        let client = try agent.client()
        let identities = try await identities(client)
        agent.end()
        let file = Identity(try PrivateKey(path: keys.user("ed25519")))
        let outcomes = try await EngineRun.outcomes(
            try (0..<6).map { try target(server, $0 % 2 == 0 ? identities : [file], id: $0) })
        #expect(outcomes.map { $0.failure?.reason } == [.agentFailed, nil, .agentFailed, nil, .agentFailed, nil])
        #expect(outcomes[0].failure?.detail.contains("the agent cannot be reached: ") == true)
    }

    @Test func `an agent that hangs fails the hosts that need it within its limit, and no other waits`() async throws {
        let server = try Server()
        let agent = try ScriptedAgent { _, wire in wire.wait() }
        let client = try agent.client()
        let key = try PrivateKey(path: keys.user("ed25519"))
        let held = try #require(Identity(AgentKey(publicKey: key.publicKey, comment: "held"), in: client))
        let outcomes = try await EngineRun.outcomes(
            try (0..<4).map { try target(server, $0 == 0 ? [Identity(key)] : [held], id: $0) }, lanes: 1)
        #expect(outcomes.map { $0.failure?.reason } == [nil, .agentFailed, .agentFailed, .agentFailed])
        #expect(
            outcomes[1].failure?.detail
                == "the server accepts \(held.text), but the agent did not answer within 0.4 s")
    }

    @Test func `a connection's own limit holds while the agent thinks`() async throws {
        let server = try Server()
        let agent = try ScriptedAgent { _, wire in wire.wait() }
        let client = try agent.client(limit: .seconds(60))
        let key = try PrivateKey(path: keys.user("ed25519"))
        let held = try #require(Identity(AgentKey(publicKey: key.publicKey, comment: "held"), in: client))
        let outcome = try await EngineRun.outcome(
            try target(server, [held]), limits: .with { $0.authentication = .milliseconds(700) })
        #expect(
            outcome.failure
                == SSHFailure(
                    phase: .authenticate, reason: .agentFailed, detail: "the agent did not sign within 0.7 s"))
    }

    /// Signs as a token would: one request after the other, each for a while.
    private func slowAgent(_ key: PrivateKey, pause: UInt32, _ signed: Signatures) throws -> ScriptedAgent {
        try ScriptedAgent { _, wire in
            while true {
                let question = wire.read()
                if question.isEmpty { return }
                usleep(pause)
                var reader = WireReader(question.dropFirst(5))
                guard reader.string() != nil, let data = reader.string().map(Array.init),
                    let bytes = data.withUnsafeBufferPointer(key.signer.signature)
                else { return }
                signed.count.add(1, ordering: .relaxed)
                var signature = WireWriter()
                signature.string(key.publicKey.type.utf8)
                signature.string(bytes)
                var answer = WireWriter()
                answer.string(signature.bytes)
                var message = WireWriter()
                message.string([14] + answer.bytes)
                wire.send(message.bytes)
            }
        }
    }

    private final class Signatures: Sendable {
        let count = Atomic<Int>(0)
    }

    @Test func `hosts stand in line for a slow agent, and no clock runs in it`() async throws {
        let server = try Server()
        let key = try PrivateKey(path: keys.user("ed25519"))
        let signed = Signatures()
        let agent = try slowAgent(key, pause: 400_000, signed)
        let client = try agent.client(limit: .seconds(20))
        let held = try #require(Identity(AgentKey(publicKey: key.publicKey, comment: "held"), in: client))
        // All together take twice the limit.
        let outcomes = try await EngineRun.outcomes(
            try (0..<40).map { try target(server, [held], id: $0) }, limits: .with { $0.authentication = .seconds(8) })
        #expect(outcomes.compactMap(\.failure) == [])
        #expect(outcomes.map { $0.output?.text } == [String](repeating: "ok\n", count: 40))
        #expect(signed.count.load(ordering: .relaxed) == 40)
        // The last waited for 39 others.
        #expect(outcomes.map(\.times.held).max() ?? .zero > .seconds(8))
    }

    @Test func `nothing is signed for a host that is gone`() async throws {
        let server = try Server()
        let key = try PrivateKey(path: keys.user("ed25519"))
        let signed = Signatures()
        let agent = try slowAgent(key, pause: 2_000_000, signed)
        let client = try agent.client(limit: .seconds(20))
        let held = try #require(Identity(AgentKey(publicKey: key.publicKey, comment: "held"), in: client))
        let outcomes = try await EngineRun.outcomes(try (0..<12).map { try target(server, [held], id: $0) }) { engine in
            usleep(1_500_000)
            engine.cancelAll(reason: "enough")
        }
        #expect(outcomes.allSatisfy { $0.failure?.reason == .cancelled })
        // Answered when all that stood in line before is done with.
        _ = await client.keys()
        #expect(signed.count.load(ordering: .relaxed) <= 2)
    }

    @Test func `a signature of another key does not let in`() async throws {
        let server = try Server()
        var signature = WireWriter()
        signature.string("ssh-ed25519".utf8)
        signature.string([UInt8](repeating: 7, count: 64))
        var answer = WireWriter()
        answer.string(signature.bytes)
        var message = WireWriter()
        message.string([14] + answer.bytes)
        let bytes = message.bytes
        let agent = try ScriptedAgent { _, wire in
            wire.read()
            wire.send(bytes)
            wire.wait()
        }
        let client = try agent.client(limit: .seconds(20))
        let key = try PrivateKey(path: keys.user("ed25519"))
        let held = try #require(Identity(AgentKey(publicKey: key.publicKey, comment: "held"), in: client))
        let failure = try await EngineRun.outcome(try target(server, [held])).failure
        #expect(
            failure
                == SSHFailure(
                    phase: .authenticate, reason: .authenticationRejected,
                    detail: "the server refused user root with \(held.text), although it knows the key; "
                        + "it accepts: publickey"))
    }
}
