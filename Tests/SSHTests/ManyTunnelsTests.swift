import Foundation
import SSH
import Testing

@Suite(.enabled(if: ServerOfMany.isAvailable && Server.isAvailable))
struct ManyTunnelsTests {
    @Test(.timeLimit(.minutes(3)))
    func `500 hosts behind one sshd with its own MaxStartups are all reached, each under its own host key`()
        async throws
    {
        let servers = 8
        let many = try ServerOfMany(count: servers)
        let blobs = many.knownHosts.split(separator: "\n").map { $0.split(separator: " ")[2] }
        let bastion = try Server(options: ["LogLevel INFO", "MaxStartups 10:30:100"])
        let keys = try TestKeys.get()
        let key = Identity(try PrivateKey(path: keys.user("ed25519")))
        let login = bastion.target(
            id: 0, keys: [try PrivateKey(path: keys.user("ed25519"))],
            knownHosts: "\(bastion.knownName) \(try keys.hostLine("ed25519"))\n", command: "")
        let known = KnownHosts(text: many.knownHosts)
        let jump = try #require(ProxyJump("bastion", configFile: "none"))
        let targets = (0..<500).map { id in
            var target = SSHTarget(
                id: id, knownHostsName: "server\(id % servers)", address: "127.0.0.1",
                port: many.steadyPorts[id % servers], user: "root", identities: [key], knownHosts: known,
                command: "who are you")
            target.hostKeyAlias = "server\(id % servers)"
            target.bastions = [login]
            target.route = .jump(jump)
            return target
        }
        let outcomes = try await EngineRun.outcomes(targets)
        #expect(outcomes.compactMap(\.failure) == [])
        #expect(outcomes.map { $0.output?.text } == (0..<500).map { "I am \($0 % servers)\n" })
        #expect(
            outcomes.map { $0.hostKey.map { Data($0.blob).base64EncodedString() } }
                == (0..<500).map { String(blobs[$0 % servers]) })
        #expect((1...8).contains(bastion.log.split(separator: "Accepted publickey").count - 1))
        #expect(!bastion.log.contains("MaxStartups"))
    }
}
