import Glibc
import Testing

extension SimulatedMasters {
    /// What `Scripts/demo` shows: four clusters, one hardened, one as kubeadm leaves it, one old, one out of reach.
    @Suite(.fleet("demo"))
    struct DemoFleet {
        let scratch: Scratch
        let fleet: LoopbackFleet

        init() throws {
            scratch = try Scratch()
            fleet = try LoopbackFleet.running()
        }

        @Test(
            arguments: [
                ("demo", [], 3),
                ("unreachable-json", ["--format", "json", "--cluster", "edge"], 2),
                ("demo-coloured", ["--color", "always", "--cluster", "edge", "--cluster", "prod-eu"], 3),
                ("unreachable", ["--cluster", "prod-eu", "--cluster", "edge", "--host", "cp1.*"], 2),
                ("host-key-changed", ["--host", "127.77.4.2", "--host", "cp1.prod-eu.example"], 2),
                ("findings", ["--cluster", "*g*g*"], 1),
                ("explicit", ["--cluster", "prod-eu", "--explicit"], 3),
                ("no-such-cluster", ["--cluster", "prod-*", "--cluster", "staging-*"], 64),
                ("no-such-host", ["--cluster", "prod-eu", "--host", "cp[!1-3]*"], 64),
                ("no-such-host-there", ["--cluster", "prod-eu", "--host", "cp1.edge.example"], 64),
            ] as [(String, [String], Int)])
        func `reports whole`(name: String, options: [String], status: Int) async throws {
            let arguments = ["scan", "--inventory", fleet.inventory] + options
            let end = try await scratch.kubesweep(arguments)
            try Transcript.check(end, of: arguments, is: name, replacing: fleet.replacements)
            #expect(end.status == status)
            if !options.contains("--color") { #expect(!end.steersTerminal) }
        }

        @Test(
            arguments: [
                // (options, exit status); prod-eu has one finding of severity high and three unknowns
                (["--cluster", "prod-eu"], 3),
                (["--cluster", "prod-eu", "--fail-on", "high"], 3),
                (["--cluster", "prod-eu", "--fail-on", "critical"], 2),
                (["--cluster", "prod-eu", "--min-coverage", "90"], 1),
                (["--cluster", "prod-eu", "--min-coverage", "90", "--fail-on", "critical"], 0),
                (["--cluster", "prod-eu", "--min-coverage", "90", "--fail-on", "never"], 0),
                // Neither of its hosts is seen, and no coverage is little enough for that.
                (["--cluster", "edge", "--min-coverage", "0"], 2),
                (["--cluster", "edge", "--min-coverage", "0.1"], 2),
                (["--concurrency", "1", "--per-cluster", "1"], 3),
                (["--user", "nobody", "--cluster", "legacy"], 2),
            ] as [([String], Int)])
        func `ends with the status that the options ask for`(options: [String], status: Int) async throws {
            let end = try await scratch.kubesweep(["scan", "--inventory", fleet.inventory] + options)
            #expect(end.status == status, "\(end.talk)")
        }

        @Test func `signs in with the key and as the user that the options name`() async throws {
            let key = try scratch.write("not a key\n", to: "key")
            chmod(key, 0o600)
            for (name, options) in [
                ("identity-unusable", ["--identity", key]), ("user-refused", ["--user", "nobody"]),
            ] {
                let arguments = ["scan", "--inventory", fleet.inventory, "--cluster", "legacy"] + options
                let end = try await scratch.kubesweep(arguments)
                try Transcript.check(
                    end, of: arguments, is: name, replacing: fleet.replacements + [(scratch.path, "<SCRATCH>")])
                #expect(end.status == 2)
            }
        }

        @Test func `never shows a neighbour's secret`() async throws {
            for format in ["text", "json"] {
                let end = try await scratch.kubesweep(
                    ["scan", "--inventory", fleet.inventory, "--format", format, "--color", "always"])
                #expect(!end.output.contains("not-for-any-report"))
                #expect(!end.talk.contains("not-for-any-report"))
                if format == "json" { try await JSONSchema.check(end.stdout, is: "sweep", in: scratch) }
            }
        }

        @Test func `writes reports to files beside the one on standard output`() async throws {
            let json = try scratch.write("an older report", to: "report.json")
            chmod(json, 0o644)
            let text = "\(scratch.path)/report.txt"
            let arguments = [
                "scan", "--inventory", fleet.inventory, "--cluster", "edge", "--report", "json=\(json)", "--report",
                "text=\(text)", "--color", "always",
            ]
            let end = try await scratch.kubesweep(arguments)
            #expect(end.status == 2)
            #expect(try SweepDocument(Scratch.read(json)).hosts.map(\.state) == ["unreachable", "unreachable"])
            for file in [json, text] {
                var information = stat()
                #expect(stat(file, &information) == 0)
                #expect(information.st_mode & 0o7777 == 0o600)
            }
            // The file is not a terminal, whatever standard output is taken for.
            #expect(end.output.contains("\u{1B}[1mCLUSTERS\u{1B}[0m"))
            let written = String(decoding: try Scratch.read(text), as: UTF8.self)
            #expect(written == end.output.replacing(#/\x{1B}\[[0-9;]*m/#, with: ""))
            #expect(try scratch.names().filter { $0.contains("part") } == [])
        }

        @Test func `shows the result also when a report cannot be written`() async throws {
            let arguments = [
                "scan", "--inventory", fleet.inventory, "--cluster", "edge", "--report",
                "json=\(scratch.path)/missing/report.json", "--report", "json=\(scratch.path)/report.json",
            ]
            let end = try await scratch.kubesweep(arguments)
            try Transcript.check(
                end, of: arguments, is: "report-unwritable",
                replacing: fleet.replacements + [(scratch.path, "<SCRATCH>")])
            #expect(end.status == 73)
            #expect(scratch.exists("report.json"))
        }
    }
}
