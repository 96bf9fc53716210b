import FleetSweep
import Foundation
import Glibc
import HostInventory
import SSH
import StrictYAML
import Testing

/// What ssh_config says of keys and agents, against what the real ssh makes of it.
@Suite(.enabled(if: Server.isAvailable), .serialized)
struct KeyOfferTests {
    /// Takes no key, and as many as are offered.
    private static func server() throws -> Server {
        try Server(options: ["AuthorizedKeysFile none", "MaxAuthTries 30"])
    }

    private struct Setting {
        let workshop: Workshop
        let agent: Agent
        /// The agent's, in its order.
        static let held = ["a", "b", "c"]

        init() throws {
            workshop = try Workshop()
            agent = try Agent()
            for name in Self.held + ["d", "e"] { _ = try workshop.key(name, ["-t", "ed25519"]) }
            try agent.add(Self.held.map { "\(workshop.path)/\($0)" })
            // Of c only the public half is left.
            try FileManager.default.removeItem(atPath: "\(workshop.path)/c")
        }

        /// By their fingerprints; others under what they are.
        func names(_ fingerprints: [String]) throws -> String {
            var names: [String: String] = [:]
            for name in Self.held + ["d", "e"] {
                let line = try Tool.run("/usr/bin/ssh-keygen", ["-lf", "\(workshop.path)/\(name).pub"])
                names[String(line.split(separator: " ")[1])] = name
            }
            return fingerprints.map { names[$0] ?? $0 }.joined(separator: " ")
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        /// With KEY for the folder of the keys.
        var config: String
        var ssh: String
        /// The same keys; those that are named go before the agent's others, since only five are offered.
        var ours: String
        var testDescription: String { config.replacing("\n", with: "; ") }
    }

    @Test(arguments: [
        Case(config: "IdentityFile KEY/d", ssh: "a b c d", ours: "d a b c"),
        Case(config: "IdentityFile KEY/b", ssh: "b a c", ours: "b a c"),
        Case(config: "IdentityFile KEY/d\nIdentityFile KEY/b", ssh: "b a c d", ours: "b d a c"),
        Case(config: "IdentityFile KEY/c", ssh: "c a b", ours: "c a b"),
        Case(config: "IdentityFile KEY/none", ssh: "a b c", ours: "a b c"),
        Case(config: "IdentityFile none", ssh: "a b c", ours: "a b c"),
        Case(config: "IdentityFile KEY/d\nIdentitiesOnly yes", ssh: "d", ours: "d"),
        Case(config: "IdentityFile KEY/d\nIdentityFile KEY/b\nIdentitiesOnly yes", ssh: "b d", ours: "b d"),
        Case(config: "IdentityFile KEY/e\nIdentityFile KEY/c\nIdentitiesOnly yes", ssh: "c e", ours: "c e"),
        Case(config: "IdentityFile KEY/d\nIdentityAgent none", ssh: "d", ours: "d"),
    ])
    func `a host is offered what ssh offers it`(test: Case) async throws {
        let (server, setting) = (try Self.server(), try Setting())
        let agent = test.config.contains("IdentityAgent") ? "" : "IdentityAgent \(setting.agent.path)\n"
        let config = try setting.workshop.write(
            "\(agent)\(test.config.replacing("KEY", with: setting.workshop.path))\n", to: "config")
        let theirs = try setting.names(try offered(to: server, config))
        #expect(theirs == test.ssh)

        let (keyring, hosts) = try await keyring(config, ["127.0.0.1"])
        let ours = try setting.names(
            try keyring.identities(for: hosts[0]).offered.map(\.publicKey.fingerprint))
        #expect(ours == test.ours)
        #expect(test.ours.split(separator: " ").sorted() == test.ssh.split(separator: " ").sorted())
    }

    /// What ssh says that it offers, in its order.
    private func offered(to server: Server, _ config: String) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/ssh")
        process.arguments = [
            "-v", "-F", config, "-p", String(server.port), "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null", "root@\(server.address)", "true",
        ]
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return said.split(whereSeparator: \.isNewline).filter { $0.contains("Offering public key: ") }.compactMap {
            line in
            line.split(separator: " ").first { $0.hasPrefix("SHA256:") }.map(String.init)
        }
    }

    private func keyring(_ config: String, _ addresses: [String]) async throws -> (Keyring, [HostInventory.Host]) {
        let hosts = addresses.map {
            var host = HostInventory.Host(
                cluster: "c", name: $0, address: $0, place: Place(file: "f", line: 1, column: 1))
            host.sshConfig = config
            return host
        }
        let fleet = Fleet(source: "f", clusters: [Cluster(name: "c", hosts: hosts)])
        let access = await FleetAccess(for: fleet, FleetAccess.Options())
        return (await Keyring(for: fleet, reachedBy: access, Keyring.Options(), passphrases: .none), hosts)
    }

    @Test func `each host is signed in to by the agent that is its own`() async throws {
        let (first, second) = (try Agent(), try Agent())
        let keys = try TestKeys.get()
        try first.add([keys.user("ed25519")])
        try second.add([keys.user("ecdsa256")])
        let workshop = try Workshop()
        let config = try workshop.write(
            """
            Host 127.0.0.2
              IdentityAgent \(first.path)
            Host 127.0.0.3
              IdentityAgent \(second.path)
            Host 127.0.0.4
              IdentityAgent none
            Host *
              IdentityFile none

            """, to: "config")
        let (keyring, hosts) = try await keyring(config, ["127.0.0.2", "127.0.0.3", "127.0.0.4"])
        let servers = try hosts.map { try Server(address: $0.address) }
        let targets = try zip(hosts, servers).prefix(2).enumerated().map { number, pair in
            var target = pair.1.target(
                id: number, keys: [], knownHosts: "\(pair.1.knownName) \(try keys.hostLine("ed25519"))\n",
                command: "echo ok")
            target.identities = try keyring.identities(for: pair.0).offered
            return target
        }
        let outcomes = try await EngineRun.outcomes(targets)
        #expect(outcomes.map { $0.output?.text } == ["ok\n", "ok\n"])
        #expect(outcomes.map { $0.identity?.publicKey.type } == ["ssh-ed25519", "ecdsa-sha2-nistp256"])
        #expect(throws: (any Error).self) { try keyring.identities(for: hosts[2]) }
        #expect(keyring.warnings == [])
    }
}
