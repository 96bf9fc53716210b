import Glibc
import Testing

extension SimulatedMasters {
    /// How keys are found and opened.
    @Suite(.fleet("clean"))
    struct Keys {
        let scratch: Scratch
        let fleet: LoopbackFleet

        init() throws {
            scratch = try Scratch()
            fleet = try LoopbackFleet.running()
        }

        private var arguments: [String] { ["scan", "--inventory", fleet.inventory, "--min-coverage", "90"] }

        /// The fleet's key, encrypted. One round of bcrypt, since the rounds are not the subject.
        private func encryptedKey(_ passphrase: String = "open sesame") async throws -> String {
            let bytes = try Scratch.read("\(fleet.state)/id_ed25519")
            let path = try scratch.write(bytes, to: "key")
            chmod(path, 0o600)
            _ = try await tool("/usr/bin/ssh-keygen", ["-q", "-p", "-a", "1", "-P", "", "-N", passphrase, "-f", path])
            return path
        }

        private func tool(
            _ path: String, _ arguments: [String], environment: [String: String] = [:]
        ) async throws -> ProgramEnd {
            let end = try await Program(
                path, arguments, in: scratch, environment: environment.merging(["PATH": "/usr/bin:/bin"]) { $1 }
            ).end()
            #expect(end.status == 0, "\(path): \(end.talk)")
            return end
        }

        @Test func `are opened by a passphrase on a descriptor`() async throws {
            let secret = try scratch.write("open sesame\nsecond line\n", to: "secret")
            let end = try await scratch.kubesweep(
                arguments + ["--identity", try await encryptedKey(), "--passphrase-fd", "0"], input: .file(secret))
            #expect(end.status == 0, "\(end.output)\(end.talk)")
            for text in [end.output, end.talk] { #expect(!text.contains("sesame")) }
        }

        @Test func `stay closed to a wrong passphrase, and nobody is contacted`() async throws {
            let secret = try scratch.write("open barley\n", to: "secret")
            let peer = try SilentPeer()
            let inventory = try scratch.write(
                """
                version: 1
                defaults: {user: audit, known_hosts: known_hosts}
                clusters:
                  prod: {masters: [{name: cp1.prod, host: 127.0.0.1, port: \(peer.port)}]}

                """, to: "inventory.yaml")
            _ = try scratch.write("", to: "known_hosts")
            let key = try await encryptedKey()
            let call = ["scan", "--inventory", inventory, "--identity", key]
            let place = [(scratch.path, "<SCRATCH>")]
            let wrong = try await scratch.kubesweep(call + ["--passphrase-fd", "0"], input: .file(secret))
            try Transcript.check(
                wrong, of: call + ["--passphrase-fd", "0"], is: "key-wrong-passphrase", replacing: place)
            #expect(wrong.status == 2)
            // As cron starts it: no terminal at all.
            let cron = try await Program(
                "/usr/bin/setsid", ["-w", Built.kubesweep] + call, in: scratch, environment: ["PATH": "/usr/bin:/bin"]
            ).end()
            try Transcript.check(cron, of: call, is: "key-locked", replacing: place)
            #expect(cron.status == 2)
            #expect(!peer.wasContacted())
        }

        @Test func `need a passphrase where one is announced`() async throws {
            for (text, problem) in [("", "the first line is empty"), ("\n", "the first line is empty")] {
                let end = try await scratch.kubesweep(
                    arguments + ["--passphrase-fd", "0"], input: .file(try scratch.write(text, to: "secret")))
                #expect(end.status == 66)
                #expect(end.talk == "kubesweep: --passphrase-fd 0: \(problem)\n")
            }
            let end = try await scratch.kubesweep(arguments + ["--passphrase-fd", "77"])
            #expect(end.status == 66)
            #expect(end.talk == "kubesweep: --passphrase-fd 77: no passphrase comes from this descriptor\n")
        }

        /// Runs a shell command on a terminal of its own and types lines, each once its prompt stands there.
        private func onTerminal(
            _ command: String, typing: [(prompt: String, line: String)]
        ) async throws -> ProgramEnd {
            let keyboard = try InputPipe()
            defer { close(keyboard.writing) }
            let terminal = try Program(
                "/usr/bin/script", ["-qefc", command, "/dev/null"], in: scratch,
                input: .descriptor(keyboard.reading),
                environment: ["PATH": "/usr/bin:/bin", "HOME": scratch.path, "TERM": "dumb", "SHELL": "/bin/sh"])
            close(keyboard.reading)
            let deadline = ContinuousClock.now + Program.timeLimit
            for (prompt, line) in typing {
                while !terminal.outputSoFar.contains(prompt), ContinuousClock.now < deadline {
                    try await Task.sleep(for: .milliseconds(10))
                }
                _ = line.withCString { write(keyboard.writing, $0, strlen($0)) }
            }
            return try await terminal.end()
        }

        @Test func `are asked for on the terminal, without showing what is typed`() async throws {
            let key = try await encryptedKey()
            let command = ([Built.kubesweep] + arguments + ["--identity", key]).joined(separator: " ")
            let end = try await onTerminal(
                "\(command) > /dev/null; echo status=$?; stty -a",
                typing: [
                    ("kubesweep: passphrase of \(key): ", "open barley\n"),
                    ("it does not open the key, try again (2 of 3); passphrase of \(key): ", "open sesame\n"),
                ])
            #expect(end.output.contains("status=0"), "\(end.output)")
            #expect(!end.output.contains("sesame"))
            #expect(!end.output.contains("barley"))
            #expect(end.output.contains(" echo "))
        }

        @Test func `are given up after three wrong answers`() async throws {
            let key = try await encryptedKey()
            let command = ([Built.kubesweep] + arguments + ["--identity", key]).joined(separator: " ")
            let end = try await onTerminal(
                "\(command); echo status=$?",
                typing: [("passphrase of", "one\n"), ("(2 of 3)", "two\n"), ("(3 of 3)", "three\n")])
            #expect(end.output.contains("keyLocked (credentials)"))
            #expect(end.output.contains("status=2"), "\(end.output)")
        }

        @Test func `an interrupt at the question ends the sweep and leaves the terminal as it was`() async throws {
            let key = try await encryptedKey()
            let command = ([Built.kubesweep] + arguments + ["--identity", key]).joined(separator: " ")
            // The shell must survive the interrupt to say what came of it.
            let end = try await onTerminal(
                "trap : INT; \(command) > /dev/null; echo status=$?; stty -a",
                typing: [("passphrase of", "\u{3}")])
            #expect(end.output.contains("status=130"), "\(end.output)")
            #expect(end.output.contains(" echo "))
        }

        /// And the environment that leads to it.
        private func agent(holding keys: [String]) async throws -> (program: Program, environment: [String: String]) {
            let socket = "\(scratch.path)/agent"
            let agent = try Program(
                "/usr/bin/ssh-agent", ["-D", "-a", socket], in: scratch, environment: ["PATH": "/usr/bin:/bin"])
            // The socket is there before the agent listens on it.
            let deadline = ContinuousClock.now + Program.timeLimit
            while ContinuousClock.now < deadline {
                let environment = ["PATH": "/usr/bin:/bin", "SSH_AUTH_SOCK": socket]
                let add = try Program("/usr/bin/ssh-add", ["-q"] + keys, in: scratch, environment: environment)
                if try await add.end().status == 0 { break }
                try await Task.sleep(for: .milliseconds(10))
            }
            return (agent, ["SSH_AUTH_SOCK": socket])
        }

        /// The fleet's inventory without a key.
        private func keyless() throws -> String {
            let text = String(decoding: try Scratch.read(fleet.inventory), as: UTF8.self)
                .replacing("identity_file: id_ed25519", with: "")
                .replacing("known_hosts: ", with: "known_hosts: \(fleet.state)/")
            return try scratch.write(text, to: "keyless.yaml")
        }

        @Test func `are the usual files alone with IdentitiesOnly, however many the agent holds`() async throws {
            var others: [String] = []
            for number in 1...6 {
                others.append("\(scratch.path)/other\(number)")
                _ = try await tool("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", others[number - 1]])
            }
            let (agent, here) = try await agent(holding: others)
            defer { agent.destroy() }
            mkdir("\(scratch.path)/home/.ssh", 0o700)
            let key = try scratch.write(
                try Scratch.read("\(fleet.state)/id_ed25519"), to: "home/.ssh/id_ed25519")
            chmod(key, 0o600)
            func scan(_ config: String) async throws -> ProgramEnd {
                let file = try scratch.write(config, to: "config")
                return try await scratch.kubesweep(
                    [
                        "scan", "--inventory", try keyless(), "--min-coverage", "90", "--ssh-config", file,
                        "--format", "json",
                    ],
                    environment: here)
            }
            let only = try await scan("IdentitiesOnly yes\n")
            #expect(only.status == 0, "\(only.output)\(only.talk)")
            // The agent's six come first, and only five of them are offered.
            let all = try await scan("IdentitiesOnly no\n")
            #expect(all.status == 2)
            #expect(all.output.contains("2 more not offered, since servers stop at 6 tries"))
        }

        @Test func `are signed for by the agent, also when only their public half is named`() async throws {
            let key = try await encryptedKey("")
            let (agent, here) = try await agent(holding: [key])
            defer { agent.destroy() }
            let publicHalf = try await tool("/usr/bin/ssh-keygen", ["-y", "-f", key])
            let named = try scratch.write(publicHalf.stdout, to: "key.pub")
            let locked = try await encryptedKey()
            for identity in [locked, named] {
                let end = try await scratch.kubesweep(arguments + ["--identity", identity], environment: here)
                #expect(end.status == 0, "\(end.output)\(end.talk)")
            }
            // Without an inventory's key the agent's are offered unasked.
            let call = ["scan", "--inventory", try keyless(), "--min-coverage", "90"]
            let offered = try await scratch.kubesweep(call, environment: here)
            #expect(offered.status == 0, "\(offered.output)\(offered.talk)")
            let refused = try await scratch.kubesweep(call + ["--agent", "none"], environment: here)
            #expect(refused.output.contains("no private key is given, none is in ~/.ssh, and no agent holds one"))
            #expect(refused.status == 2)
        }
    }
}
