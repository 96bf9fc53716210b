import Foundation
import Testing

/// Waivers that are suggested from the history.
extension SimulatedMasters.ScheduledSweeps {
    @Test func `waivers are suggested of the last whole sweep, of another, and of its report alike`() async throws {
        let policy = try scratch.write(
            "policy: ours\nextends: stackrox-2019\nparameters: {audit-retention-days: 90}\n", to: "ours.yaml")
        let scan = scan + ["--policy", policy]
        #expect(try await scratch.kubesweep(scan).status == 1)
        // Not the fleet's.
        #expect(try await scratch.kubesweep(scan + ["--host", "cp1*"]).status == 1)

        let suggest = ["waivers", "suggest"]
        let suggested = try await scratch.kubesweep(suggest)
        try Transcript.check(suggested, of: suggest, is: "waivers-suggest-history")
        #expect(suggested.status == 0)
        let report = "\(scratch.path)/report.json"
        #expect(try await scratch.kubesweep(["report", "--report", "json=\(report)"]).status == 0)
        let ofReport = try await scratch.kubesweep(suggest + ["--report", report])
        #expect(ofReport.stdout == suggested.stdout)
        #expect(ofReport.talk == "")

        let listed = try await scratch.kubesweep(["history"])
        let partial = try #require(listed.output.split(separator: "\n").dropFirst().first?.prefix { $0 != " " })
        let ofPart = try await scratch.kubesweep(suggest + ["--sweep", String(partial)])
        #expect(ofPart.talk == "kubesweep: of \(partial): 1 of 1 hosts were judged\n")
        #expect(ofPart.output.contains("    # medium, on 1 host\n"))
        #expect(try await scratch.kubesweep(suggest + ["--sweep", "2020-01-01"]).status == 66)

        // Once they are filled in and used, there is nothing left to suggest.
        let text = suggested.output.replacing(/FILL IN a day.*/, with: "9999-12-31")
            .replacing("FILL IN ", with: "")
        let waivers = try scratch.write(text, to: "waivers.yaml")
        let waived = try await scratch.kubesweep(scan + ["--waivers", waivers])
        #expect(waived.status == 0, "\(waived.talk)")
        let rest = try await scratch.kubesweep(suggest)
        #expect(rest.output == "# No failure counts, so that there is nothing to waive.\nwaivers: []\n")
    }
}
