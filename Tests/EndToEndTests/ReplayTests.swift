import Testing

/// What a policy would have said of stored nights.
extension SimulatedMasters.ScheduledSweeps {
    @Test func `replay judges every night by one policy, under the waivers that the night had`() async throws {
        let policy = try scratch.write(
            "policy: ours\nextends: stackrox-2019\nparameters: {audit-retention-days: 90}\n", to: "ours.yaml")
        let waivers = try scratch.write(
            """
            waivers:
              - id: logs
                check: apiserver-audit-log-maxage
                host: cp1*
                reason: The disk is small.
                owner: platform-team
                expires: 9999-12-31

            """, to: "waivers.yaml")
        let quiet = scan + ["--fail-on", "never"]
        let nights: [[String]] = [
            [], ["--policy", policy], ["--policy", policy, "--waivers", waivers], ["--host", "cp1*"],
        ]
        for options in nights { #expect(try await scratch.kubesweep(quiet + options).status == 0) }

        let replay = ["replay", "--policy", policy]
        let all = try await scratch.kubesweep(replay)
        try Transcript.check(all, of: replay, is: "replay", replacing: [(scratch.path, "<SCRATCH>")])
        #expect(all.status == 0)
        let json = try await scratch.kubesweep(replay + ["--format", "json"])
        try await JSONSchema.check(json.stdout, is: "replay", in: scratch)
        #expect(json.output.ranges(of: #""waivedThen": 1"#).count == 1)

        // By the policy of the night nothing differs, also where failures were waived.
        let ids = all.output.matches(of: /20[0-9]{6}T[0-9]{6}Z-[0-9a-f]{4}/).map { String($0.output) }
        for since in [ids[1], String(ids[1].dropLast(2))] {
            let later = try await scratch.kubesweep(replay + ["--since", since])
            let rows = later.output.split(separator: "\n").dropFirst(2).prefix(2).map { row in
                row.split(separator: " ").dropFirst().prefix(4).joined(separator: " ")
            }
            #expect(later.output.hasPrefix("policy ours over 2 sweeps\n"), "\(later.output) \(later.talk)")
            #expect(rows == ["3 3 0 0", "2 2 1 1"])
        }
        for (since, count) in [("2026-01-01", 3), ("2026-01-01T00:00:00+02:00", 3), ("latest", 1)] {
            let end = try await scratch.kubesweep(replay + ["--since", since])
            #expect(end.output.hasPrefix("policy ours over \(count) sweep"), "\(end.talk)")
        }
        let none = try await scratch.kubesweep(replay + ["--since", "9999-01-01"])
        #expect(none.status == 66)
        #expect(none.talk.hasPrefix("kubesweep: no finished sweep of that time in \(scratch.path)"))
        #expect(try await scratch.kubesweep(replay + ["--since", "20200101T000000Z-0000"]).status == 66)
    }

    @Test(arguments: ["11/28/2026", "yesterday", "2026-02-30", "2026-11-28T25:00:00Z", "2026-11-28garbage", "", "2026"])
    func `refuses to replay since what is no day, no time and no sweep`(since: String) async throws {
        let end = try await scratch.kubesweep(["replay", "--since", since])
        #expect(end.status == 64)
        #expect(end.talk.contains("'--since <date>'"))
    }
}
