import Glibc
import Testing

extension SimulatedMasters {
    /// Three masters on which nothing is wrong that a process table can show.
    @Suite(.fleet("clean"))
    struct CleanFleet {
        let scratch: Scratch
        let fleet: LoopbackFleet

        init() throws {
            scratch = try Scratch()
            fleet = try LoopbackFleet.running()
        }

        /// The one check of the default policy that no process table can answer.
        private func teamPolicy() throws -> String {
            try scratch.write(
                """
                policy: platform-team
                extends: stackrox-2019
                disable:
                  apiserver-encryption-provider-kind: the file is reviewed by the storage team every month

                """, to: "team.yaml")
        }

        private var place: [(String, String)] { fleet.replacements + [(scratch.path, "<SCRATCH>")] }

        @Test(arguments: ["text", "json"])
        func `says that all is clean, under a team's policy`(format: String) async throws {
            let arguments = [
                "scan", "--inventory", fleet.inventory, "--policy", try teamPolicy(), "--format", format,
            ]
            let end = try await scratch.kubesweep(arguments)
            try Transcript.check(end, of: arguments, is: "clean-\(format)", replacing: place)
            #expect(end.status == 0)
            if format == "json" { try await JSONSchema.check(end.stdout, is: "sweep", in: scratch) }
        }

        @Test(
            arguments: [
                // (options, exit status)
                ([], 2),
                (["--min-coverage", "97"], 0),
                (["--min-coverage", "99.5"], 2),
                // By the letter, a safe default is a finding.
                (["--explicit"], 3),
                (["--explicit", "--fail-on", "never", "--min-coverage", "0"], 0),
            ] as [([String], Int)])
        func `counts what cannot be seen against the coverage that is asked for`(
            options: [String], status: Int
        ) async throws {
            let end = try await scratch.kubesweep(["scan", "--inventory", fleet.inventory] + options)
            #expect(end.status == status, "\(end.talk)")
        }

        /// By the letter a safe default is a finding; somebody accepts them all.
        @Test func `ends well, or incomplete, where every failure is waived`() async throws {
            let report = "\(scratch.path)/report.json"
            let scan = ["scan", "--inventory", fleet.inventory, "--explicit"]
            let team = ["--policy", try teamPolicy()]
            let before = try await scratch.kubesweep(scan + team + ["--report", "json=\(report)"])
            #expect(before.status == 1)
            let suggested = try await scratch.kubesweep(["waivers", "suggest", "--report", report]).output
            let waivers = try scratch.write(
                suggested.replacing(/FILL IN a day.*/, with: "9999-12-31").replacing(/FILL IN .*/, with: "agreed"),
                to: "waivers.yaml")
            let lint = ["waivers", "lint", waivers, "--inventory", fleet.inventory]
            #expect(try await scratch.kubesweep(lint).output == "")
            let waived = try await scratch.kubesweep(scan + team + ["--waivers", waivers, "--format", "json"])
            #expect(waived.status == 0, "\(waived.talk)")
            try await JSONSchema.check(waived.stdout, is: "sweep", in: scratch)
            #expect(try await scratch.kubesweep(scan + ["--waivers", waivers]).status == 2)
        }

        @Test func `works without a standard input, a home or any other variable`() async throws {
            let arguments = ["scan", "--inventory", fleet.inventory, "--policy", try teamPolicy(), "--format", "text"]
            let program = try Program(Built.kubesweep, arguments, in: scratch, input: .closed, environment: [:])
            try Transcript.check(await program.end(), of: arguments, is: "clean-no-home", replacing: place)
        }

        @Test func `tells a terminal how far it is, and colours what it shows there`() async throws {
            let arguments = ["scan", "--inventory", fleet.inventory, "--policy", try teamPolicy()]
            let command = ([Built.kubesweep] + arguments).joined(separator: " ")
            let terminal = try Program(
                "/usr/bin/script", ["-qefc", command, "/dev/null"], in: scratch,
                environment: ["PATH": "/usr/bin:/bin", "HOME": scratch.path, "TERM": "xterm", "SHELL": "/bin/sh"])
            // Both streams are the terminal here.
            try Transcript.check(await terminal.end(), of: arguments, is: "clean-terminal", replacing: place)
        }

        @Test func `refuses hosts whose keys are not known, and tells of lines it cannot read`() async throws {
            // The second line was meant to revoke a key.
            let text = "# nobody\n@revoked 127.77.10.1\u{1B} ssh-ed25519\n"
            let arguments = [
                "scan", "--inventory", fleet.inventory, "--known-hosts", try scratch.write(text, to: "known_hosts"),
            ]
            let end = try await scratch.kubesweep(arguments)
            try Transcript.check(end, of: arguments, is: "host-keys-unknown", replacing: place)
            #expect(end.status == 2)
            #expect(try Scratch.read("\(scratch.path)/known_hosts") == Array(text.utf8))
        }

        /// The fleet's inventory without known_hosts.
        private func unknowing() throws -> String {
            try scratch.write(
                try fleet.inventoryText().replacing("known_hosts: \(fleet.state)/known_hosts", with: ""),
                to: "unknowing.yaml")
        }

        @Test(arguments: ["/dev/null", "none"])
        func `records no new host key where the user's file is turned off`(user: String) async throws {
            let global = try scratch.write("# the system's\n", to: "global")
            let config = try scratch.write(
                "UserKnownHostsFile \(user)\nGlobalKnownHostsFile \(global)\n", to: "config")
            let end = try await scratch.kubesweep([
                "scan", "--inventory", try unknowing(), "--ssh-config", config, "--accept-new-host-keys", "--format",
                "json",
            ])
            #expect(try SweepDocument(end.stdout).hosts.map(\.state) == ["evaluated", "evaluated", "evaluated"])
            #expect(try Scratch.read(global) == Array("# the system's\n".utf8))
            let words = " was not known and is not recorded: the user's known_hosts file is turned off"
            #expect(end.output.split(separator: words).count == 4)
        }

        @Test func `judges hosts whose new keys cannot be recorded, since another program has locked the file`()
            async throws
        {
            let known = try scratch.write("# kept as it is\n", to: "known_hosts")
            let holder = try Program(
                "/usr/bin/flock", ["-x", known, "/bin/sh", "-c", "echo held; exec sleep 600"], in: scratch,
                environment: ["PATH": "/usr/bin:/bin"])
            defer { holder.destroy() }
            while holder.outputSoFar != "held\n" { try await Task.sleep(for: .milliseconds(10)) }
            let start = ContinuousClock.now
            let end = try await scratch.kubesweep([
                "scan", "--inventory", try unknowing(), "--ssh-config", "none", "--known-hosts", known,
                "--accept-new-host-keys", "--format", "json",
            ])
            // Two seconds are waited for a lock, once.
            #expect(ContinuousClock.now - start > .seconds(2))
            #expect(try SweepDocument(end.stdout).hosts.map(\.state) == ["evaluated", "evaluated", "evaluated"])
            #expect(try Scratch.read(known) == Array("# kept as it is\n".utf8))
            let words = " was not known and could not be recorded: \(known): another program has locked it"
            #expect(end.output.split(separator: words).count == 4)
        }

        @Test func `records new host keys where it is told to, and from then on refuses others`() async throws {
            let known = try scratch.write("# kept as it is\n", to: "known_hosts")
            let policy = try teamPolicy()
            let strict = ["scan", "--inventory", fleet.inventory, "--policy", policy, "--known-hosts", known]
            let first = try await scratch.kubesweep(strict + ["--accept-new-host-keys"])
            try Transcript.check(
                first, of: strict + ["--accept-new-host-keys"], is: "host-keys-accepted", replacing: place)
            #expect(first.status == 0)
            var lines = String(decoding: try Scratch.read(known), as: UTF8.self).split(separator: "\n").map(String.init)
            #expect(lines.first == "# kept as it is")
            #expect(
                lines.dropFirst().map { $0.split(separator: " ").prefix(2).joined(separator: " ") }.sorted()
                    == (1...3).map { "[127.77.10.\($0)]:\(fleet.port) ssh-ed25519" })

            let second = try await scratch.kubesweep(strict)
            #expect(second.status == 0, "\(second.output)")

            // The first two hosts change keys.
            let entries = lines.indices.dropFirst()
            let keys = lines.map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
            for (index, other) in [(entries[1], entries[2]), (entries[2], entries[1])] {
                lines[index] = "\(lines[index].prefix { $0 != " " }) \(keys[other])"
            }
            _ = try scratch.write(lines.joined(separator: "\n") + "\n", to: "known_hosts")
            let third = try await scratch.kubesweep(strict + ["--accept-new-host-keys", "--format", "json"])
            #expect(third.status == 2)
            let hosts = try SweepDocument(third.stdout).hosts
            #expect(hosts.map(\.state).sorted() == ["evaluated", "unreachable", "unreachable"])
            #expect(hosts.compactMap(\.failure?.reason) == ["hostKeyChanged", "hostKeyChanged"])
            #expect(
                String(decoding: try Scratch.read(known), as: UTF8.self) == lines.joined(separator: "\n") + "\n")
        }

        // A host that takes the connection and never speaks stands beside the three.

        private func inventoryWithSilentHost(_ peer: SilentPeer, _ name: String) throws -> String {
            return try scratch.write(
                """
                \(try fleet.inventoryText())  silent:
                    masters:
                      - { name: cp1.silent.example, host: 127.0.0.1, port: \(peer.port) }

                """, to: "\(name).yaml")
        }

        /// A sweep under way, and the host in it that says nothing.
        private struct Waiting {
            let name: String
            let arguments: [String]
            let peer: SilentPeer
            let program: Program
        }

        private func start(_ name: String, _ options: [String] = []) throws -> Waiting {
            let peer = try SilentPeer()
            // Several run at once, each with a history of its own.
            let environment = ["XDG_STATE_HOME": "\(scratch.path)/\(name)-state"]
            let arguments = ["scan", "--inventory", try inventoryWithSilentHost(peer, name)] + options
            return Waiting(
                name: name, arguments: arguments, peer: peer,
                program: try scratch.start(arguments, environment: environment))
        }

        private func check(_ waiting: Waiting, status: Int) async throws {
            let end = try await waiting.program.end()
            try Transcript.check(
                end, of: waiting.arguments, is: waiting.name,
                replacing: place + [(":\(waiting.peer.port)", ":<SILENT>")])
            #expect(end.status == status)
        }

        @Test func `gives up on a host that says nothing, and on no other`() async throws {
            // Side by side, since all they do is wait.
            let sweeps = [
                try start("phase-deadline", ["--handshake-seconds", "4"]),
                try start("host-deadline", ["--host-seconds", "4"]),
                try start("sweep-deadline", ["--deadline-seconds", "4"]),
            ]
            for sweep in sweeps {
                try await check(sweep, status: 2)
                #expect(sweep.peer.wasContacted())
            }
        }

        @Test func `reports what was seen when it is stopped`() async throws {
            let sweeps = [
                (sweep: try start("interrupted"), signal: SIGINT, status: 130),
                (sweep: try start("terminated"), signal: SIGTERM, status: 143),
            ]
            for (sweep, _, _) in sweeps {
                while !sweep.peer.isContacted { try await Task.sleep(for: .milliseconds(10)) }
            }
            // The three that answer need a tenth of this.
            try await Task.sleep(for: .seconds(3))
            for (sweep, signal, status) in sweeps {
                let start = ContinuousClock.now
                sweep.program.signal(signal)
                try await check(sweep, status: status)
                #expect(ContinuousClock.now - start < .seconds(5))
            }
        }
    }
}
