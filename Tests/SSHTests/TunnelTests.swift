import Glibc
import SSH
import Testing

/// Hosts behind real bastions that the engine itself logs in to.
@Suite(.enabled(if: Server.isAvailable), .serialized)
struct TunnelTests {
    private let keys: TestKeys

    init() throws { keys = try TestKeys.get() }

    private static func bastion(_ options: [String] = [], address: String = "127.0.0.1") throws -> Server {
        try Server(address: address, options: ["LogLevel INFO"] + options)
    }

    private func logins(_ server: Server) -> Int { server.log.split(separator: "Accepted publickey").count - 1 }

    private func target(_ server: Server, id: Int = 1, command: String = "echo here") throws -> SSHTarget {
        server.target(
            id: id, keys: [try PrivateKey(path: keys.user("ed25519"))],
            knownHosts: "\(server.knownName) \(try keys.hostLine("ed25519"))\n", command: command)
    }

    /// The target behind the bastions. ssh cannot log in to them: no configuration names them.
    private func behind(_ bastions: [SSHTarget], _ target: SSHTarget) -> SSHTarget {
        var target = target
        let names = bastions.indices.map { "bastion\($0 + 1)" }.joined(separator: ",")
        target.route = ProxyJump(names, configFile: "none").map(SSHRoute.jump) ?? .direct
        target.bastions = bastions
        return target
    }

    @Test func `hosts behind one bastion cost it one login and this program no process`() async throws {
        let bastion = try Self.bastion()
        let hosts = [try Server(address: "127.0.0.2"), try Server(address: "127.0.0.3")]
        let targets = try hosts.enumerated().map { number, host in
            behind([try target(bastion)], try target(host, id: number, command: "echo $SSH_CONNECTION"))
        }
        let outcomes = try await EngineRun.outcomes(targets)
        for (outcome, host) in zip(outcomes, hosts) {
            #expect(outcome.failure == nil)
            #expect(outcome.output?.text.hasPrefix("127.0.0.1 ") == true)
            #expect(outcome.output?.text.hasSuffix("\(host.address) \(host.port)\n") == true)
            #expect(outcome.hostKey?.knownHostsText == (try keys.hostLine("ed25519")))
            #expect(outcome.times.proxy > .zero)
            #expect(outcome.times.connect == .zero)
        }
        #expect(logins(bastion) == 1)
    }

    @Test func `reaches a host through a chain of bastions`() async throws {
        let outer = try Self.bastion()
        let inner = try Self.bastion(address: "127.0.0.2")
        let host = try Server(address: "127.0.0.3")
        let targets = try (0..<4).map {
            behind([try target(outer), try target(inner)], try target(host, id: $0))
        }
        let outcomes = try await EngineRun.outcomes(targets)
        #expect(outcomes.map(\.failure) == [nil, nil, nil, nil])
        #expect(outcomes.map { $0.output?.text } == [String](repeating: "here\n", count: 4))
        #expect(logins(outer) == 1)
        #expect(logins(inner) == 1)
    }
}
