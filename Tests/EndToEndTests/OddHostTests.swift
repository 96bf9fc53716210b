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

    /// More than any host has to say.
    @Suite(
        .fleet(answering: {
            let server = Listing.row(1301, Listing.server)
            let neighbour = Listing.row(900, String(repeating: "sleep ", count: 16000))
            return [
                (
                    "long-line",
                    Listing.header + Listing.row(1, "/sbin/init " + String(repeating: "x", count: 1 << 20)) + server
                ),
                ("modest", Listing.header + Listing.row(1, "/sbin/init") + server),
                // 9 MiB; reading stops at 8.
                ("too-much", Listing.header + server + String(repeating: neighbour, count: 98)),
            ]
        }))
    struct Floods {
        @Test func `are read to the limit, and only what is known of the rest is said`() async throws {
            let fleet = try LoopbackFleet.running()
            let scratch = try Scratch()
            let end = try await scratch.kubesweep(["scan", "--inventory", fleet.inventory, "--format", "json"])
            let hosts = try SweepDocument(end.stdout).hosts
            #expect(
                hosts.map { "\($0.state), \($0.evidence?.listing ?? "-")" } == [
                    "evaluated, proven", "evaluated, proven", "evaluated, cut: outputLimit",
                ])
            // Whatever else came, the same server passes and fails the same; behind a cut nothing passes.
            let whole = ["pass": 23, "fail": 6, "notApplicable": 9]
            #expect(hosts.map(\.verdicts) == [whole, whole, ["unknown": 23, "fail": 6, "notApplicable": 9]])
        }
    }
}
