import StrictYAML
import Testing

@testable import HostInventory

struct HostProblemTests {
    @Test(arguments: [
        (
            """
            version: 1
            clusters:
              a:
                masters:
                  - audit@h1
                  - h1:2222
                  - audit@h2:22
                  - ssh://h3
                  - h4 # this one is good
                  - 'h 5'
                  - "h\\e[2J"
                  - -oProxyCommand=x
                  - h..x
                  - ~
                  - [h6]
                  - fd00::10
                  - fd00::zz
                  - '[fd00::1]'
                  - '[fd00::1]:22'
                  - ""
                  - höst
                  - fd00::[1:3]
                  - fd00::fff[e:g]
                  - 10.0.0.[250:260]
                  - 10.0.0.010
                  - 10.0.1
                  - \(String(repeating: "x", count: 254))

            """,
            """
            fleet.yaml:5:9: not an address to connect to: "audit@h1"
                write {name: h1, user: audit}
            fleet.yaml:6:9: not an address to connect to: "h1:2222"
                write {name: h1, port: 2222}
            fleet.yaml:7:9: not an address to connect to: "audit@h2:22"
                write {name: h2, user: audit, port: 22}
            fleet.yaml:8:9: not an address to connect to: "ssh://h3"
                write a host name, an IPv4 address, or an IPv6 address without brackets
            fleet.yaml:10:9: host name with a space or control character: "h 5"
            fleet.yaml:11:9: host name with a space or control character: "h\\u{1b}[2J"
            fleet.yaml:12:9: not an address to connect to: "-oProxyCommand=x"
                write a host name, an IPv4 address, or an IPv6 address without brackets
            fleet.yaml:13:9: not an address to connect to: "h..x"
                write a host name, an IPv4 address, or an IPv6 address without brackets
            fleet.yaml:14:9: host name is empty
            fleet.yaml:15:9: a master must be a name or a mapping, not a list
            fleet.yaml:17:9: not an address to connect to: "fd00::zz"
                write a host name, an IPv4 address, or an IPv6 address without brackets
            fleet.yaml:18:9: not an address to connect to: "[fd00::1]"
                write a host name, an IPv4 address, or an IPv6 address without brackets
            fleet.yaml:19:9: not an address to connect to: "[fd00::1]:22"
                write {name: fd00::1, port: 22}
            fleet.yaml:20:9: host name is empty
            fleet.yaml:21:9: not an address to connect to: "höst"
                write a host name, an IPv4 address, or an IPv6 address without brackets
            fleet.yaml:23:9: not an address to connect to: "fd00::fff[e:g]"
                write a host name, an IPv4 address, or an IPv6 address without brackets
            fleet.yaml:24:9: not an address to connect to: "10.0.0.[250:260]"
                write a host name, an IPv4 address, or an IPv6 address without brackets
            fleet.yaml:25:9: not an address to connect to: "10.0.0.010"
                write a host name, an IPv4 address, or an IPv6 address without brackets
            fleet.yaml:26:9: not an address to connect to: "10.0.1"
                write a host name, an IPv4 address, or an IPv6 address without brackets
            fleet.yaml:27:9: host name longer than 253 bytes: \
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
                masters:
                  - {host: h1}
                  - {name: n1, host: 'x[1:2]'}
                  - {name: 'n[1:2]', host: 'x[1:3]'}
                  - {name: n2, port: 99999, forced_command: yes}
                  - {name: n3, forced_command: [true], prot: 22}
                  - {}
                  - {name: audit@n4}
                  - {name: any/name, host: h9}
                  - {name: n5, host: }
                  - name: n6
                    host: root@h10

            """,
            """
            fleet.yaml:5:9: a master without name
                write it like {name: cp1, host: 10.0.0.1}
            fleet.yaml:6:26: ranges of host do not pair with those of name: "x[1:2]"
            fleet.yaml:7:32: ranges of host do not pair with those of name: "x[1:3]"
            fleet.yaml:8:26: port must be a number from 1 to 65535: "99999"
            fleet.yaml:8:49: forced_command must be true or false: "yes"
            fleet.yaml:9:36: forced_command must be true or false, not a list
            fleet.yaml:9:44: unknown key: "prot"
                did you mean "port"?
            fleet.yaml:10:9: a master without name
                write it like {name: cp1, host: 10.0.0.1}
            fleet.yaml:11:16: not an address to connect to: "audit@n4"
                write {name: n4, user: audit}
            fleet.yaml:13:26: host is empty
            fleet.yaml:15:15: not an address to connect to: "root@h10"
                write {host: h10, user: root}
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
                masters:
                  - h[1:3]
                  - h2
                  - h[2:5]
                  - {name: x, host: H1, port: 22}
                  - {name: y, host: h1, port: 23}
                  - {name: z, host: h1.}
                  - h[3:1]
                  - h[01:100]
                  - h[1:20000]
                  - h[1:2
              b:
                masters: [fd00::1, {name: six, host: 'fd00:0::1'}]

            """,
            """
            fleet.yaml:6:9: duplicate host name, first at 5:9: "h2"
            fleet.yaml:7:9: duplicate host name, first at 5:9: "h2"
                and 1 more of this range
            fleet.yaml:8:9: duplicate address and port, first at 5:9: "H1 22"
            fleet.yaml:10:9: duplicate address and port, first at 5:9: "h1. 22"
            fleet.yaml:11:9: host range runs backwards: "[3:1]"
            fleet.yaml:12:9: host range must have ends of equal width: "[01:100]"
            fleet.yaml:13:9: host range stands for more than 10000 hosts: "[1:20000]"
            fleet.yaml:14:9: bracket without its partner: "h[1:2"
            fleet.yaml:16:24: duplicate address and port, first at 16:15: "fd00:0::1 22"
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
                masters: ["h[1:11][1:12]"]

            """,
            "fleet.yaml:4:15: duplicate host name, first at 4:15: \"h111\"\n    and 1 more of this range"
        ),
        (
            """
            version: 1
            clusters:
              "a b": {masters: [h1]}
              "": {masters: [h2]}
              "x\\u202Ey": {masters: [h3]}
              "z\\u00A0": {masters: [h4]}

            """,
            """
            fleet.yaml:3:3: cluster name with a space or control character: "a b"
            fleet.yaml:4:3: cluster name is empty
            fleet.yaml:5:3: cluster name with a space or control character: "x\\u{202e}y"
            fleet.yaml:6:3: cluster name with a space or control character: "z\\u{a0}"
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
                masters: ["a[0:9999]", "b[0:9999]", "c[0:9999]", "d[0:9999]", "e[0:9999]", "f[0:9999]", \
            "g[0:9999]", "h[0:9999]", "i[0:9999]", "j[0:9999]", "k[0:9999]", last, last]

            """,
            "fleet.yaml:4:145: more than 100000 hosts in one inventory"
        ),
    ])
    func `names every problem of hosts`(text: String, problems: String) {
        let error = #expect(throws: YAMLError.self) { try Fleet.parse(text, file: "fleet.yaml", home: nil) }
        #expect(error?.description == problems)
    }
}
