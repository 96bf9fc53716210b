import Testing

@testable import HostInventory

struct GatewayTests {
    private func host(_ settings: String, defaults: String = "{}") throws -> Host {
        let text = "version: 1\ndefaults: \(defaults)\nclusters:\n  c:\n    masters: [{name: h, \(settings)}]\n"
        let fleet = try Fleet.parse(text, file: "/etc/fleet.yaml", home: "/home/a")
        return try #require(fleet.clusters.first?.hosts.first)
    }

    @Test(arguments: [
        ("proxy_jump: bastion", Gateway.jump("bastion")),
        (
            "proxy_jump: \"ops@b1.example:22,[fd00::1]:2222,10.0.0.1\"",
            .jump("ops@b1.example:22,[fd00::1]:2222,10.0.0.1")
        ),
        ("proxy_jump: none", Gateway.none),
        ("proxy_command: none", Gateway.none),
        ("proxy_command: 'nc -x proxy:1080 %h %p # %n %r %%'", .command("nc -x proxy:1080 %h %p # %n %r %%")),
    ])
    func `reads`(settings: String, gateway: Gateway) throws {
        #expect(try host(settings).gateway == gateway)
    }

    @Test func `a host's own way goes before its defaults, of either kind`() throws {
        #expect(try host("port: 23", defaults: "{proxy_jump: b}").gateway == .jump("b"))
        #expect(try host("proxy_command: nc %h %p", defaults: "{proxy_jump: b}").gateway == .command("nc %h %p"))
        #expect(try host("proxy_jump: none", defaults: "{proxy_command: x}").gateway == Gateway.none)
    }

    @Test func `says whether the port is the inventory's`() throws {
        #expect(try host("port: 22").statesPort)
        #expect(try !host("user: a").statesPort)
    }

    @Test func `an ssh_config stands beside the inventory, or nowhere`() throws {
        #expect(try host("ssh_config: ssh/config").sshConfig == "/etc/ssh/config")
        #expect(try host("ssh_config: ~/c").sshConfig == "/home/a/c")
        #expect(try host("ssh_config: none").sshConfig == "none")
        #expect(try host("host_key_alias: farm").hostKeyAlias == "farm")
    }
}
