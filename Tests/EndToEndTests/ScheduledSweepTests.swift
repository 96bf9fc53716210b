import Foundation
import Glibc
import Testing

extension SimulatedMasters {
    /// What a schedule needs beside the story of `Nights`: one sweep at a time, its turn, notices, and its dead-man check.
    @Suite(.fleet("clean"))
    struct ScheduledSweeps {
        let scratch: Scratch
        let fleet: LoopbackFleet

        init() throws {
            scratch = try Scratch()
            fleet = try LoopbackFleet.running()
        }

        var scan: [String] { ["scan", "--inventory", fleet.inventory, "--min-coverage", "0"] }

        // One at a time.

        @Test func `a second sweep ends with 75 and the holder's name, or waits for its turn`() async throws {
            let peer = try SilentPeer()
            let inventory = try scratch.write(
                """
                \(try fleet.inventoryText())  silent:
                    masters:
                      - { name: cp1.silent.example, host: 127.0.0.1, port: \(peer.port) }

                """, to: "silent.yaml")
            let first = try scratch.start(["scan", "--inventory", inventory, "--handshake-seconds", "80"])
            while !peer.isContacted { try await Task.sleep(for: .milliseconds(10)) }

            let second = try await scratch.kubesweep(scan + ["--cron"])
            #expect(second.status == 75)
            #expect(second.output == "")
            #expect(second.talk.hasPrefix("kubesweep: another sweep is under way: pid \(first.pid) since 20"))
            let status = try await scratch.kubesweep(["status"])
            #expect(status.status == 2)
            #expect(status.output.contains("under way  pid \(first.pid) since 20"))
            let impatient = try await scratch.kubesweep(scan + ["--wait-seconds", "0.5"])
            #expect(impatient.status == 75)

            let patient = try scratch.start(scan + ["--wait-seconds", "60"])
            first.signal(SIGTERM)
            #expect(try await first.end().status == 143)
            #expect(try await patient.end().status == 0)
        }

        // A part of the inventory.

        @Test func `a part of the inventory is compared with what the last night saw of it`() async throws {
            #expect(try await scratch.kubesweep(scan + ["--cron"]).status == 0)
            let part = try await scratch.kubesweep(scan + ["--cron", "--host", "cp1.prod.example"])
            #expect(part.output == "" && part.talk == "" && part.status == 0)
            let told = try await scratch.kubesweep(scan + ["--diff", "--host", "cp2.prod.example"])
            #expect(told.output.hasPrefix("kubesweep diff  nothing changed\n"), "\(told.output)")
            let diff = try await scratch.kubesweep(["diff"])
            let passed =
                "is passed over, and 1 more before it: it looked at a part of its inventory only; name it to compare it\n"
            #expect(diff.talk.contains(passed), "\(diff.talk)")
            #expect(diff.status == 4)
        }

        // Its turn.

        @Test func `a machine waits for its turn, the same each time, and ends at once when told`() async throws {
            var delays: [String] = []
            for state in ["one", "one", "other"] {
                let program = try scratch.start(
                    scan + ["--splay-seconds", "80000", "--state-dir", "\(scratch.path)/\(state)"])
                while program.talkSoFar.last != "\n" { try await Task.sleep(for: .milliseconds(10)) }
                let start = ContinuousClock.now
                program.signal(SIGTERM)
                let end = try await program.end()
                #expect(ContinuousClock.now - start < .seconds(3))
                #expect(end.status == 143)
                #expect(end.output == "")
                #expect(end.talk.wholeMatch(of: #/kubesweep: begins in [0-9]+ s \(--splay-seconds\)\n/#) != nil)
                delays.append(end.talk)
                // Nothing was made yet.
                #expect(!scratch.exists(state))
            }
            #expect(delays[0] == delays[1])
            #expect(delays[0] != delays[2])
        }

        // Who is told.

        @Test func `a program gets the changes as JSON, and what it fails with is recorded`() async throws {
            let body = "\(scratch.path)/body.json"
            func told(_ words: [String], _ options: [String] = []) async throws -> ProgramEnd {
                try await scratch.kubesweep(
                    scan + ["--fail-on", "never"] + words.flatMap { ["--notify-command", $0] } + options)
            }
            let first = try await told(["/bin/sh", "-c", "cat > \"$0\"", body])
            #expect(first.status == 0, "\(first.talk)")
            #expect(first.talk == "kubesweep: exit status 0: complete, nothing to report\n")
            try await JSONSchema.check(Scratch.read(body), is: "notice", in: scratch)
            let document = try JSONDecoder().decode(NoticeDocument.self, from: Data(Scratch.read(body)))
            #expect(document.changed)
            #expect(document.comparedWith == nil)
            #expect(document.notCompared?.hasPrefix("this is the first sweep in ") == true)
            #expect(document.hosts == ["total": 3, "evaluated": 3, "lost": 0, "back": 0])

            // Nothing changed: nobody is told, but where they always want to be.
            unlink(body)
            #expect(try await told(["/bin/sh", "-c", "cat > \"$0\"", body]).status == 0)
            #expect(!scratch.exists("body.json"))
            #expect(try await told(["/bin/sh", "-c", "cat > \"$0\"", body], ["--notify-on", "always"]).status == 0)
            let again = try JSONDecoder().decode(NoticeDocument.self, from: Data(Scratch.read(body)))
            #expect(!again.changed)
            #expect(again.comparedWith != nil)

            let failures = [
                (["/bin/sh", "-c", "echo 'no \u{1B}[31mmail' >&2; exit 7"], #"exit status 7: no \u{1b}[31mmail"#),
                (["sleep", "60"], "it took longer than 1 s"),
                (["yes"], "it wrote more than 64 KiB"),
                (["/nowhere/mail"], "/nowhere/mail is not installed"),
            ]
            for (words, failure) in failures {
                let end = try await told(words, ["--notify-on", "always", "--notify-seconds", "1"])
                #expect(end.status == 0)
                #expect(end.talk.contains("kubesweep: the command was not told: \(failure)\n"), "\(end.talk)")
                let shown = try await scratch.kubesweep(["history", "show"])
                #expect(shown.output.contains("notice     command not told: \(failure), 20"), "\(shown.output)")
                let status = try await scratch.kubesweep(["status"])
                #expect(status.status == 0)
                #expect(status.output.contains("notice     command not told: \(failure), 20"))
            }
        }

        @Test func `a webhook gets the same signed, with neither URL nor secret on a command line`() async throws {
            let secret = try scratch.write("tell nobody\n", to: "secret")
            let receiver = try WebhookReceiver(in: scratch)
            try await receiver.start()
            let url = "http://127.0.0.1:\(try receiver.port)"
            func told(_ path: String) async throws -> ProgramEnd {
                let file = try scratch.write("\(url)\(path)\n", to: "url")
                return try await scratch.kubesweep(
                    scan + [
                        "--webhook", "@\(file)", "--webhook-secret-file", secret, "--notify-on", "always",
                        "--notify-seconds", "2", "--fail-on", "never",
                    ])
            }
            let end = try await told("/hook-0815")
            #expect(end.status == 0)
            #expect(end.talk == "kubesweep: exit status 0: complete, nothing to report\n")
            // Checked by Python's hmac.
            #expect(
                try receiver.log == """
                    POST /hook-0815 application/json signature good, arguments clean

                    """)
            try await JSONSchema.check(Scratch.read("\(scratch.path)/received.json"), is: "notice", in: scratch)
            for (path, failure) in [
                ("/status/500", "HTTP status 500"), ("/redirect", "HTTP status 302"),
                ("/hang", "it took longer than 2 s"),
            ] {
                let end = try await told(path)
                #expect(end.status == 0)
                #expect(end.talk.contains("kubesweep: the webhook was not told: \(failure)"), "\(end.talk)")
            }
            #expect(!(try receiver.log.contains("/elsewhere")))
            try await receiver.end()
            let shown = try await scratch.kubesweep(["history", "show"])
            #expect(shown.output.contains("notice     webhook not told: it took longer than 2 s, 20"))
        }

        @Test(arguments: [
            "http://hooks.example/x", "ftp://localhost/", "https://", "http://127.0.0.1@hooks.example/",
            "http://localhost.hooks.example/", "https://hooks.example/a b", "https://hooks.example/\nurl=x",
        ])
        func `refuses a webhook that would send findings in the clear`(url: String) async throws {
            let end = try await scratch.kubesweep(scan + ["--webhook", url])
            #expect(end.status == 64)
            #expect(
                end.talk == """
                    kubesweep: --webhook must be an https URL, or an http URL of localhost, without blanks
                    nothing was contacted

                    """)
        }

        // The dead-man check.

        @Test func `status tells whether the last whole sweep is recent enough`() async throws {
            let none = try await scratch.kubesweep(["status", "--format", "json"])
            #expect(none.status == 2)
            try await JSONSchema.check(none.stdout, is: "status", in: scratch)
            // A sweep of one host is not the fleet's.
            _ = try await scratch.kubesweep(scan + ["--host", "cp1*"])
            #expect(try await scratch.kubesweep(["status"]).status == 2)

            _ = try await scratch.kubesweep(scan)
            let recent = try await scratch.kubesweep(["status", "--max-age", "90m"])
            #expect(recent.status == 0)
            #expect(recent.output.hasPrefix("the last sweep is recent enough\nlast       20"))
            try await Task.sleep(for: .seconds(2))
            let old = try await scratch.kubesweep(["status", "--max-age", "1s", "--format", "json"])
            #expect(old.status == 1)
            try await JSONSchema.check(old.stdout, is: "status", in: scratch)
            #expect(try await scratch.kubesweep(["status", "--max-age", "26"]).status == 64)
        }

        // Documents that no golden file holds, because the program alone makes them.

        @Test func `history, diff and replay print documents that their schemas allow`() async throws {
            for _ in 0..<2 { _ = try await scratch.kubesweep(scan) }
            for (arguments, schema) in [
                (["history", "--format", "json"], "history"), (["diff", "--format", "json"], "diff"),
                (["replay", "--format", "json"], "replay"), (["report", "--format", "json"], "sweep"),
            ] {
                let end = try await scratch.kubesweep(arguments)
                #expect([0, 1, 2, 3].contains(end.status), "\(end.talk)")
                try await JSONSchema.check(end.stdout, is: schema, in: scratch)
            }
        }
    }
}

private struct NoticeDocument: Decodable {
    let changed: Bool
    let comparedWith: String?
    let notCompared: String?
    let hosts: [String: Int]
}
