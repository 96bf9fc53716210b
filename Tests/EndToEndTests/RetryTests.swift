import Testing

extension SimulatedMasters {
    /// New attempts at hosts that did not let themselves be reached.
    @Suite(.fleet("clean"))
    struct Retries {
        let scratch: Scratch
        let fleet: LoopbackFleet

        init() throws {
            scratch = try Scratch()
            fleet = try LoopbackFleet.running()
        }

        private func inventory(_ door: FlakyDoor, user: String? = nil) throws -> String {
            let text = String(decoding: try Scratch.read(fleet.inventory), as: UTF8.self)
            let login = try #require(text.firstMatch(of: #/user: (\S+)/#)).output.1
            let keys = try Scratch.read("\(fleet.state)/known_hosts")
            let known = String(decoding: keys, as: UTF8.self).split(separator: "\n")
                .first { $0.contains("[127.77.10.1]:") }
            let key = try #require(known).split(separator: " ").dropFirst().joined(separator: " ")
            _ = try scratch.write("[127.0.0.1]:\(door.port) \(key)\n", to: "known_hosts")
            return try scratch.write(
                """
                version: 1
                defaults: {user: \(user ?? String(login)), known_hosts: known_hosts, identity_file: \(fleet.state)/id_ed25519}
                clusters:
                  prod:
                    kubernetes_version: "1.31"
                    masters: [{name: cp1.prod, host: 127.0.0.1, port: \(door.port)}]

                """, to: "inventory.yaml")
        }

        private func sweep(_ inventory: String, _ options: [String] = []) async throws -> ProgramEnd {
            try await scratch.kubesweep(
                ["scan", "--inventory", inventory, "--format", "json", "--min-coverage", "90"] + options)
        }

        private func door(closing first: Int) throws -> FlakyDoor {
            try FlakyDoor(to: "127.77.10.1", try #require(UInt16(fleet.port)), closing: first)
        }

        @Test func `reach a server that shed load at first`() async throws {
            let door = try door(closing: 2)
            let end = try await sweep(inventory(door))
            #expect(end.status == 0, "\(end.talk)")
            #expect(door.connections == 3)
            #expect(end.output.contains(#""attempts": 3"#))
            #expect(
                end.output.contains("answered at attempt 3, after throttled (handshake), throttled (handshake)"))
            try await JSONSchema.check(end.stdout, is: "sweep", in: scratch)
        }

        @Test func `are as many as the option says`() async throws {
            for (options, attempts, words) in [
                ([], 3, "; tried 3 times\""), (["--retries", "1"], 2, "; tried twice\""),
                (["--retries", "0"], 1, "before its version line\""),
            ] {
                let door = try door(closing: 100)
                let end = try await sweep(inventory(door), options)
                #expect(end.status == 2)
                #expect(door.connections == attempts)
                #expect(end.output.contains("\"attempts\": \(attempts)"))
                #expect(end.output.contains(words), "\(end.output)")
            }
        }

        @Test func `are never made after a refused key or an unknown host key`() async throws {
            let refused = try door(closing: 0)
            let end = try await sweep(inventory(refused, user: "nobody"))
            #expect(end.output.contains(#""reason": "authenticationRejected""#))
            #expect(end.output.contains(#""attempts": 1"#))
            #expect(refused.connections == 1)

            let unknown = try door(closing: 0)
            let inventory = try inventory(unknown)
            _ = try scratch.write("", to: "known_hosts")
            #expect(try await sweep(inventory).output.contains(#""reason": "hostKeyUnknown""#))
            #expect(unknown.connections == 1)
        }

        @Test func `end with the time for the host`() async throws {
            let door = try door(closing: 100)
            let start = ContinuousClock.now
            let end = try await sweep(inventory(door), ["--retries", "10", "--host-seconds", "1"])
            #expect(end.status == 2)
            #expect(door.connections < 11)
            #expect(start.duration(to: .now) < .seconds(20))
        }
    }
}
