import SSH
import Synchronization
import Testing

/// How a bastion can fail before it has led to any host.
struct BastionFault: Sendable, CustomTestStringConvertible {
    var name: String
    /// What is said of it, `PLACE` for its address.
    var words: String
    /// Logins that are tried.
    var attempts: Int
    /// Who takes its part; nil where nobody listens.
    var script: (@Sendable (ScriptedPeer.Wire) -> Void)?
    /// Nobody listens, and nobody says so.
    var isHole = false

    var testDescription: String { name }

    static let all = [
        BastionFault(name: "refused", words: "PLACE: Connection refused, tried 3 times", attempts: 3),
        BastionFault(
            name: "black hole", words: "PLACE: no answer to the connection request within 2.0 s, tried 2 times",
            attempts: 2, isHole: true),
        BastionFault(
            name: "silent before its version line",
            words: "PLACE: connected, but no SSH version line came within 3.0 s", attempts: 1
        ) { $0.wait() },
        BastionFault(
            name: "silent in the key exchange", words: "PLACE: the key exchange did not end within 3.0 s", attempts: 1
        ) { wire in
            wire.send("SSH-2.0-silent\r\n")
            wire.wait()
        },
        BastionFault(
            name: "silent at the sign-in", words: "PLACE did not answer the authentication within 3.0 s", attempts: 1
        ) { wire in
            _ = ServerSide(wire)?.awaitSignIn()
            wire.wait()
        },
        BastionFault(
            name: "closing at once", words: "PLACE closed the connection before its version line, tried 3 times",
            attempts: 3
        ) { _ in },
        BastionFault(
            name: "closing behind the sign-in", words: "PLACE closed the connection, tried 3 times", attempts: 3
        ) { wire in
            // What is left unread would make the end a reset.
            guard let server = ServerSide(wire), server.letIn() else { return }
            _ = server.receive()
        },
    ]
}

@Suite(.enabled(if: Server.isAvailable), .serialized)
struct BastionFaultTests {
    @Test(arguments: BastionFault.all)
    func `fails the hosts behind it at once when it has been tried often enough`(fault: BastionFault) async throws {
        let host = try Server(address: "127.0.0.2")
        let attempts = Mutex(0)
        let hole = fault.isHole ? try BlackHole() : nil
        let peer = try fault.script.map { script in
            try ScriptedPeer { wire in
                attempts.withLock { $0 += 1 }
                script(wire)
            }
        }
        var login = try host.target()
        login.address = "127.0.0.1"
        login.port = try peer?.port ?? hole?.port ?? Loopback.freePort("127.0.0.1")
        login.knownHosts = KnownHosts(text: "[host.test]:\(login.port) \(try TestKeys.get().hostLine("ed25519"))\n")
        let targets = try (0..<10).map { behind([login], try host.target(id: $0)) }
        let started = ContinuousClock.now
        let outcomes = try await EngineRun.outcomes(
            targets,
            limits: .with {
                $0.connect = .seconds(2)
                $0.handshake = .seconds(3)
                $0.authentication = .seconds(3)
            })
        #expect(ContinuousClock.now - started < .seconds(20))
        let words = fault.words.replacing("PLACE", with: "127.0.0.1:\(login.port)")
        let failure = SSHFailure(
            phase: .proxy, reason: .bastionUnreachable, detail: "bastion bastion1: \(words)",
            hint: "check that the bastion is up: ssh -o BatchMode=yes -F none bastion1 true")
        #expect(outcomes.map(\.failure) == [SSHFailure?](repeating: failure, count: 10))
        if peer != nil { #expect(attempts.withLock { $0 } == fault.attempts) }
    }
}
