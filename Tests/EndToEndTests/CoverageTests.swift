import Foundation
import Testing

/// Nights on which masters are gone: silence must never stand for a fleet that nobody saw.
extension SimulatedMasters.ScheduledSweeps {
    private static let masters = ["cp1.prod.example", "cp2.prod.example", "cp3.prod.example"]

    private func startAgain(_ name: String) async throws {
        let file = name.prefix { $0 != "." }
        try await fleet.start("\(Built.package)/Tests/LoopbackFleet/clean/prod/\(file).host", in: scratch)
    }

    @Test func `a fleet that is not seen is told every night, and a host that is not seen the first night`()
        async throws
    {
        let night = ["scan", "--inventory", fleet.inventory, "--retries", "0", "--cron"]
        let first = try await scratch.kubesweep(night)
        #expect(first.status == 2, "\(first.talk)")
        let quiet = try await scratch.kubesweep(night)
        #expect(quiet.output + quiet.talk == "")
        #expect(quiet.status == 0)

        for master in Self.masters { try await fleet.stop(master, in: scratch) }
        let lost = try await scratch.kubesweep(night)
        #expect(lost.status == 2)
        #expect(
            lost.output.hasPrefix(
                """
                NOTHING SEEN  no host of 3 was judged; on all of them: connectionRefused (connect); check that sshd runs and listens on this port

                kubesweep diff  
                """))
        let body = "\(scratch.path)/body.json"
        let told = ["/bin/sh", "-c", "cat > \"$0\"", body].flatMap { ["--notify-command", $0] }
        let still = try await scratch.kubesweep(night + ["--notify-on", "regression"] + told)
        try Transcript.check(
            still, of: night, is: "cron-nothing-seen", replacing: fleet.replacements + [(scratch.path, "<SCRATCH>")])
        #expect(still.status == 2)
        try await JSONSchema.check(Scratch.read(body), is: "notice", in: scratch)
        let notice = String(decoding: try Scratch.read(body), as: UTF8.self)
        #expect(
            notice.contains(#""no host of 3 was judged; on all of them: connectionRefused (connect); "#), "\(notice)")

        // However little is asked for, and also where there is nothing to compare with.
        let lenient = try await scratch.kubesweep(night + ["--min-coverage", "0", "--fail-on", "never"])
        #expect(lenient.status == 2)
        #expect(Transcript.masked(lenient.output) == Transcript.masked(still.output))
        let fresh = ["--state-dir", "\(scratch.path)/fresh", "--min-coverage", "0", "--fail-on", "never"]
        let beginning = try await scratch.kubesweep(night + fresh)
        #expect(beginning.status == 2)
        #expect(beginning.talk.hasPrefix("kubesweep: no host of 3 was judged; on all of them: connectionRefused"))
        #expect(beginning.output.hasPrefix("kubesweep 0.1.0  policy stackrox-2019"))

        let status = try await scratch.kubesweep(["status"])
        #expect(status.status == 1)
        let words = status.output.split(separator: "\n").map(String.init)
        #expect(words.first == "the last finished sweep judged no host of 3")
        #expect(words[2] == "hosts      0 of 3 judged")
        #expect(
            words[3].wholeMatch(
                of: /not seen   3 hosts; for the longest time prod\/cp1.prod.example, last seen 20[-0-9]+T[:0-9]+Z, .*/)
                != nil, "\(words)")
        let json = try await scratch.kubesweep(["status", "--format", "json"])
        try await JSONSchema.check(json.stdout, is: "status", in: scratch)
        #expect(json.output.contains(#""healthy": false,"#) && json.output.contains(#""recent": true,"#))

        // Once the fleet is back, what is still missing was told, and is told no more.
        for master in Self.masters.dropLast() { try await startAgain(master) }
        let back = try await scratch.kubesweep(night)
        #expect(back.output.contains("2 hosts seen again"), "\(back.output)")
        let known = try await scratch.kubesweep(night)
        #expect(known.output + known.talk == "")
        #expect(known.status == 0)
        for (least, code) in [("66", 0), ("67", 1)] {
            #expect(try await scratch.kubesweep(["status", "--min-judged", least]).status == code)
        }

        // A coverage that is asked for by name decides: below it a night is never silent, above it a loss is told.
        let below = try await scratch.kubesweep(night + ["--min-coverage", "99"])
        #expect(below.status == 2)
        #expect(
            below.output.firstMatch(
                of:
                    /^TOO LITTLE SEEN  coverage is [0-9]+\.[0-9] %, below --min-coverage 99\n\nkubesweep diff  nothing changed\n/
            )
                != nil, "\(below.output)")
        #expect(below.talk == "kubesweep: exit status 2: no finding got worse, but too little was seen\n")
        try await fleet.stop(Self.masters[1], in: scratch)
        let above = try await scratch.kubesweep(night + ["--min-coverage", "10"])
        #expect(above.output.contains("1 host not seen any more"), "\(above.output)")
        #expect(above.talk == "")
        #expect(above.status == 0)
        for master in Self.masters.dropFirst() { try await startAgain(master) }
    }
}

extension SimulatedMasters.ScheduledSweeps {
    @Test func `what is to be noted of an inventory or of this machine every night is told by no quiet one`()
        async throws
    {
        let hosts = try fleet.inventoryText().matches(of: /name: (cp[^,]+), host: ([0-9.]+)/).map { match in
            "\(match.1) ansible_host=\(match.2)"
        }
        #expect(hosts.count == 3)
        let inventory = try scratch.write(
            """
            [kube_control_plane]
            \(hosts.joined(separator: "\n"))
            [kube_control_plane:vars]
            ansible_port=\(fleet.port)
            ansible_user=kubesweep-audit-\(fleet.port)
            ansible_password=never-used
            ansible_ssh_common_args=-o StrictHostKeyChecking=no

            """, to: "hosts")
        let known = String(decoding: try Scratch.read("\(fleet.state)/known_hosts"), as: UTF8.self)
        let knownHosts = try scratch.write(known + "127.0.0.9 ssh-ed25519 no-key-at-all\n", to: "known_hosts")
        let keys = ["--identity", "\(fleet.state)/id_ed25519", "--known-hosts", knownHosts]
        let scan = ["scan", "--inventory", inventory, "--agent", "\(scratch.path)/no-agent"] + keys
        let notes = [
            "StrictHostKeyChecking", "password", "\(knownHosts):\(known.split(separator: "\n").count + 1): line passed",
        ]
        let told = try await scratch.kubesweep(scan)
        for note in notes { #expect(told.talk.contains(note), "\(note): \(told.talk)") }
        for _ in 0..<2 {
            let cron = try await scratch.kubesweep(scan + ["--cron", "--resume"])
            #expect(cron.output + cron.talk == "")
            #expect(cron.status == 0)
        }
        // Where there is something to tell, what may have made it stands behind it.
        let policy = try scratch.write(
            "policy: ours\nextends: stackrox-2019\nparameters: {audit-retention-days: 90}\n", to: "ours.yaml")
        let loud = try await scratch.kubesweep(scan + ["--cron", "--policy", policy])
        #expect(loud.output.hasPrefix("kubesweep diff  3 new"))
        #expect(loud.talk.contains(notes[2]))
        #expect(!loud.talk.contains(notes[0]))
        #expect(loud.talk.hasSuffix("\nkubesweep: exit status 1: findings are new or got worse\n"))
        for command in [["inventory"], ["doctor"]] {
            let end = try await scratch.kubesweep(command + ["--inventory", inventory])
            #expect((end.output + end.talk).contains(notes[0]), "\(end.output) \(end.talk)")
        }
    }
}
