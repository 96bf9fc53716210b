import Foundation
import Testing

/// What a killed sweep may be gone on with. The history is rewritten into what a kill would have left.
extension SimulatedMasters.ScheduledSweeps {
    private var lenient: [String] { scan + ["--fail-on", "never", "--retries", "0"] }

    /// The newest sweep ends without its last host, and without having said that it finished.
    private static let killed = """
        UPDATE sweep SET finished = 0, ended = NULL WHERE id = (SELECT max(id) FROM sweep);
        DELETE FROM result WHERE sweep = (SELECT max(id) FROM sweep)
            AND host = (SELECT max(id) FROM host WHERE name LIKE 'cp3%');
        """

    private struct Listed: Decodable {
        struct Sweep: Decodable {
            let id: String
            let finished: Bool
            let partial: Bool
            let hosts: [String: Int]
        }
        let sweeps: [Sweep]
    }

    /// The newest first: whether it finished, whether it is of a part, and how many hosts it has.
    private func listed() async throws -> [String] {
        let end = try await scratch.kubesweep(["history", "--format", "json"])
        return try JSONDecoder().decode(Listed.self, from: Data(end.stdout)).sweeps.map { sweep in
            "\(sweep.finished ? "finished" : "killed") \(sweep.partial ? "part" : "all") \(sweep.hosts["total"] ?? -1)"
        }
    }

    @Test func `a sweep of other hosts is never made into one of the whole inventory, or the other way round`()
        async throws
    {
        #expect(try await scratch.kubesweep(lenient).status == 0)
        try await scratch.sql(Self.killed)
        let part = try await scratch.kubesweep(lenient + ["--resume", "--host", "cp1*"])
        let words = #/kubesweep: 20[^ ]+ was begun with another selection of hosts: a new sweep begins\n.*\n/#
        #expect(part.talk.wholeMatch(of: words) != nil, "\(part.talk)")
        #expect(part.output.contains("1 of 3 hosts in 1 cluster"))
        #expect(try await listed() == ["finished part 1", "killed all 3"])
        #expect(try await scratch.kubesweep(["status"]).status == 2)

        // A part that was killed is gone on with as that part only.
        let two = ["--host", "cp2*", "--host", "cp3*"]
        #expect(try await scratch.kubesweep(lenient + two).status == 0)
        try await scratch.sql(Self.killed)
        let other = try await scratch.kubesweep(lenient + ["--resume", "--host", "cp[13]*"])
        #expect(other.talk.wholeMatch(of: words) != nil, "\(other.talk)")
        #expect(try await scratch.kubesweep(lenient + two).status == 0)
        try await scratch.sql(Self.killed)
        let report = try await scratch.kubesweep(["report", "--sweep", try await newest()])
        #expect(report.output.contains("judged 1 of 2 hosts; not judged: 1 abandoned"), "\(report.output)")
        let same = try await scratch.kubesweep(lenient + ["--resume", "--host", "cp[23]*"])
        #expect(same.talk.contains(": 1 of 2 hosts are done\n"), "\(same.talk)")
        #expect(same.output.contains("judged 2 of 2 hosts"))
        try await scratch.sql(Self.killed)
        let all = try await scratch.kubesweep(lenient + ["--resume"])
        #expect(all.talk.wholeMatch(of: words) != nil, "\(all.talk)")
        #expect(all.output.contains("judged 3 of 3 hosts"))
        #expect(try await listed().prefix(2) == ["finished all 3", "killed part 2"])
    }

    @Test func `a sweep is gone on with for a day, or for as long as is said, and without a word to cron`() async throws
    {
        #expect(try await scratch.kubesweep(lenient).status == 0)
        try await scratch.sql(Self.killed)
        let begun = Date.now.addingTimeInterval(-25 * 3600).formatted(.iso8601)
        try await scratch.sql("UPDATE sweep SET started = '\(begun)' WHERE id = (SELECT max(id) FROM sweep)")
        let late = try await scratch.kubesweep(lenient + ["--resume"])
        #expect(
            late.talk.hasPrefix("kubesweep: \(try await newest(1)) was not begun within 24 h (--resume-hours): a new"),
            "\(late.talk)")
        #expect(try await listed() == ["finished all 3", "killed all 3"])
        try await scratch.sql("DELETE FROM sweep WHERE id = (SELECT max(id) FROM sweep)")
        let patient = try await scratch.kubesweep(lenient + ["--resume", "--resume-hours", "26"])
        #expect(patient.talk.contains(": 2 of 3 hosts are done\n"), "\(patient.talk)")
        #expect(try await listed() == ["finished all 3"])

        let none = try await scratch.kubesweep(lenient + ["--resume"])
        #expect(none.talk.hasPrefix("kubesweep: no sweep to go on with: a new one begins\n"))
        for change in ["", Self.killed] {
            try await scratch.sql(change)
            let cron = try await scratch.kubesweep(lenient + ["--resume", "--cron"])
            #expect(cron.output + cron.talk == "")
        }
    }

    @Test func `a waiver that ended while a sweep was interrupted waives nothing in it`() async throws {
        let policy = try scratch.write(
            "policy: ours\nextends: stackrox-2019\nparameters: {audit-retention-days: 90}\n", to: "ours.yaml")
        let end = Date.now.addingTimeInterval(-3600).formatted(.iso8601)
        let waivers = try scratch.write(
            """
            waivers:
              - id: logs
                check: apiserver-audit-log-maxage
                everywhere: true
                reason: The disks are small.
                owner: platform-team
                expires: "\(end)"

            """, to: "waivers.yaml")
        let scan = lenient + ["--policy", policy, "--waivers", waivers, "--format", "json"]
        #expect(try await scratch.kubesweep(scan).status == 0)
        try await scratch.sql(Self.killed)
        // It began while the waiver was in force.
        let begun = Date.now.addingTimeInterval(-2 * 3600).formatted(.iso8601)
        try await scratch.sql("UPDATE sweep SET started = '\(begun)' WHERE id = (SELECT max(id) FROM sweep)")
        let resumed = try await scratch.kubesweep(scan + ["--resume"])
        #expect(resumed.talk.contains(": 2 of 3 hosts are done\n"), "\(resumed.talk)")
        #expect(resumed.output.contains(#""started": "\#(begun)""#))
        #expect(resumed.output.contains(#""waived": 0"#))
        #expect(resumed.output.contains(#""ticket": null, "expired": true, "findings": 3"#))
        let stored = try await scratch.kubesweep(["report", "--format", "json"])
        #expect(stored.stdout == resumed.stdout)
    }

    private func newest(_ position: Int = 0) async throws -> String {
        let end = try await scratch.kubesweep(["history", "--format", "json"])
        let sweeps = try JSONDecoder().decode(Listed.self, from: Data(end.stdout)).sweeps
        return try #require(sweeps.dropFirst(position).first).id
    }
}
