import Foundation
import Glibc
import Testing

extension SimulatedMasters {
    /// One fleet night after night, as `scan --cron` tells it.
    @Suite(.fleet("nights"))
    struct Nights {
        let scratch: Scratch
        let fleet: LoopbackFleet

        init() throws {
            scratch = try Scratch()
            fleet = try LoopbackFleet.running()
        }

        @Test func `each night names the right causes and only those, and one without change is silent`() async throws {
            try await firstNight()
            try await nightOfAFlag()
            try await nightOfThePolicy()
            try await nightOfTheInventory()
            try await nightsOfTheWaiver()
            try await nightOfTheRelease()
            try await nightOfTheReturn()
            try await nightOfTheRepair()
            try await nightOfTheName()

            let listed = try await scratch.kubesweep(["history"])
            #expect(listed.status == 0)
            // Each night twice, once with a change and once without.
            #expect(listed.output.split(separator: "\n").count == 1 + 20)
            let checked = try await scratch.kubesweep(["history", "check"])
            #expect(checked.status == 0, "\(checked.talk)")
        }

        private func firstNight() async throws {
            _ = try inventory(without: ["cp3.staging"])
            _ = try policy(parameters: "")
            try await night("1-baseline", status: 0)
        }

        private func nightOfAFlag() async throws {
            try await fleet.stop("cp2.prod.example", in: scratch)
            try await fleet.start("\(Built.package)/Tests/LoopbackFleet/nights/changed/prod/cp2.host", in: scratch)
            try await night("2-flag", status: 1)
        }

        private func nightOfThePolicy() async throws {
            _ = try policy(parameters: "parameters:\n  audit-retention-days: 90\n")
            try await night("3-policy", status: 1)
        }

        private func nightOfTheInventory() async throws {
            _ = try inventory(without: ["cp1.staging"])
            try await fleet.stop("cp3.prod.example", in: scratch)
            // The host that was added fails as its peers do, which is new; one host is not seen any more.
            try await night("4-inventory", status: 3)
        }

        /// A waiver that comes, and ends by itself. Its end is a moment: far enough for the two sweeps before it, near
        /// enough to wait for.
        private func nightsOfTheWaiver() async throws {
            let end = Date.now + 20
            _ = try scratch.write(
                """
                waivers:
                  - id: staging-logs
                    check: apiserver-audit-log-maxage
                    cluster: staging
                    reason: Staging keeps its logs as long as the disk allows.
                    owner: platform-team
                    expires: "\(end.formatted(.iso8601))"

                """, to: "waivers.yaml")
            let options = ["--waivers", "\(scratch.path)/waivers.yaml"]
            try await night("5-waiver", options, status: 0)
            try await Task.sleep(for: .seconds(max(0, end.timeIntervalSinceNow) + 1))
            try await night("5-expired", options, status: 1)
        }

        /// There is one release to test. So the stored night is made into one of an older release, which judged one
        /// check otherwise: its version and the finding itself are rewritten in the database.
        private func nightOfTheRelease() async throws {
            try await scratch.sql(
                """
                UPDATE sweep SET tool_version = '0.0.9' WHERE id = (SELECT max(id) FROM sweep);
                UPDATE part SET body = replace(body, '"verdict": "pass"', '"verdict": "fail"')
                    WHERE body LIKE '%"check": "apiserver-service-account-lookup"%';
                """)
            try await night("6-release", ["--waivers", "\(scratch.path)/waivers.yaml"], status: 0)
        }

        /// The master that was lost on the fourth night is back, installed anew.
        private func nightOfTheReturn() async throws {
            try await fleet.start("\(Built.package)/Tests/LoopbackFleet/nights/changed/prod/cp3.host", in: scratch)
            let forget = try Program(
                "/usr/bin/ssh-keygen", ["-R", "[127.77.30.3]:\(fleet.port)", "-f", "\(scratch.path)/known_hosts"],
                in: scratch, environment: ["PATH": "/usr/bin:/bin"])
            #expect(try await forget.end().status == 0)
            try await night("7-return", ["--accept-new-host-keys"], status: 1)
        }

        /// What somebody changed on the second night is undone, so that the masters agree on it again.
        private func nightOfTheRepair() async throws {
            try await fleet.stop("cp2.prod.example", in: scratch)
            try await fleet.start("\(Built.package)/Tests/LoopbackFleet/nights/prod/cp2.host", in: scratch)
            try await night("8-repair", status: 0)
        }

        private func nightOfTheName() async throws {
            _ = try inventory(without: ["cp1.staging"], naming: "preview")
            try await night("9-name", status: 0)
        }

        /// A night that is told, and then one on which nothing changed.
        private func night(_ name: String, _ options: [String] = [], status: Int) async throws {
            let arguments =
                [
                    "scan", "--cron", "--inventory", "\(scratch.path)/fleet.yaml", "--policy",
                    "\(scratch.path)/team.yaml",
                    "--retries", "0",
                ] + options
            let end = try await scratch.kubesweep(arguments)
            try Transcript.check(
                end, of: arguments, is: "night-\(name)",
                replacing: fleet.replacements + [(scratch.path, "<SCRATCH>")])
            #expect(end.status == status)
            let again = try await scratch.kubesweep(arguments)
            #expect(again.output == "")
            #expect(again.talk == "")
            #expect(again.status == 0)
        }

        /// - Parameter name: of the cluster that is called staging at first.
        private func inventory(without names: [String], naming name: String = "staging") throws -> String {
            let known = "\(scratch.path)/known_hosts"
            if access(known, F_OK) != 0 {
                _ = try scratch.write(
                    String(decoding: try Scratch.read("\(fleet.state)/known_hosts"), as: UTF8.self), to: "known_hosts")
            }
            let lines = try fleet.inventoryText().replacing(
                "known_hosts: \(fleet.state)/known_hosts", with: "known_hosts: \(known)"
            )
            .replacing("\n  staging:", with: "\n  \(name):").split(separator: "\n", omittingEmptySubsequences: false)
            let kept = lines.filter { line in !names.contains { line.contains("name: \($0).") } }
            return try scratch.write(kept.joined(separator: "\n"), to: "fleet.yaml")
        }

        private func policy(parameters: String) throws -> String {
            try scratch.write(
                """
                policy: platform-team
                extends: stackrox-2019
                disable:
                  apiserver-encryption-provider-kind: the file is reviewed by the storage team every month
                \(parameters)
                """, to: "team.yaml")
        }
    }
}

extension LoopbackFleet {
    /// The inventory for a file in another folder.
    func inventoryText() throws -> String {
        String(decoding: try Scratch.read(inventory), as: UTF8.self)
            .replacing("identity_file: ", with: "identity_file: \(state)/")
            .replacing("known_hosts: ", with: "known_hosts: \(state)/")
    }
}
