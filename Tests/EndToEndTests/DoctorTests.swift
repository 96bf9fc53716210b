import Foundation
import Glibc
import Testing

extension SimulatedMasters {
    /// What a sweep would use, and what comes of trying.
    @Suite(.fleet("clean"))
    struct Doctor {
        let scratch: Scratch
        let fleet: LoopbackFleet

        init() throws {
            scratch = try Scratch()
            fleet = try LoopbackFleet.running()
        }

        private func tool(_ path: String, _ arguments: [String], _ environment: [String: String] = [:]) async throws {
            let end = try await Program(
                path, arguments, in: scratch, environment: environment.merging(["PATH": "/usr/bin:/bin"]) { $1 }
            ).end()
            guard end.status == 0 else { throw ScratchError("\(path): \(end.talk)") }
        }

        private func doctor(
            _ arguments: [String], environment: [String: String] = [:]
        ) async throws -> (end: ProgramEnd, document: Document) {
            let end = try await scratch.kubesweep(
                ["doctor", "--format", "json", "--ssh-config", "none"] + arguments, environment: environment)
            try await JSONSchema.check(end.stdout, is: "doctor", in: scratch)
            #expect(!end.steersTerminal)
            return (end, try JSONDecoder().decode(Document.self, from: Data(end.stdout)))
        }

        /// The fleet's inventory with other words, beside the fleet's files.
        private func inventory(_ change: (String) -> String) throws -> String {
            let text = String(decoding: try Scratch.read(fleet.inventory), as: UTF8.self)
                .replacing("identity_file: ", with: "identity_file: \(fleet.state)/")
                .replacing("known_hosts: ", with: "known_hosts: \(fleet.state)/")
            return try scratch.write(change(text), to: "inventory.yaml")
        }

        @Test func `without trying, nobody is contacted, and each setting has its origin`() async throws {
            let (end, document) = try await doctor(["--inventory", fleet.inventory, "--connect-seconds", "7"])
            #expect(end.status == 0, "\(end.output)\(end.talk)")
            let hosts = try #require(document.fleet).hosts
            #expect(hosts.map(\.knownHosts.state) == ["known", "known", "known"])
            #expect(hosts.allSatisfy { $0.trial == nil && $0.problem == nil })
            let host = try #require(hosts.first)
            #expect(host.address.from == "inventory")
            #expect(host.user.from == "inventory")
            #expect(host.keysFrom == "inventory")
            #expect(host.keys.map(\.name) == ["\(fleet.state)/id_ed25519"])
            #expect(host.route.value == "direct")
            #expect(host.addresses == [host.address.value])
            #expect(host.connectMilliseconds.value == 7000)
            #expect(host.connectMilliseconds.from == "option")
        }

        @Test func `trying does everything but the command`() async throws {
            let (end, document) = try await doctor(["--inventory", fleet.inventory, "--connect"])
            #expect(end.status == 0, "\(end.output)\(end.talk)")
            for host in try #require(document.fleet).hosts {
                let trial = try #require(host.trial)
                #expect(trial.reached)
                #expect(trial.hostKey == host.knownHosts.lines.map { "\($0.type) \($0.fingerprint)" }.first)
                #expect(trial.key?.fingerprint == host.keys.first?.fingerprint)
                #expect(trial.microseconds["handshake"] ?? 0 > 0)
                #expect(trial.microseconds["authenticate"] ?? 0 > 0)
            }
        }

        @Test func `one dead host and one unknown key are told apart, and no other host is hurt`() async throws {
            let peer = try SilentPeer()
            let text = try inventory {
                $0 + "  dead: {masters: [{name: dead.example, host: 127.77.77.1, port: 9}]}\n"
                    + "  mute: {masters: [{name: mute.example, host: 127.0.0.1, port: \(peer.port)}]}\n"
            }
            let known = "\(fleet.state)/known_hosts"
            let keys = String(decoding: try Scratch.read(known), as: UTF8.self)
            let line = try #require(keys.split(separator: "\n").first { $0.contains("ssh-ed25519") })
            let words = line.split(separator: " ").dropFirst().joined(separator: " ")
            let file = try scratch.write("\(keys)\n127.77.77.1,[127.77.77.1]:9 \(words)\n", to: "known")
            let (end, document) = try await doctor(
                ["--inventory", text, "--known-hosts", file, "--connect", "--handshake-seconds", "1", "--retries", "0"])
            #expect(end.status == 3)
            let hosts = try #require(document.fleet).hosts
            let ends = Dictionary(
                uniqueKeysWithValues: hosts.map {
                    ($0.name, "\($0.problem?.reason ?? "-") \($0.trial?.failure?.reason ?? "-")")
                })
            #expect(ends["dead.example"] == "- connectionRefused")
            #expect(ends["mute.example"] == "hostKeyUnknown timedOut")
            #expect(ends.values.count { $0 == "- -" } == 3)
            // Only what could not be reached: 2 without 1.
            let dead = try await scratch.kubesweep(
                ["doctor", "--inventory", text, "--known-hosts", file, "--connect", "--host", "dead.example"])
            #expect(dead.status == 2)
            #expect(dead.output.contains("connectionRefused (connect)"))
        }

        @Test func `known_hosts that is damaged, open to others and of two minds is told line by line`() async throws {
            for name in ["one", "two", "three"] {
                try await tool(
                    "/usr/bin/ssh-keygen",
                    ["-q", "-t", name == "three" ? "ecdsa" : "ed25519", "-N", "", "-f", "\(scratch.path)/\(name)"])
            }
            func key(_ name: String) throws -> String {
                String(decoding: try Scratch.read("\(scratch.path)/\(name).pub"), as: UTF8.self)
                    .split(separator: " ").prefix(2).joined(separator: " ")
            }
            let known = try scratch.write(
                """
                # a comment
                a.example \(key("one"))
                a.example \(key("two"))
                a.example \(key("three"))
                b.example ssh-ed25519 notbase64!
                @revoked c.example \(key("one"))
                @cert-authority *.example \(key("two"))
                @trusted d.example \(key("one"))

                """, to: "known")
            chmod(known, 0o666)
            let (end, document) = try await doctor(["--known-hosts", known])
            #expect(end.status == 1)
            let item = try #require(document.items.first { $0.subject == known })
            #expect(item.health == "problem")
            #expect(
                item.detail
                    == "3 keys in 8 lines, 1 revoked, 1 @cert-authority, which cannot be used, 2 lines passed over, "
                    + "1 name with different keys of one type, anybody may change it")
            let text = try await scratch.kubesweep(["doctor", "--known-hosts", known])
            #expect(text.output.contains("line 5: the key is not base64"))
            #expect(text.output.contains("line 8: the marker is neither @revoked nor @cert-authority"))
            #expect(text.output.contains("a.example: ssh-ed25519 in lines 2, 3"))
            #expect(text.output.contains("chmod go-w '\(known)'"))
        }

        @Test func `key files: too open, encrypted, held by the agent, missing`() async throws {
            let key = "\(scratch.path)/key"
            try await tool(
                "/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-a", "1", "-N", "open sesame", "-C", "", "-f", key])
            let plain = "\(scratch.path)/plain"
            try await tool("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", plain])
            let open = "\(scratch.path)/open"
            try await tool("/bin/cp", [plain, open])
            chmod(open, 0o644)

            let socket = "\(scratch.path)/agent"
            let agent = try Program(
                "/usr/bin/ssh-agent", ["-D", "-a", socket], in: scratch, environment: ["PATH": "/usr/bin:/bin"])
            defer { agent.destroy() }
            let deadline = ContinuousClock.now + Program.timeLimit
            while ContinuousClock.now < deadline {
                do {
                    try await tool("/usr/bin/ssh-add", ["-q", plain], ["SSH_AUTH_SOCK": socket])
                    break
                } catch { try await Task.sleep(for: .milliseconds(10)) }
            }
            let (end, document) = try await doctor(
                [
                    "--identity", key, "--identity", open, "--identity", "\(plain).pub", "--identity",
                    "/nonexistent/key",
                ],
                environment: ["SSH_AUTH_SOCK": socket])
            #expect(end.status == 1)
            let items = document.items.filter { $0.area == "keyFile" }
            #expect(items.map(\.health) == ["warning", "problem", "ok", "problem"])
            #expect(items[0].detail.hasSuffix("encrypted; its passphrase will be asked for on the terminal"))
            #expect(items[1].detail == "mode 0644 lets others read or change this private key")
            #expect(items[1].hint == "chmod 600 '\(open)'")
            #expect(items[2].detail.hasSuffix("a public half whose key the agent holds"))
            #expect(items[3].detail == "No such file or directory")
            #expect(document.items.first { $0.area == "agent" }?.detail == "it holds 1 key, 1 of use here")
            #expect(!end.output.contains("sesame"))

            // An encrypted key is a warning until it is tried; nobody is asked.
            let locked = try await doctor(["--inventory", fleet.inventory, "--identity", key])
            #expect(locked.end.status == 0)
            #expect(
                locked.document.fleet?.hosts.first?.notes
                    == ["\(key): the key is encrypted and no passphrase was given: it will be asked for"])
        }

        @Test func `an agent that is gone is a warning, a named one a problem`() async throws {
            let gone = "\(scratch.path)/gone"
            let (end, document) = try await doctor([], environment: ["SSH_AUTH_SOCK": gone])
            #expect(end.status == 0)
            #expect(document.items.first { $0.area == "agent" }?.health == "warning")
            let named = try await doctor(["--agent", gone])
            #expect(named.end.status == 1)
            #expect(
                named.document.items.first { $0.area == "agent" }?.detail
                    == "the agent cannot be reached: \(gone): No such file or directory")
        }

        @Test func `each host is shown with the agent that is asked for it`() async throws {
            let (first, second) = ("\(scratch.path)/first", "\(scratch.path)/second")
            let config = try scratch.write(
                "Host 127.77.10.1\n  IdentityAgent none\nHost 127.77.10.2\n  IdentityAgent \(first)\n", to: "config")
            let end = try await scratch.kubesweep(
                ["doctor", "--format", "json", "--inventory", try inventory { $0 }, "--ssh-config", config],
                environment: ["SSH_AUTH_SOCK": second])
            try await JSONSchema.check(end.stdout, is: "doctor", in: scratch)
            let document = try JSONDecoder().decode(Document.self, from: Data(end.stdout))
            #expect(document.fleet?.hosts.map(\.agent.value) == [nil, first, second])
            #expect(document.fleet?.hosts.map(\.agent.from) == ["sshConfig", "sshConfig", "default"])
            #expect(
                document.items.filter { $0.area == "agent" }.map(\.detail) == [
                    "the agent cannot be reached: \(first): No such file or directory",
                    "the agent cannot be reached: \(second): No such file or directory",
                ])
        }

        @Test func `a key of a type that cannot be verified is told before anybody is asked`() async throws {
            try await tool(
                "/usr/bin/ssh-keygen", ["-q", "-t", "dsa", "-N", "", "-f", "\(scratch.path)/dsa"])
            let blob = String(decoding: try Scratch.read("\(scratch.path)/dsa.pub"), as: UTF8.self)
                .split(separator: " ").prefix(2).joined(separator: " ")
            let file = try scratch.write("[127.77.*]:\(fleet.port) \(blob)\n", to: "known")
            let (end, document) = try await doctor(["--inventory", fleet.inventory, "--known-hosts", file])
            #expect(end.status == 1)
            #expect(document.fleet?.hosts.map(\.knownHosts.state) == Array(repeating: "unsupportedType", count: 3))
            #expect(document.fleet?.hosts.first?.problem?.reason == "algorithmsDoNotMatch")
        }

        @Test func `hosts of one name in two clusters are two hosts`() async throws {
            // As Kubespray names them.
            let inventories = try [("a", 1), ("b", 2)].map { name, number in
                try scratch.write("[kube_control_plane]\nnode1 ansible_host=10.\(number).0.1\n", to: "\(name).ini")
            }
            let (_, document) = try await doctor(inventories.flatMap { ["--inventory", $0] })
            #expect(document.fleet?.hosts.map(\.address.value) == ["10.1.0.1", "10.2.0.1"])
        }

        @Test func `a bastion is shown, and its hosts are tried through it`() async throws {
            let config = try scratch.write(
                "Host 127.77.*\n  ProxyCommand /bin/sh -c 'exec 3<>/dev/null; echo no way; exit 1' %h\n", to: "config")
            let end = try await scratch.kubesweep(
                [
                    "doctor", "--format", "json", "--inventory", fleet.inventory, "--ssh-config", config, "--connect",
                    "--retries", "0",
                ])
            let document = try JSONDecoder().decode(Document.self, from: Data(end.stdout))
            #expect(end.status == 2, "\(end.talk)")
            let host = try #require(document.fleet?.hosts.first)
            #expect(host.route.way == "command")
            #expect(host.route.from == "sshConfig")
            #expect(host.addresses == [])
            #expect(host.trial?.failure?.phase == "proxy")
            let jump = try await doctor(["--inventory", fleet.inventory, "--proxy-jump", "a@b:2,c"])
            #expect(jump.document.fleet?.hosts.first?.route.way == "bastion")
            #expect(jump.document.fleet?.hosts.first?.route.value == "a@b:2,c")
            #expect(jump.document.fleet?.hosts.first?.route.from == "option")
            #expect(jump.document.fleet?.hosts.first?.route.leftToSSH == "it has no key that can be used here")
        }

        struct Document: Decodable {
            var items: [Item]
            var fleet: Fleet?

            struct Item: Decodable {
                var area: String
                var subject: String
                var health: String
                var detail: String
                var hint: String?
            }
            struct Fleet: Decodable { var hosts: [Host] }
            struct Setting: Decodable {
                var way: String?
                var leftToSSH: String?
                var value: String
                var from: String
            }
            struct Agent: Decodable {
                var value: String?
                var from: String
            }
            struct Number: Decodable {
                var value: Int
                var from: String
            }
            struct Key: Decodable {
                var type: String
                var fingerprint: String
                var name: String?
            }
            struct KnownHosts: Decodable {
                var state: String?
                var lines: [Key]
            }
            struct Failure: Decodable {
                var phase: String
                var reason: String
            }
            struct Trial: Decodable {
                var reached: Bool
                var failure: Failure?
                var hostKey: String?
                var key: Key?
                var microseconds: [String: Int]
            }
            struct Host: Decodable {
                var name: String
                var address: Setting
                var user: Setting
                var route: Setting
                var addresses: [String]
                var keysFrom: String
                var keys: [Key]
                var agent: Agent
                var knownHosts: KnownHosts
                var connectMilliseconds: Number
                var notes: [String]
                var problem: Failure?
                var trial: Trial?
            }
        }
    }
}
