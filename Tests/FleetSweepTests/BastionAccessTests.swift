import Foundation
import Glibc
import Hardening
import HostInventory
import SSH
import StrictYAML
import Testing

@testable import FleetSweep

/// Which bastions this program logs in to by itself, with the system's own ssh_config reading.
@Suite(.enabled(if: RealSSH.isAvailable))
struct BastionAccessTests {
    private let folder: KeyFolder

    init() throws { folder = try KeyFolder() }

    /// The bastions of one host that jumps through `jump`, with this ssh_config.
    private func bastion(_ config: String?, jump: String = "b1") async throws -> (BastionAccess, [String]) {
        let file = "\(folder.path)/config"
        if let config { try Data(config.utf8).write(to: URL(fileURLWithPath: file)) }
        let text = """
            version: 1
            defaults: {ssh_config: \(config == nil ? "none" : file), proxy_jump: "\(jump)"}
            clusters:
              c:
                masters: [{name: h, host: 10.0.0.1}]

            """
        let access = await FleetAccess(for: try Fleet.parse(text, file: "fleet.yaml"), FleetAccess.Options())
        return (try #require(access.bastions.values.first), access.warnings)
    }

    @Test func `a bastion is reached as ssh_config says, whatever is said of hosts`() async throws {
        let (found, warnings) = try await bastion(
            """
            Host b1
              HostName 10.9.0.1
              User ops
              Port 2022
              HostKeyAlias farm
              UserKnownHostsFile /k/known
              GlobalKnownHostsFile none
              ConnectTimeout 7
              AddressFamily inet
              IdentityAgent /run/bastions
              IdentityFile /k/id
              IdentitiesOnly yes
              ServerAliveInterval 5
              GSSAPIAuthentication yes
              ControlMaster auto
              SendEnv LANG

            """)
        #expect(found.obstacle == nil)
        #expect(warnings == [])
        let hop = try #require(found.hops.first)
        #expect(hop.address == "10.9.0.1")
        #expect(hop.port == 2022)
        #expect(hop.user == "ops")
        #expect(hop.hostKeyAlias == "farm")
        #expect(hop.knownHostsFiles == ["/k/known"])
        #expect(hop.keys == .configured(["/k/id"], isExclusive: true))
        #expect(hop.agent == AgentSocket(configured: "/run/bastions"))
        #expect(hop.connectLimit == .seconds(7))
        #expect(hop.addressFamily == .inet)
    }

    @Test func `what the jump says goes before ssh_config, and a chain is a hop each`() async throws {
        let (found, _) = try await bastion("Host b1\n  User ops\n  Port 2022\n", jump: "me@b1:24,b2")
        #expect(found.hops.map(\.user).first == "me")
        #expect(found.hops.map(\.port) == [24, 22])
        #expect(found.hops.map(\.address) == ["b1", "b2"])
    }

    @Test func `without ssh_config a bastion is the name that is written`() async throws {
        let (found, warnings) = try await bastion(nil, jump: "ops@10.0.0.9:2200")
        #expect(found.hops.map(\.address) == ["10.0.0.9"])
        #expect(found.hops.map(\.port) == [2200])
        #expect(found.hops.map(\.user) == ["ops"])
        #expect(warnings == [])
    }

    @Test(
        arguments: [
            ("ProxyCommand nc %h %p", "ssh_config sets proxycommand for b1"),
            ("ProxyJump b0", "ssh_config sets proxyjump for b1"),
            ("BindAddress 127.0.0.1", "ssh_config sets bindaddress for b1"),
            ("Ciphers aes256-ctr", "ssh_config sets ciphers for b1"),
            ("PubkeyAuthentication no", "ssh_config sets pubkeyauthentication for b1"),
            (
                "KnownHostsCommand /bin/true\n  HostKeyAlgorithms ssh-ed25519",
                "ssh_config sets hostkeyalgorithms, knownhostscommand for b1"
            ),
        ])
    func `what only ssh can do is left to ssh, and said`(option: String, obstacle: String) async throws {
        let (found, warnings) = try await bastion("Host b1\n  \(option)\n")
        #expect(found.obstacle == obstacle)
        #expect(found.hops.isEmpty)
        #expect(warnings == ["bastion b1: left to ssh, one process a host; \(obstacle)"])
    }
}
