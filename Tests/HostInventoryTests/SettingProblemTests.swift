import StrictYAML
import Testing

@testable import HostInventory

struct SettingProblemTests {
    @Test(arguments: [
        (
            """
            version: 1
            clusters:
              a:
                masters: [h1]
                labels: {a: 1, b: true, c: null, d: [x], e: ok, f: 1.30, g: "x\\e[31m", h: 2024-01-01, i: \
            no, j: 0x1F, k: -.5, l: ''}

            """,
            """
            fleet.yaml:5:17: a label must be text: "1"
                put the value in quotes
            fleet.yaml:5:23: a label must be text: "true"
                put the value in quotes
            fleet.yaml:5:32: a label must be text: "null"
                put the value in quotes
            fleet.yaml:5:41: a label must be text, not a list
            fleet.yaml:5:56: a label must be text: "1.30"
                put the value in quotes
            fleet.yaml:5:65: control character in a label: "x\\u{1b}[31m"
            fleet.yaml:5:101: a label must be text: "0x1F"
                put the value in quotes
            fleet.yaml:5:110: a label must be text: "-.5"
                put the value in quotes
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
                masters: [h1]
                kubernetes_version: 1.x
                distribution: "a\\nb"
                etcd_members: three

            """,
            """
            fleet.yaml:5:25: bad kubernetes_version: "1.x"
                write it like "1.31" or "v1.31.4"
            fleet.yaml:6:19: distribution with a space or control character: "a\\nb"
            fleet.yaml:7:19: bad etcd_members: "three"
                write how many there are, wherever they run, or 0 where there is no etcd
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
                masters: [h1]
                kubernetes_version: [1, 31]
                labels: text

            """,
            """
            fleet.yaml:5:25: kubernetes_version must be text, not a list
            fleet.yaml:6:13: labels must be a mapping, not text: "text"
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
                masters: [h1]
                kubernetes_version:
                distribution: ~
                user: ''

            """,
            """
            fleet.yaml:5:24: kubernetes_version is empty
            fleet.yaml:6:19: distribution is empty
            fleet.yaml:7:11: user is empty
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
                masters: [h1]
                port: 65536
                user: 'a b'
                identity_file: ~bob/key
                known_hosts: "a\\0b"
                forced_command: true

            """,
            """
            fleet.yaml:5:11: port must be a number from 1 to 65535: "65536"
            fleet.yaml:6:11: user with a space or control character: "a b"
            fleet.yaml:7:20: ~ of another user in identity_file: "~bob/key"
                write the whole path
            fleet.yaml:8:18: control character in known_hosts: "a\\u{0}b"
            fleet.yaml:9:5: unknown key: "forced_command"
                known keys: masters, labels, kubernetes_version, distribution, etcd_members, user, port, identity_file, \
            known_hosts, proxy_jump, proxy_command, host_key_alias, ssh_config
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
                masters: [h1]
                identity_file: ~/key
                known_hosts: "~"

            """,
            """
            fleet.yaml:5:20: no home directory for ~ in identity_file: "~/key"
                HOME is not set
            fleet.yaml:6:18: no home directory for ~ in known_hosts: "~"
                HOME is not set
            """
        ),
        (
            """
            version: 1
            defaults: {port: ssh, usr: x, identity_file: '', known_hosts: [a]}
            clusters: {a: {masters: [h1], port: +22}}

            """,
            """
            fleet.yaml:2:18: port must be a number from 1 to 65535: "ssh"
            fleet.yaml:2:23: unknown key: "usr"
                did you mean "user"?
            fleet.yaml:2:46: identity_file is empty
            fleet.yaml:2:63: known_hosts must be text, not a list
            fleet.yaml:3:37: port must be a number from 1 to 65535: "+22"
            """
        ),
        (
            """
            version: 1
            defaults: {proxy_jump: 'a,$(b)', host_key_alias: 'a,b', ssh_config: ~bob/c}
            clusters:
              a: {masters: [h1], proxy_jump: -oProxyCommand=x}
              b: {masters: [h2], proxy_jump: "b:0", proxy_command: nc %h %p}
              c: {masters: [h3], proxy_command: "nc %h %d"}
              d: {masters: [h4], proxy_command: "nc \\n"}
              e: {masters: [h5], proxy_jump: "a@b@c", host_key_alias: "é"}
              f: {masters: [h6], proxy_command: ''}
              g: {masters: [h7], proxy_jump: "[fd00::1]:99999"}
              h: {masters: [h8], proxy_jump: b, proxy_command: x}

            """,
            """
            fleet.yaml:2:24: not a bastion to go through: "a,$(b)"
                write [user@]host[:port], the nearest first where there are several: a,b
            fleet.yaml:2:50: host_key_alias that known_hosts cannot hold: "a,b"
            fleet.yaml:2:69: ~ of another user in ssh_config: "~bob/c"
                write the whole path
            fleet.yaml:4:34: not a bastion to go through: "-oProxyCommand=x"
                write [user@]host[:port], the nearest first where there are several: a,b
            fleet.yaml:5:34: not a bastion to go through: "b:0"
                write [user@]host[:port], the nearest first where there are several: a,b
            fleet.yaml:6:37: unknown token in proxy_command: "%d"
                there are %h (address), %n (address as written here), %p (port), %r (account) and %%
            fleet.yaml:7:37: control character in proxy_command: "nc \\n"
            fleet.yaml:8:34: not a bastion to go through: "a@b@c"
                write [user@]host[:port], the nearest first where there are several: a,b
            fleet.yaml:8:59: host_key_alias that known_hosts cannot hold: "é"
            fleet.yaml:9:37: proxy_command is empty
            fleet.yaml:10:34: not a bastion to go through: "[fd00::1]:99999"
                write [user@]host[:port], the nearest first where there are several: a,b
            fleet.yaml:11:37: proxy_jump and proxy_command exclude each other: "proxy_command"
            """
        ),
        (
            """
            version: 1
            defaults: [user]
            clusters: {a: {masters: [h1], port: -1}, b: {masters: [h2], port: 22.0}}

            """,
            """
            fleet.yaml:2:11: defaults must be a mapping, not a list
            fleet.yaml:3:37: port must be a number from 1 to 65535: "-1"
            fleet.yaml:3:67: port must be a number from 1 to 65535: "22.0"
            """
        ),
    ])
    func `names every problem of labels, versions and settings`(text: String, problems: String) {
        let error = #expect(throws: YAMLError.self) { try Fleet.parse(text, file: "fleet.yaml", home: nil) }
        #expect(error?.description == problems)
    }
}
