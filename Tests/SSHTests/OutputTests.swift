import SSH
import Testing

/// What comes of a command that a real sshd runs.
@Suite(.enabled(if: Server.isAvailable), .serialized)
struct OutputTests {
    struct Ending: Sendable {
        var command: String
        var status: Int32?
        var signal: String?
    }

    @Test(arguments: [
        Ending(command: "true", status: 0), Ending(command: "exit 255", status: 255),
        Ending(command: "kill -KILL $$", signal: "KILL"), Ending(command: "no-such-command", status: 127),
    ])
    func `reports how the command ended`(ending: Ending) async throws {
        let server = try Server()
        let output = try await EngineRun.outcome(try server.target(command: ending.command)).output
        #expect(output?.exitStatus == ending.status)
        #expect(output?.exitSignal == ending.signal)
        #expect(output?.sawClose == true)
    }

    @Test func `reads a large output whole`() async throws {
        let server = try Server()
        let output = try await EngineRun.outcome(try server.target(command: "seq 1 600000; seq 1 9 >&2")).output
        let expected = (1...600_000).map { "\($0)\n" }.joined()
        #expect(output?.stdout.count == expected.utf8.count)
        #expect(output?.text == expected)
        #expect(output?.isCut == false)
        #expect(output?.exitStatus == 0)
    }

    @Test func `a server that changes keys all the time loses nothing`() async throws {
        let server = try Server(options: ["RekeyLimit 64K"])
        let output = try await EngineRun.outcome(try server.target(command: "seq 1 300000")).output
        #expect(output?.text == (1...300_000).map { "\($0)\n" }.joined())
    }

    @Test func `cuts a flood and keeps what came before`() async throws {
        let server = try Server()
        let output = try await EngineRun.outcome(
            try server.target(command: "yes"), limits: .with { $0.outputLimit = 100_001 }
        ).output
        #expect(output?.stdout == Array(String(repeating: "y\n", count: 50_001).utf8.prefix(100_001)))
        #expect(output?.isCut == true)
        #expect(output?.exitStatus == nil)
        #expect(output?.sawEOF == false)
    }

    @Test func `an output of exactly the limit is whole`() async throws {
        let server = try Server()
        let output = try await EngineRun.outcome(
            try server.target(command: "printf 12345"), limits: .with { $0.outputLimit = 5 }
        ).output
        #expect(output?.text == "12345")
        #expect(output?.isCut == false)
    }

    @Test func `keeps the head of standard error only`() async throws {
        let server = try Server()
        let output = try await EngineRun.outcome(
            try server.target(command: "seq 1 100000 >&2; echo done"), limits: .with { $0.stderrLimit = 10 }
        ).output
        #expect(output?.stderr == Array("1\n2\n3\n4\n5\n".utf8))
        #expect(output?.text == "done\n")
    }

    @Test func `a command without output runs into the first-byte limit`() async throws {
        let server = try Server()
        let failure = try await EngineRun.outcome(
            try server.target(command: "sleep 20"), limits: .with { $0.firstByte = .milliseconds(300) }
        ).failure
        #expect(
            failure
                == SSHFailure(phase: .read, reason: .timedOut, detail: "no byte of output came within 0.3 s"))
    }

    @Test func `an output without end runs into its limit`() async throws {
        let server = try Server()
        let failure = try await EngineRun.outcome(
            try server.target(command: "printf abc; sleep 20"), limits: .with { $0.output = .milliseconds(300) }
        ).failure
        #expect(
            failure
                == SSHFailure(
                    phase: .read, reason: .timedOut, detail: "the output did not end; 3 bytes had come within 0.3 s"))
    }

    @Test func `does not wait long for a command that lingers after its output`() async throws {
        let server = try Server()
        let outcome = try await EngineRun.outcome(
            try server.target(command: "echo ok; exec >&- 2>&-; sleep 20"),
            limits: .with { $0.close = .milliseconds(300) })
        #expect(outcome.output == CommandOutput(stdout: Array("ok\n".utf8), sawEOF: true, sawClose: false))
        #expect(outcome.times.close >= .milliseconds(300))
    }

    @Test func `a long banner before authentication does no harm`() async throws {
        let text = String(repeating: "Authorised use only.\n", count: 200)
        let banner = try TestKeys.get().workshop.write(text, to: "banner")
        let server = try Server(options: ["Banner \(banner)"])
        #expect(try await EngineRun.outcome(try server.target(command: "echo ok")).output?.text == "ok\n")
    }

    @Test func `a forced command takes the place of ours`() async throws {
        let server = try Server(options: ["ForceCommand echo forced; exit 2"])
        let output = try await EngineRun.outcome(try server.target(command: "echo ok")).output
        #expect(output?.text == "forced\n")
        #expect(output?.exitStatus == 2)
    }

    @Test func `a connection cut by the server is never a clean end`() async throws {
        let server = try Server()
        let outcome = try await EngineRun.outcome(try server.target(command: "printf abc; sleep 0.2; kill -9 $PPID"))
        #expect(outcome.failure?.phase == .read)
        #expect(outcome.failure?.reason == .connectionLost)
    }

    @Test func `output and the end of the connection in one packet train lose nothing`() async throws {
        let server = try Server()
        let relay = try Relay(to: server.port)
        var target = try server.target(command: "sleep 2.5; seq 1 5000; exit 4")
        // The relay answers in the server's place, so the name that known_hosts has must be the relay's.
        target.port = relay.port
        target.knownHosts = KnownHosts(text: "[host.test]:\(relay.port) \(try TestKeys.get().hostLine("ed25519"))\n")
        let output = try await EngineRun.outcome(target).output
        #expect(output?.text == (1...5000).map { "\($0)\n" }.joined())
        #expect(output?.exitStatus == 4)
        #expect(output?.sawClose == true)
    }
}
