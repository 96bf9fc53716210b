import Foundation
import Glibc
import Testing

extension SimulatedMasters {
    /// Three clean masters, reached as ssh_config says.
    @Suite(.fleet("clean"), .enabled(if: LoopbackFleet.isRoot, "the bastion is an sshd of this account"))
    struct ThroughBastions {
        let scratch: Scratch
        let fleet: LoopbackFleet

        init() throws {
            scratch = try Scratch()
            fleet = try LoopbackFleet.running()
        }

        private var place: [(String, String)] { fleet.replacements + [(scratch.path, "<SCRATCH>")] }

        /// An sshd that logs in this account with the fleet's key; ended by its caller.
        private func bastion(port: Int) async throws -> (program: Program, config: String) {
            let files = "\(scratch.path)/bastion"
            guard mkdir(files, 0o700) == 0 else { throw ScratchError("cannot make \(files)") }
            mkdir("/run/sshd", 0o755)
            for words in [
                ["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(files)/host"],
                ["/bin/cp", "\(fleet.state)/id_ed25519.pub", "\(files)/authorized_keys"],
                ["/bin/cp", "\(fleet.state)/id_ed25519", "\(files)/id"],
            ] {
                let end = try await Program(words[0], Array(words.dropFirst()), in: scratch, environment: [:]).end()
                guard end.status == 0 else { throw ScratchError(end.talk) }
            }
            chmod("\(files)/id", 0o600)
            let key = String(decoding: try Scratch.read("\(files)/host.pub"), as: UTF8.self)
            let words = key.split(separator: " ").prefix(2).joined(separator: " ")
            let known = try scratch.write("[127.77.30.1]:\(port) \(words)\n", to: "bastion/known_hosts")
            let sshd = try scratch.write(
                """
                ListenAddress 127.77.30.1:\(port)
                HostKey \(files)/host
                AuthorizedKeysFile \(files)/authorized_keys
                PidFile none
                StrictModes no
                UsePAM no
                UseDNS no
                LogLevel INFO

                """, to: "bastion/sshd_config")
            let config = try scratch.write(
                """
                Host bastion
                  HostName 127.77.30.1
                  Port \(port)
                  User root
                  IdentityFile \(files)/id
                  IdentitiesOnly yes
                  UserKnownHostsFile \(known)
                Host 127.77.*
                  ProxyJump bastion

                """, to: "bastion/ssh_config")
            let program = try Program(
                "/usr/sbin/sshd", ["-D", "-f", sshd, "-E", "\(files)/log"], in: scratch, environment: [:])
            for _ in 0..<500 {
                let log = (try? Scratch.read("\(files)/log")) ?? []
                if String(decoding: log, as: UTF8.self).contains("Server listening") { break }
                try await Task.sleep(for: .milliseconds(10))
            }
            return (program, config)
        }

        @Test func `are seen through a bastion as they are seen directly, for one login`() async throws {
            let (bastion, config) = try await bastion(port: 22_301)
            let direct = try await scratch.kubesweep(
                ["scan", "--inventory", fleet.inventory, "--format", "json", "--ssh-config", "none"])
            let through = try await scratch.kubesweep(
                ["scan", "--inventory", fleet.inventory, "--format", "json", "--ssh-config", config])
            bastion.signal(SIGTERM)
            _ = try await bastion.end()
            #expect(try SweepDocument(through.stdout).hosts.map(\.state) == ["evaluated", "evaluated", "evaluated"])
            #expect(Transcript.masked(through.output) == Transcript.masked(direct.output))
            let log = String(decoding: try Scratch.read("\(scratch.path)/bastion/log"), as: UTF8.self)
            #expect(log.split(separator: "Accepted publickey").count - 1 == 1)
        }

        @Test func `are signed in to through a bastion by the doctor, and the bastion sees one login`() async throws {
            let (bastion, config) = try await bastion(port: 22_304)
            let end = try await scratch.kubesweep(
                [
                    "doctor", "--format", "json", "--inventory", fleet.inventory, "--ssh-config", config, "--connect",
                ])
            bastion.signal(SIGTERM)
            _ = try await bastion.end()
            let document = try JSONDecoder().decode(SimulatedMasters.Doctor.Document.self, from: Data(end.stdout))
            let hosts = try #require(document.fleet).hosts
            #expect(hosts.map(\.route.way) == ["bastion", "bastion", "bastion"])
            #expect(hosts.map(\.route.leftToSSH) == [nil, nil, nil])
            #expect(hosts.map(\.trial?.reached) == [true, true, true], "\(end.talk)")
            let log = String(decoding: try Scratch.read("\(scratch.path)/bastion/log"), as: UTF8.self)
            #expect(log.split(separator: "Accepted publickey").count - 1 == 1)
        }

        /// Without a program ssh nobody else can have logged in to the bastion.
        @Test func `are seen through a bastion by this program alone`() async throws {
            let (bastion, _) = try await bastion(port: 22_303)
            guard mkdir("\(scratch.path)/home/.ssh", 0o700) == 0 else { throw ScratchError("cannot make .ssh") }
            for (file, name) in [("known_hosts", "known_hosts"), ("id", "id_ed25519")] {
                let copy = try scratch.write(
                    try Scratch.read("\(scratch.path)/bastion/\(file)"), to: "home/.ssh/\(name)")
                chmod(copy, 0o600)
            }
            let arguments = ["scan", "--inventory", fleet.inventory, "--format", "json", "--ssh-config", "none"]
            let direct = try await scratch.kubesweep(arguments)
            let through = try await scratch.kubesweep(
                arguments + ["--proxy-jump", "root@127.77.30.1:22303"], environment: ["PATH": "/nonexistent"])
            bastion.signal(SIGTERM)
            _ = try await bastion.end()
            #expect(try SweepDocument(through.stdout).hosts.map(\.state) == ["evaluated", "evaluated", "evaluated"])
            #expect(Transcript.masked(through.output) == Transcript.masked(direct.output))
            #expect(through.talk == direct.talk)
        }

        @Test func `leave no login behind when the sweep is ended`() async throws {
            let (bastion, config) = try await bastion(port: 22_302)
            let program = try scratch.start([
                "scan", "--inventory", fleet.inventory, "--ssh-config", config,
            ])
            try await Task.sleep(for: .milliseconds(300))
            program.signal(SIGTERM)
            let end = try await program.end()
            #expect(end.status == 143 || end.status == 2)
            let folder = "\(scratch.path)/bastion"
            #expect(try Self.commandLines().filter { $0.hasPrefix("ssh ") && $0.contains(folder) } == [])
            bastion.signal(SIGTERM)
            _ = try await bastion.end()
        }

        private static func commandLines() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { pid in
                guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return nil }
                return String(decoding: data.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
            }
        }

        @Test func `are reported with the bastion that cannot be reached`() async throws {
            let arguments = ["scan", "--inventory", fleet.inventory, "--proxy-jump", "ops@127.77.30.9:1"]
            let end = try await scratch.kubesweep(arguments)
            try Transcript.check(end, of: arguments, is: "bastion-dead", replacing: place)
            #expect(end.status == 2)
        }

        @Test func `are not tried with an ssh_config that ssh refuses`() async throws {
            let config = try scratch.write("Host *\n  Colour red\n", to: "broken")
            let arguments = ["scan", "--inventory", fleet.inventory, "--ssh-config", config]
            let end = try await scratch.kubesweep(arguments)
            try Transcript.check(end, of: arguments, is: "ssh-config-broken", replacing: place)
            #expect(end.status == 2)
        }

        @Test func `are reached without ssh, which is said with what is ignored`() async throws {
            let config = try scratch.write("Host *\n  ConnectTimeout 7\n  ProxyJump bastion\n", to: "ignored")
            let end = try await scratch.kubesweep(
                ["scan", "--inventory", fleet.inventory, "--ssh-config", config],
                environment: ["PATH": "/nonexistent"])
            #expect(
                end.talk.hasPrefix(
                    "kubesweep: there is no ssh here to read ssh_config with; ignored: "
                        + "\(config) (connecttimeout, proxyjump)\n"))
            #expect(end.output.contains("judged 3 of 3 hosts"))
        }
    }
}
