import Testing

extension SimulatedMasters {
    @Suite(.fleet("no-apiserver"))
    struct Worker {
        @Test func `is not taken for a master by lines that mention the API server`() async throws {
            let fleet = try LoopbackFleet.running()
            let arguments = ["scan", "--inventory", fleet.inventory]
            let end = try await Scratch().kubesweep(arguments)
            try Transcript.check(end, of: arguments, is: "no-apiserver", replacing: fleet.replacements)
            #expect(end.status == 2)
        }
    }

    @Suite(.fleet("two-apiservers"))
    struct TwoServers {
        @Test(arguments: ["text", "json"])
        func `are judged each for itself`(format: String) async throws {
            let fleet = try LoopbackFleet.running()
            let arguments = ["scan", "--inventory", fleet.inventory, "--format", format]
            let end = try await Scratch().kubesweep(arguments)
            try Transcript.check(end, of: arguments, is: "two-apiservers-\(format)", replacing: fleet.replacements)
            #expect(end.status == 3)
        }
    }

    /// Hosts whose answer is not a listing, or one that was made to mislead.
    @Suite(.fleet("hostile"))
    struct HostileAnswers {
        let scratch: Scratch
        let fleet: LoopbackFleet

        init() throws {
            scratch = try Scratch()
            fleet = try LoopbackFleet.running()
        }

        @Test func `reach neither terminal nor verdict`() async throws {
            let arguments = ["scan", "--inventory", fleet.inventory]
            let end = try await scratch.kubesweep(arguments)
            try Transcript.check(end, of: arguments, is: "hostile", replacing: fleet.replacements)
            #expect(!end.steersTerminal)
        }

        @Test func `colour is the only thing that steers a terminal`() async throws {
            let end = try await scratch.kubesweep(
                ["scan", "--inventory", fleet.inventory, "--color", "always"])
            let plain = end.output.replacing(#/\x{1B}\[(0|1|2|31|33|35|36|1;31)m/#, with: "")
            #expect(plain != end.output)
            #expect(!ProgramEnd(stdout: Array(plain.utf8), stderr: [], status: 0, wasKilled: false).steersTerminal)
        }

        @Test func `stay on the host that gave them, and none passes`() async throws {
            let end = try await scratch.kubesweep(
                ["scan", "--inventory", fleet.inventory, "--format", "json"])
            #expect(!end.steersTerminal)
            try await JSONSchema.check(end.stdout, is: "sweep", in: scratch)
            let hosts = try SweepDocument(end.stdout).hosts
            #expect(
                hosts.map { "\($0.name): \($0.state) \($0.failure?.reason ?? "-") pass \($0.verdicts["pass"] ?? 0)" }
                    == [
                        "bytes.lab.example: evaluated - pass 0",
                        "cut.lab.example: evaluated - pass 0",
                        "empty.lab.example: unreadable emptyOutput pass 0",
                        "no-header-cut.lab.example: evaluated - pass 0",
                        "no-header.lab.example: unreadable noHeader pass 0",
                        "other-command.lab.example: unreadable notAListing pass 0",
                    ])
        }
    }
}
