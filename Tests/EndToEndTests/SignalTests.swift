import Foundation
import Glibc
import Testing

extension SimulatedMasters {
    /// SIGINT and SIGTERM, wherever the sweep stands.
    @Suite(.fleet("clean"))
    struct Signals {
        let scratch: Scratch
        let fleet: LoopbackFleet
        /// Stands in the command line of whatever is started for one test.
        let mark = "kubesweep-signal-\(UInt32.random(in: .min ... .max))"

        init() throws {
            scratch = try Scratch()
            fleet = try LoopbackFleet.running()
        }

        /// The fleet's three masters, with `lines` as further clusters or settings behind them.
        private func inventory(_ lines: String = "") throws -> String {
            let text = String(decoding: try Scratch.read(fleet.inventory), as: UTF8.self)
                .replacing("identity_file: ", with: "identity_file: \(fleet.state)/")
                .replacing("known_hosts: ", with: "known_hosts: \(fleet.state)/")
            return try scratch.write(text + lines, to: "inventory.yaml")
        }

        /// A cluster of hosts that lead to one address and its ports, more than are talked to at a time.
        private func hanging(_ peers: [SilentPeer], more: String = "") -> String {
            let masters = peers.enumerated().map { number, peer in
                "      - { name: cp\(number).hanging.example, host: 127.0.0.1, port: \(peer.port)\(more) }\n"
            }
            return "  hanging:\n    masters:\n" + masters.joined()
        }

        private func wait(_ what: String, until isThere: () throws -> Bool) async throws {
            let deadline = ContinuousClock.now + Program.timeLimit
            while try !isThere() {
                guard ContinuousClock.now < deadline else { throw ScratchError("never came: \(what)") }
                try await Task.sleep(for: .milliseconds(10))
            }
        }

        /// Sends the signal and holds the program to its five seconds.
        private func end(_ program: Program, by signal: Int32) async throws -> ProgramEnd {
            let start = ContinuousClock.now
            program.signal(signal)
            let end = try await program.end()
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(!end.wasKilled)
            #expect(end.status == 128 + Int(signal))
            return end
        }

        /// Command lines of this machine that hold the text.
        private func processes(with text: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { pid in
                guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return nil }
                return String(decoding: data.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
            }.filter { $0.contains(text) }
        }

        /// That the report is whole, valid, and says of every host that it was not seen, and why.
        private func checkNothingSeen(_ end: ProgramEnd, _ cause: String) async throws {
            try await JSONSchema.check(end.stdout, is: "sweep", in: scratch)
            let hosts = try SweepDocument(end.stdout).hosts
            #expect(hosts.map(\.state) == [String](repeating: "abandoned", count: hosts.count))
            #expect(hosts.count >= 3)
            #expect(hosts.allSatisfy { $0.failure?.reason == "cancelled" })
            #expect(end.output.contains("\(cause) before this host's turn"))
            #expect(end.output.contains("\"verdict\": \"pass\"") == false)
        }

        @Test(arguments: [(SIGINT, "interrupted"), (SIGTERM, "terminated")])
        func `report what is there, in every format, and the rest with its reason`(
            signal: Int32, cause: String
        ) async throws {
            let peers = try (0..<6).map { _ in try SilentPeer() }
            let text = "\(scratch.path)/report.txt"
            let program = try scratch.start([
                "scan", "--inventory", try inventory(hanging(peers)), "--format", "json", "--report", "text=\(text)",
                "--handshake-seconds", "60",
            ])
            try await wait("four connections") { peers.filter(\.isContacted).count == 4 }
            // The three that answer need a tenth of this.
            try await Task.sleep(for: .seconds(3))
            let end = try await end(program, by: signal)
            try await JSONSchema.check(end.stdout, is: "sweep", in: scratch)
            let hosts = try SweepDocument(end.stdout).hosts
            let expected = [String](repeating: "abandoned", count: 6) + [String](repeating: "evaluated", count: 3)
            #expect(hosts.map(\.state) == expected)
            #expect(hosts.prefix(6).allSatisfy { $0.failure?.reason == "cancelled" && $0.verdicts.isEmpty })
            // Those that were talked to, and those whose turn never came.
            #expect(end.output.components(separatedBy: "\"detail\": \"\(cause)\"").count - 1 == 4)
            #expect(end.output.components(separatedBy: "\(cause) before this host's turn").count - 1 == 2)
            #expect(end.output.contains("\"complete\": false"))
            let report = String(decoding: try Scratch.read(text), as: UTF8.self)
            #expect(report.contains("judged 3 of 9 hosts; not judged: 6 abandoned\n"))
            #expect(peers.filter(\.isContacted).count == 4)
        }

        @Test(arguments: [(SIGINT, SIGINT), (SIGTERM, SIGINT), (SIGINT, SIGTERM)])
        func `end the program at once the second time`(first: Int32, second: Int32) async throws {
            // Nobody reads the report, so that the program cannot end by itself.
            let pipe = try InputPipe()
            defer {
                close(pipe.reading)
                close(pipe.writing)
            }
            _ = fcntl(pipe.writing, F_SETFL, O_NONBLOCK)
            let chunk = [UInt8](repeating: 0, count: 4096)
            while write(pipe.writing, chunk, chunk.count) > 0 {}
            let peer = try SilentPeer()
            let program = try scratch.start(
                ["scan", "--inventory", try inventory(hanging([peer]))],
                output: "/proc/\(getpid())/fd/\(pipe.writing)")
            try await wait("a connection") { peer.isContacted }
            program.signal(first)
            try await Task.sleep(for: .seconds(2))
            var status: Int32 = 0
            #expect(waitpid(program.pid, &status, WNOHANG) == 0)
            let start = ContinuousClock.now
            program.signal(second)
            while waitpid(program.pid, &status, WNOHANG) == 0, ContinuousClock.now - start < .seconds(5) {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(ContinuousClock.now - start < .seconds(1))
            #expect((status >> 8) & 0xFF == 128 + second)
        }

        @Test func `end it while a passphrase is asked for, and leave the terminal as it was`() async throws {
            let key = try await encryptedKey()
            let keyboard = try InputPipe()
            defer { close(keyboard.writing) }
            let scan = "\(Built.kubesweep) scan --inventory \(try inventory()) --identity \(key) --format json"
            let report = "\(scratch.path)/report.json"
            let command = "sh -c 'echo pid=$$.; exec \(scan) > \(report)'; echo status=$?; stty -a"
            let terminal = try Program(
                "/usr/bin/script", ["-qefc", command, "/dev/null"], in: scratch, input: .descriptor(keyboard.reading),
                environment: ["PATH": "/usr/bin:/bin", "HOME": scratch.path, "TERM": "dumb", "SHELL": "/bin/sh"])
            close(keyboard.reading)
            try await wait("the question") { terminal.outputSoFar.contains("passphrase of \(key): ") }
            let match = try #require(terminal.outputSoFar.firstMatch(of: #/pid=([0-9]+)\./#))
            kill(try #require(pid_t(match.output.1)), SIGTERM)
            let start = ContinuousClock.now
            let end = try await terminal.end()
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(end.output.contains("status=143"), "\(end.output)")
            #expect(end.output.contains(" echo "))
            let document = ProgramEnd(stdout: try Scratch.read(report), stderr: [], status: 143, wasKilled: false)
            try await checkNothingSeen(document, "terminated")
        }

        private func encryptedKey() async throws -> String {
            let path = "\(scratch.path)/key"
            let end = try await Program(
                "/usr/bin/ssh-keygen", ["-q", "-t", "ecdsa", "-a", "1", "-N", "open sesame", "-f", path], in: scratch,
                environment: ["PATH": "/usr/bin:/bin"]
            ).end()
            #expect(end.status == 0)
            return path
        }

        @Test func `end it while a passphrase is waited for on a descriptor`() async throws {
            let pipe = try InputPipe()
            defer { close(pipe.writing) }
            let program = try scratch.start(
                [
                    "scan", "--inventory", try inventory(), "--format", "json", "--identity", try await encryptedKey(),
                    "--passphrase-fd", "0",
                ], input: .descriptor(pipe.reading))
            close(pipe.reading)
            try await Task.sleep(for: .seconds(2))
            try await checkNothingSeen(try await end(program, by: SIGTERM), "terminated")
        }

        @Test func `end it while the agent is waited for`() async throws {
            let agent = try SilentAgent("\(scratch.path)/agent")
            let program = try scratch.start(
                ["scan", "--inventory", try inventory(), "--format", "json", "--identity", try await encryptedKey()],
                environment: ["SSH_AUTH_SOCK": agent.path])
            try await wait("a question to the agent") { agent.isContacted }
            try await checkNothingSeen(try await end(program, by: SIGINT), "interrupted")
        }

        @Test func `end it while ssh resolves ssh_config, and what that started`() async throws {
            let script = try scratch.write("sleep 600; exit 0\n", to: mark)
            let config = try scratch.write("Match exec \"/bin/sh \(script)\"\n  User nobody\n", to: "config")
            let program = try scratch.start([
                "scan", "--inventory", try inventory(), "--format", "json", "--ssh-config", config,
            ])
            try await wait("the command of Match exec") {
                try processes(with: mark).contains { $0.contains("/bin/sh") }
            }
            try await checkNothingSeen(try await end(program, by: SIGINT), "interrupted")
            #expect(try processes(with: mark) == [])
            #expect(try processes(with: config) == [])
        }

        @Test func `end it while a bastion is logged in to, with that login and its socket`() async throws {
            let bastion = try SilentPeer()
            let program = try scratch.start(
                [
                    "scan", "--inventory", try inventory(), "--format", "json",
                    "--proxy-jump", "\(mark)@127.0.0.1:\(bastion.port)", "--connect-seconds", "60",
                ])
            try await wait("the login") { bastion.isContacted }
            let login = try #require(try processes(with: mark).first { $0.hasPrefix("ssh ") })
            let socket = try #require(login.firstMatch(of: #/-S (\/tmp\/kubesweep-[^ \/]+)\//#)).output.1
            #expect(access(String(socket), F_OK) == 0)
            let end = try await end(program, by: SIGTERM)
            try await JSONSchema.check(end.stdout, is: "sweep", in: scratch)
            #expect(try SweepDocument(end.stdout).hosts.map(\.state) == ["abandoned", "abandoned", "abandoned"])
            #expect(try processes(with: mark) == [])
            #expect(access(String(socket), F_OK) != 0)
        }

        /// Lines whose names are hashed: whether one names a host is to be tried.
        private func hashedHosts(_ count: Int) throws -> String {
            let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
            var salt = [UInt8](repeating: 0, count: 20)
            let lines = (0..<count).map { number in
                for place in 0..<4 { salt[place] = UInt8(truncatingIfNeeded: number >> (8 * place)) }
                let text = Data(salt).base64EncodedString()
                return "|1|\(text)|\(text) \(key)\n"
            }
            return try scratch.write(lines.joined(), to: "hashed")
        }

        @Test(arguments: [[], ["--proxy-jump", "nobody@127.0.0.1:1"]])
        func `end it while hosts are looked up among hashed names`(options: [String]) async throws {
            let known = try hashedHosts(30_000)
            let config = try scratch.write("UserKnownHostsFile \(known)\n", to: "config")
            let clusters = (1...8).map { "  c\($0):\n    masters: [\"127.91.\($0).[1:250]\"]\n" }.joined()
            let inventory = try scratch.write(
                "version: 1\ndefaults: {port: 1, identity_file: \(fleet.state)/id_ed25519}\nclusters:\n\(clusters)",
                to: "many.yaml")
            let program = try scratch.start(
                ["scan", "--inventory", inventory, "--format", "json", "--ssh-config", config, "--no-history"] + options
            )
            let remark =
                "\(known), /etc/ssh/ssh_known_hosts, /etc/ssh/ssh_known_hosts2: looking 2000 hosts up among 30000 hashed names takes long"
            try await wait("the warning") { program.talkSoFar.contains(remark) }
            try await Task.sleep(for: .seconds(1))
            let end = try await end(program, by: SIGINT)
            let hosts = try SweepDocument(end.stdout).hosts
            #expect(hosts.count == 2000)
            #expect(hosts.count { $0.state == "abandoned" } > 100)
        }

        @Test func `end it while another program keeps known_hosts locked`() async throws {
            let known = try scratch.write("", to: "known_hosts")
            let holder = try Program(
                "/usr/bin/flock", ["-x", known, "/bin/sh", "-c", "echo held; exec sleep 600"], in: scratch,
                environment: ["PATH": "/usr/bin:/bin"])
            defer { holder.destroy() }
            try await wait("the lock") { holder.outputSoFar == "held\n" }
            let peer = try SilentPeer()
            let program = try scratch.start([
                "scan", "--inventory", try inventory(hanging([peer])), "--format", "json", "--known-hosts", known,
                "--accept-new-host-keys", "--handshake-seconds", "60",
            ])
            try await wait("a connection") { peer.isContacted }
            try await Task.sleep(for: .seconds(1))
            let end = try await end(program, by: SIGINT)
            let states = try SweepDocument(end.stdout).hosts.map(\.state)
            #expect(states.first == "abandoned")
            #expect(try Scratch.read(known) == [])
        }

        @Test func `end it with the proxy commands that it started`() async throws {
            let script = try scratch.write("trap '' TERM HUP; sleep 600\n", to: mark)
            let peers = [try SilentPeer(), try SilentPeer()]
            let proxied = hanging(peers, more: ", proxy_command: /bin/sh \(script)")
            let program = try scratch.start([
                "scan", "--inventory", try inventory(proxied), "--format", "json", "--proxy-seconds", "60",
            ])
            try await wait("two proxies") { try processes(with: mark).count >= 2 }
            try await Task.sleep(for: .seconds(2))
            let end = try await end(program, by: SIGINT)
            #expect(
                try SweepDocument(end.stdout).hosts.map(\.state) == [
                    "abandoned", "abandoned", "evaluated", "evaluated", "evaluated",
                ])
            #expect(try processes(with: mark) == [])
        }

        @Test(.enabled(if: LoopbackFleet.isRoot, "needs a mount namespace"))
        func `end it while a name service does not answer`() async throws {
            let service = try SilentNameService()
            let configuration = try scratch.write(
                "nameserver \(service.address)\noptions timeout:30 attempts:5\n", to: "resolv.conf")
            let lines = "  named:\n    masters: [{ name: cp1.named.example, host: cp1.\(mark).test }]\n"
            let program = try Program(
                "/usr/bin/unshare",
                [
                    "-m", "/bin/sh", "-c", "mount --bind \(configuration) /etc/resolv.conf && exec \"$@\"", "sh",
                    Built.kubesweep, "scan", "--inventory", try inventory(lines), "--format", "json",
                    "--ssh-config", "none", "--resolve-seconds", "60",
                ], in: scratch, environment: ["HOME": "\(scratch.path)/home", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"])
            try await wait("a question to the name service") { service.isAsked }
            try await Task.sleep(for: .seconds(2))
            let end = try await end(program, by: SIGTERM)
            try await JSONSchema.check(end.stdout, is: "sweep", in: scratch)
            let hosts = try SweepDocument(end.stdout).hosts
            #expect(hosts.map(\.state) == ["abandoned", "evaluated", "evaluated", "evaluated"])
        }
    }
}
