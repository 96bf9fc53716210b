import Foundation
import Testing

extension SimulatedMasters {
    /// What masters disagree on, told from a history of four nights in which one cluster goes over to another value.
    @Suite(.fleet("drift"))
    struct Drift {
        let scratch: Scratch
        let fleet: LoopbackFleet

        init() throws {
            scratch = try Scratch()
            fleet = try LoopbackFleet.running()
        }

        @Test func `a rolling change is told from a lasting difference, and both from what is rare`() async throws {
            var nights: [Night] = []
            nights.append(try await night(after: []))
            try await check([], is: "1-baseline", nights)

            try await roll("cp1")
            nights.append(try await night(after: nights))
            try await check(["--label", "environment"], is: "2-one-master", nights)

            try await roll("cp2")
            nights.append(try await night(after: nights))
            try await check(["--label", "environment"], is: "3-two-masters", nights)
            let json = ["--label", "environment", "--format", "json"]
            let document = try await check(json, is: "3-json", nights)
            try await JSONSchema.check(document.stdout, is: "drift", in: scratch)

            try await roll("cp3")
            nights.append(try await night(after: nights))
            try await check(["--label", "environment"], is: "4-all-masters", nights)

            // By a label that no cluster has all are one environment. Looking back at one sweep says nothing of the rest.
            try await check(["--label", "none", "--depth", "1"], is: "4-no-label", nights)
            // The night before, as it was told then.
            let earlier = try await scratch.kubesweep(["drift", "--sweep", nights[2].id] + json)
            #expect(earlier.stdout == document.stdout)
        }

        /// One sweep, and when it began.
        private struct Night: Decodable {
            let id: String
            let started: String
        }

        private struct Document: Decodable {
            let sweep: Night
        }

        /// Each begins in a second of its own, so that the times tell which is meant.
        private func night(after nights: [Night]) async throws -> Night {
            while Date.now.formatted(.iso8601) == nights.last?.started { try await Task.sleep(for: .milliseconds(20)) }
            let scan = try await scratch.kubesweep([
                "scan", "--inventory", fleet.inventory, "--min-coverage", "0", "--fail-on", "never",
            ])
            #expect(scan.status == 0, "\(scan.talk)")
            let drift = try await scratch.kubesweep(["drift", "--format", "json"])
            return try JSONDecoder().decode(Document.self, from: Data(drift.stdout)).sweep
        }

        private func roll(_ host: String) async throws {
            try await fleet.stop("\(host).core.example", in: scratch)
            try await fleet.start("\(Built.package)/Tests/LoopbackFleet/drift/changed/core/\(host).host", in: scratch)
        }

        @discardableResult
        private func check(_ options: [String], is name: String, _ nights: [Night]) async throws -> ProgramEnd {
            let arguments = ["drift"] + options
            let end = try await scratch.kubesweep(arguments)
            let names = nights.enumerated().flatMap { number, night in
                [(night.id, "<SWEEP-\(number + 1)>"), (night.started, "<TIME-\(number + 1)>")]
            }
            try Transcript.check(end, of: arguments, is: "drift-\(name)", replacing: names)
            #expect(end.status == 0)
            #expect(!end.steersTerminal)
            return end
        }
    }
}
