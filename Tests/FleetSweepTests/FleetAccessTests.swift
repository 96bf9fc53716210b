import Foundation
import Glibc
import Hardening
import HostInventory
import SSH
import StrictYAML
import Testing

@testable import FleetSweep

/// Option over inventory over ssh_config over default, with the system's own ssh.
@Suite(.enabled(if: RealSSH.isAvailable))
struct FleetAccessTests {
    private let folder: KeyFolder

    init() throws { folder = try KeyFolder() }

    private func access(
        _ settings: String, config: String, _ change: (inout FleetAccess.Options) -> Void = { _ in }
    ) async throws -> (FleetAccess, Fleet) {
        let file = "\(folder.path)/config"
        try Data(config.utf8).write(to: URL(fileURLWithPath: file))
        let text =
            "version: 1\ndefaults: {ssh_config: \(file)}\nclusters:\n  c:\n    masters: [{name: h, \(settings)}]\n"
        let fleet = try Fleet.parse(text, file: "fleet.yaml")
        var options = FleetAccess.Options()
        change(&options)
        return (await FleetAccess(for: fleet, options), fleet)
    }

    private func host(
        _ settings: String, config: String, _ change: (inout FleetAccess.Options) -> Void = { _ in }
    ) async throws -> HostAccess {
        let (access, fleet) = try await access(settings, config: config, change)
        return access[try #require(fleet.clusters.first?.hosts.first)]
    }

    private static let config = """
        Host cp1
          HostName 10.9.0.1
          User configured
          Port 2022
          HostKeyAlias farm
          UserKnownHostsFile /k/known /dev/null
          GlobalKnownHostsFile none
          ConnectTimeout 7
          AddressFamily inet
          ProxyJump ops@b1:22,b2

        """

    @Test func `ssh_config says what nothing else says`() async throws {
        let found = try await host("host: cp1", config: Self.config)
        #expect(found.address == "10.9.0.1")
        #expect(found.port == 2022)
        #expect(found.user == "configured")
        #expect(found.hostKeyAlias == "farm")
        #expect(found.knownHostsFiles == ["/k/known"])
        #expect(found.connectLimit == .seconds(7))
        #expect(found.addressFamily == .inet)
        #expect(found.route.gateway == "ops@b1:22,b2")
        #expect(found.problem == nil)
        #expect(
            found.origins
                == .all(.sshConfig) { $0.identityFiles = .usual })
    }

    @Test func `the inventory goes before ssh_config, options before both`() async throws {
        let settings = "host: cp1, port: 22, user: stated, host_key_alias: a, known_hosts: /i/known, proxy_jump: none"
        let stated = try await host(settings, config: Self.config)
        #expect(stated.address == "10.9.0.1")
        #expect(stated.port == 22)
        #expect(stated.user == "stated")
        #expect(stated.hostKeyAlias == "a")
        #expect(stated.knownHostsFiles == ["/i/known"])
        #expect(stated.route == .direct)
        #expect(
            stated.origins
                == .all(.inventory) {
                    $0.address = .sshConfig
                    $0.identityFiles = .usual
                    $0.connectLimit = .sshConfig
                })

        let asked = try await host(settings, config: Self.config) {
            $0.user = "asked"
            $0.knownHostsFile = "/o/known"
            $0.proxyJump = "other"
            $0.connectLimit = .seconds(3)
        }
        #expect(asked.user == "asked")
        #expect(asked.knownHostsFiles == ["/o/known"])
        #expect(asked.route.gateway == "other")
        #expect(asked.connectLimit == .seconds(3))
        #expect(
            asked.origins
                == .all(.option) {
                    $0.address = .sshConfig
                    $0.port = .inventory
                    $0.hostKeyAlias = .inventory
                    $0.identityFiles = .usual
                })

        let alone = try await host("host: cp1", config: Self.config) { $0.sshConfig = "none" }
        #expect(alone.address == "cp1")
        #expect(alone.port == 22)
        #expect(alone.hostKeyAlias == nil)
        #expect(alone.route == .direct)
    }

    @Test func `a proxy command gets the host that is connected to`() async throws {
        let config = "Host cp1\n  HostName 10.9.0.1\n  User u\n  ProxyCommand nc %h %p %r\n"
        #expect(
            try await host("host: cp1", config: config).route
                == .command(ProxyCommand(template: "nc %h %p %r", command: "nc 10.9.0.1 22 u")))
        #expect(
            try await host("host: cp1, proxy_command: socat - %n:%h", config: config).route
                == .command(ProxyCommand(template: "socat - %n:%h", command: "socat - cp1:10.9.0.1")))
    }

    /// Here, or by ssh itself, which refuses such names since 9.6.
    @Test func `a name that a shell would read leads nowhere, and not directly to the host either`() async throws {
        let settings = "host: cp1, user: '$(reboot)', proxy_command: nc %r"
        let command = try await host(settings, config: "")
        #expect(command.problem?.phase == "configuration")
        let jump = try await host("host: cp1", config: "ProxyJump %r@b\nUser a;b\n")
        #expect(jump.problem?.phase == "configuration")
    }

    @Test func `says where two hosts are one`() async throws {
        let (access, fleet) = try await access(
            "host: cp1}, {name: i, host: 10.9.0.1, port: 2022, proxy_jump: 'ops@b1:22,b2'", config: Self.config)
        #expect(access.warnings == ["h and i both lead to 10.9.0.1:2022"])
        #expect(access.applied(to: fleet).clusters[0].hosts.map(\.address) == ["10.9.0.1", "10.9.0.1"])
    }

    @Test func `of configured keys the ones that are there`() async throws {
        let key = "\(folder.path)/config"
        let config = "IdentityFile \(key)\nIdentityFile /nonexistent/%h\nIdentityAgent /run/agent\n"
        let (access, fleet) = try await access("host: cp1", config: config)
        let found = access[try #require(fleet.clusters.first?.hosts.first)]
        #expect(found.keys == .configured([key], isExclusive: false))
        #expect(
            try await host("host: cp1", config: "IdentityFile /nonexistent/k\n").keys
                == .configured([], isExclusive: false))
        #expect(
            try await host("host: cp1", config: "IdentityFile /nonexistent/%h\nIdentitiesOnly yes\n").keys
                == .configured(["/nonexistent/cp1"], isExclusive: true))
        #expect(try await host("host: cp1", config: "").keys == .usual(isExclusive: false))
        #expect(try await host("host: cp1", config: "IdentitiesOnly yes\n").keys == .usual(isExclusive: true))
        #expect(try await host("host: cp1, identity_file: /k", config: config).keys == .named(["/k"]))
    }

    @Test(arguments: [
        ("", "usual"), ("UserKnownHostsFile /k/one /k/two", "/k/one"), ("UserKnownHostsFile /dev/null", nil),
        ("UserKnownHostsFile none", nil), ("UserKnownHostsFile /dev/null /k/two", nil),
        ("GlobalKnownHostsFile /k/global", "usual"),
    ])
    func `new host keys are recorded in the user's file, if anywhere`(config: String, file: String?) async throws {
        let usual = HostAccess.usualKnownHostsFiles
        #expect(usual.user.first?.hasSuffix("/.ssh/known_hosts") == true)
        let found = try await host("host: cp1", config: config + "\n")
        #expect(found.newKeysFile == (file == "usual" ? usual.user.first : file))
        #expect(found.knownHostsFiles.allSatisfy { $0 != "/dev/null" })
        let named = try await host("host: cp1, known_hosts: /i/known", config: config + "\n")
        #expect(named.newKeysFile == "/i/known")
        // Where nothing is configured, ssh's second files count too.
        if config.isEmpty { #expect(found.knownHostsFiles == usual.user + usual.global) }
    }

    /// A public half is enough to name a key that the agent has.
    @Test func `of configured keys those with a public half beside their path`() async throws {
        let key = try folder.key("key")
        try FileManager.default.removeItem(atPath: key)
        #expect(
            try await host("host: cp1", config: "IdentityFile \(key)\nIdentitiesOnly yes\n").keys
                == .configured([key], isExclusive: true))
    }

    @Test func `each host has the agent that ssh_config names for it, and an option goes before all`() async throws {
        let config = """
            Host cp1
              IdentityAgent /run/agent
            Host cp2
              IdentityAgent none
            Host cp3
              IdentityAgent $KUBESWEEP_NO_SUCH_VARIABLE
            Host cp4
              IdentityAgent SSH_AUTH_SOCK

            """
        let settings = "host: cp1}, {name: h2, host: cp2}, {name: h3, host: cp3}, {name: h4, host: cp4"
        let (access, fleet) = try await access(settings, config: config)
        let usual = AgentSocket()
        #expect(
            fleet.clusters[0].hosts.map { access[$0].agent.path } == ["/run/agent", nil, nil, usual.path])
        #expect(
            fleet.clusters[0].hosts.map { access[$0].agent.origin } == [.sshConfig, .sshConfig, .sshConfig, .usual])
        let (asked, _) = try await self.access(settings, config: config) { $0.agent = "/run/other" }
        #expect(
            fleet.clusters[0].hosts.map { asked[$0].agent }
                == Array(repeating: AgentSocket(option: "/run/other"), count: 4))
        let (none, _) = try await self.access(settings, config: config) { $0.agent = "none" }
        #expect(fleet.clusters[0].hosts.allSatisfy { none[$0].agent.path == nil })
        #expect(access.warnings == [])
    }
}

extension HostAccess.Origins {
    fileprivate static func all(_ origin: SettingOrigin, but change: (inout Self) -> Void) -> Self {
        var origins = Self()
        origins.address = origin
        origins.port = origin
        origins.user = origin
        origins.route = origin
        origins.hostKeyAlias = origin
        origins.knownHostsFiles = origin
        origins.identityFiles = origin
        origins.connectLimit = origin
        change(&origins)
        return origins
    }
}
