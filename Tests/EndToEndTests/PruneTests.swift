import Foundation
import Testing

/// Old sweeps go, as the command tells it.
extension SimulatedMasters.ScheduledSweeps {
    private func ids() async throws -> [String] {
        let end = try await scratch.kubesweep(["history"])
        return end.output.split(separator: "\n").dropFirst().map { String($0.prefix { $0 != " " }) }
    }

    @Test func `prune names what would go, removes it, and waits for no sweep`() async throws {
        for _ in 0..<4 { #expect(try await scratch.kubesweep(scan + ["--fail-on", "never"]).status == 0) }
        let swept = try await ids()
        #expect(try await scratch.kubesweep(["history", "baseline", swept[2]]).status == 0)
        let old = Date.now.addingTimeInterval(-100 * 86_400).formatted(.iso8601)
        try await scratch.sql("UPDATE sweep SET started = '\(old)' WHERE id < (SELECT max(id) FROM sweep)")

        let prune = ["history", "prune", "--older-than-days", "90"]
        let trial = try await scratch.kubesweep(prune + ["--dry-run"])
        #expect(trial.output == "\(swept[3])\n\(swept[1])\n2 sweeps would be removed\n")
        #expect(trial.talk == "")
        #expect(trial.status == 0)
        #expect(try await ids().count == 4)
        #expect(try await scratch.kubesweep(["history", "prune", "--older-than-days", "110"]).output.hasPrefix("0 sw"))

        // A sweep that is under way refers to what others hold.
        let peer = try SilentPeer()
        let inventory = try scratch.write(
            """
            \(try fleet.inventoryText())  silent:
                masters:
                  - { name: cp1.silent.example, host: 127.0.0.1, port: \(peer.port) }

            """, to: "silent.yaml")
        let sweep = try scratch.start(["scan", "--inventory", inventory, "--handshake-seconds", "80"])
        while !peer.isContacted { try await Task.sleep(for: .milliseconds(10)) }
        let held = try await scratch.kubesweep(prune)
        #expect(held.talk.hasPrefix("kubesweep: a sweep is under way: pid \(sweep.pid) since 20"))
        #expect(held.status == 75)
        #expect(held.output == "")
        let during = try await scratch.kubesweep(prune + ["--dry-run"])
        #expect(during.output == trial.output)
        sweep.signal(SIGTERM)
        #expect(try await sweep.end().status == 143)

        let pruned = try await scratch.kubesweep(prune)
        let words = #/(20.+\n)(20.+\n)2 sweeps removed, ([0-9]+) bytes before, ([0-9]+) after\n/#
        let match = try #require(pruned.output.wholeMatch(of: words), "\(pruned.output)")
        #expect(match.1 + match.2 == "\(swept[3])\n\(swept[1])\n")
        #expect(pruned.status == 0)
        #expect(try await ids().dropFirst() == [swept[0], swept[2]])
        #expect(try await scratch.kubesweep(["history", "check"]).status == 0)
        let none = try await scratch.kubesweep(["history", "prune", "--older-than-days", "-1"])
        #expect(none.status == 64)
    }

    @Test func `a sweep that did not finish is no baseline, and without a history there is nothing to compare`()
        async throws
    {
        let none = try await scratch.kubesweep(["diff"])
        #expect(none.status == 4)
        #expect(
            none.talk == """
                kubesweep: no history at \(scratch.path)/home/.local/state/kubesweep/history.sqlite
                a sweep makes one: kubesweep scan

                """)
        #expect(none.output == "")

        #expect(try await scratch.kubesweep(scan + ["--fail-on", "never"]).status == 0)
        let sweep = try #require(try await ids().first)
        try await scratch.sql("UPDATE sweep SET finished = 0, ended = NULL")
        let mark = ["history", "baseline", sweep]
        let refused = try await scratch.kubesweep(mark)
        #expect(refused.status == 64)
        #expect(refused.talk.hasPrefix("kubesweep: \(sweep) did not finish: nothing can be compared with it\n"))
        #expect(!(try await scratch.kubesweep(["history"]).output.contains("baseline")))
        // A mark of before can be taken away.
        #expect(try await scratch.kubesweep(mark + ["--remove"]).status == 0)
        try await scratch.sql("UPDATE sweep SET finished = 1, ended = started")
        #expect(try await scratch.kubesweep(mark).status == 0)
        #expect(try await scratch.kubesweep(["history"]).output.contains("(baseline)"))
    }
}
