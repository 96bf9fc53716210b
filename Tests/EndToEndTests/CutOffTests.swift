import Foundation
import Testing

/// A night on which a master is slow to answer, so that the sweep ends at its deadline.
extension SimulatedMasters.ScheduledSweeps {
    @Test func `a sweep that is cut off at its deadline says so first, and calls nothing resolved`() async throws {
        // Every master fails one check.
        let policy = try scratch.write(
            "policy: ours\nextends: stackrox-2019\nparameters: {audit-retention-days: 90}\n", to: "ours.yaml")
        let scan = scan + ["--policy", policy, "--retries", "0"]
        let first = try await scratch.kubesweep(scan + ["--cron"])
        #expect(first.status == 1, "\(first.talk)")

        try await fleet.stop("cp2.prod.example", in: scratch)
        let address = try #require(try fleet.address(of: "cp2.prod.example"))
        let port = try #require(UInt16(fleet.port))
        var peer: SilentPeer? = try SilentPeer(address, port: port)
        let body = "\(scratch.path)/body.json"
        let cut = scan + ["--cron", "--deadline-seconds", "4", "--concurrency", "1"]
        let told = ["/bin/sh", "-c", "cat > \"$0\"", body].flatMap { ["--notify-command", $0] }
        // Side by side, since all they do is wait.
        let mailed = try scratch.start(cut + told)
        let began = try scratch.start(cut + ["--state-dir", "\(scratch.path)/new"])
        let mail = try await mailed.end()
        let place = fleet.replacements + [(scratch.path, "<SCRATCH>")]
        try Transcript.check(mail, of: cut, is: "cron-cut-off", replacing: place)
        #expect(mail.status == 2)
        try await JSONSchema.check(Scratch.read(body), is: "notice", in: scratch)
        let cause = "the sweep's deadline of 4 s was reached"
        let early = #""endedEarly": {"cause": "\#(cause)", "hosts": 3, "abandoned": 2}"#
        #expect(String(decoding: try Scratch.read(body), as: UTF8.self).contains(early))

        // With nothing to compare with there is the report, and the mail begins with the same words all the same.
        let beginning = try await began.end()
        #expect(beginning.output.hasPrefix("kubesweep 0.1.0  policy ours"))
        #expect(beginning.output.contains("judged 1 of 3 hosts; not judged: 2 abandoned"))
        #expect(beginning.talk.hasPrefix("kubesweep: \(cause); because of it 2 of 3 hosts were not seen\n"))
        #expect(beginning.status == 1)

        // The history tells the same of it, as of a sweep that did not finish.
        let ids = try await sweeps()
        let again = try await scratch.kubesweep(["diff", ids[1], ids[0]])
        #expect(again.output == mail.output)
        #expect(again.status == 2)
        let json = try await scratch.kubesweep(["diff", ids[1], ids[0], "--format", "json"])
        try await JSONSchema.check(json.stdout, is: "diff", in: scratch)
        #expect(json.output.contains(early))
        let shown = try await scratch.kubesweep(["history", "show", ids[0]])
        #expect(shown.output.contains("  (not finished)\n"))
        #expect(shown.output.contains("Z, \(cause)\n"))
        // Without names it is the newer one, unless a signal that nobody can catch had ended it.
        #expect(try await scratch.kubesweep(["diff"]).output == mail.output)
        let kept = "\(scratch.path)/kept"
        try await sql(
            "VACUUM INTO '\(kept)'; UPDATE sweep SET ended = NULL, ended_by = NULL WHERE name = '\(ids[0])'")
        let passed = try await scratch.kubesweep(["diff"])
        #expect(
            passed.talk == """
                kubesweep: \(ids[0]) is passed over: it did not finish; go on with it: kubesweep scan --resume
                kubesweep: there is no sweep before \(ids[1])
                kubesweep history list shows what there is

                """)
        #expect(passed.status == 4)
        try await sql(
            """
            ATTACH '\(kept)' AS kept;
            UPDATE sweep SET (ended, ended_by) = (SELECT ended, ended_by FROM kept.sweep AS was WHERE was.id = sweep.id)
            """)

        // Gone on with, it is like any other, and nothing changed.
        peer = nil
        #expect(peer == nil)
        try await fleet.start("\(Built.package)/Tests/LoopbackFleet/clean/prod/cp2.host", in: scratch)
        let resumed = try await scratch.kubesweep(scan + ["--diff", "--resume"])
        #expect(resumed.talk.contains(": 1 of 3 hosts are done\n"))
        #expect(resumed.output.hasPrefix("kubesweep diff  nothing changed\n"), "\(resumed.output)")
        #expect(resumed.status == 0)
        #expect(try await sweeps() == ids)
        let listed = try await scratch.kubesweep(["history", "--format", "json"])
        try await JSONSchema.check(listed.stdout, is: "history", in: scratch)
        #expect(listed.output.ranges(of: #""endedBy": null"#).count == 2)
    }

    /// Python's SQLite, which comes with the validator of JSON schemas.
    private func sql(_ statements: String) async throws {
        let database = "\(scratch.path)/home/.local/state/kubesweep/history.sqlite"
        let program = try Program(
            "/usr/bin/python3",
            [
                "-c",
                "import sqlite3, sys; sqlite3.connect(sys.argv[1], isolation_level=None).executescript(sys.argv[2])",
            ]
                + [database, statements], in: scratch, environment: ["PATH": "/usr/bin:/bin"])
        let end = try await program.end()
        #expect(end.status == 0, "\(end.talk)")
    }

    /// The newest first.
    private func sweeps() async throws -> [String] {
        struct History: Decodable {
            struct Sweep: Decodable { let id: String }
            let sweeps: [Sweep]
        }
        let end = try await scratch.kubesweep(["history", "--format", "json"])
        return try JSONDecoder().decode(History.self, from: Data(end.stdout)).sweeps.map(\.id)
    }
}

extension LoopbackFleet {
    fileprivate func address(of name: String) throws -> String? {
        let line = try inventoryText().split(separator: "\n").first { $0.contains("name: \(name),") }
        return line?.firstMatch(of: #/host: ([0-9.]+)/#).map { String($0.output.1) }
    }
}
