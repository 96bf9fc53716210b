import Testing

extension SimulatedMasters {
    /// 200 masters, and a process that may open hardly anything: hosts wait for their turn, and none fails for it.
    @Suite(.fleet("many"))
    struct FewDescriptors {
        let fleet: LoopbackFleet

        init() throws { fleet = try LoopbackFleet.running() }

        private func sweep(_ files: Int, _ options: [String]) async throws -> ProgramEnd {
            let scratch = try Scratch()
            let words = ["scan", "--inventory", fleet.inventory, "--format", "json"] + options
            return try await Program(
                "/bin/sh", ["-c", "ulimit -n \(files); exec \"$0\" \"$@\"", Built.kubesweep] + words, in: scratch,
                environment: ["HOME": "\(scratch.path)/home", "PATH": "/usr/bin:/bin"]
            ).end()
        }

        @Test(arguments: [40, 28]) func `a small limit on open files costs time and no host`(files: Int) async throws {
            let end = try await sweep(files, ["--per-cluster", "8", "--retries", "0"])
            #expect(end.status == 1, "\(end.talk)")
            let document = try SweepDocument(end.stdout)
            #expect(document.hosts.map(\.state) == Array(repeating: "evaluated", count: 200))
            let complaint = try #require(end.talk.split(separator: "\n").first)
            #expect(complaint.hasPrefix("kubesweep: at most "))
            #expect(
                complaint.contains(" hosts at once, not 128: this process may have \(files) files open (ulimit -Hn), "))
        }

        @Test func `a limit that is hopeless is said before the first packet`() async throws {
            let end = try await sweep(16, [])
            #expect(end.status == 70)
            #expect(end.talk == "kubesweep: this process may have 16 files open (ulimit -Hn), which is too few\n")
            #expect(end.output == "")
        }
    }
}
