import SSH
import Testing

@Suite(.enabled(if: Server.isAvailable), .serialized)
struct ServerTests {
    private let keys: TestKeys

    init() throws { keys = try TestKeys.get() }

    private func user(_ kind: String = "ed25519") throws -> PrivateKey { try PrivateKey(path: keys.user(kind)) }

    @Test(arguments: TestKeys.kinds.map(\.name))
    func `logs in with each kind of user key`(kind: String) async throws {
        let server = try Server()
        let target = server.target(
            keys: [try user(kind)], knownHosts: "\(server.knownName) \(try keys.hostLine("ed25519"))\n",
            command: "printf 'a\\0b'; echo oops >&2; exit 3")
        let outcome = try await EngineRun.outcome(target)
        #expect(outcome.failure == nil)
        #expect(
            outcome.output
                == CommandOutput(
                    stdout: Array("a\0b".utf8), stderr: Array("oops\n".utf8), exitStatus: 3, sawEOF: true,
                    sawClose: true))
    }
}
