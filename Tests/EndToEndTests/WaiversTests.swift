import Foundation
import Glibc
import Testing

/// Accepted failures: from a report to a file, and from the file to the exit status.
struct WaiversTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func check(_ name: String, _ arguments: [String], status: Int) async throws {
        let end = try await scratch.kubesweep(arguments)
        try Transcript.check(end, of: arguments, is: name, replacing: [(scratch.path, "<SCRATCH>")])
        #expect(end.status == status)
        #expect(!end.steersTerminal)
    }

    /// A policy that asks for two things, of which the listing fails both, and nothing that a listing cannot show.
    private func policy() throws -> String {
        try scratch.write(
            """
            policy: two
            include: {stackrox-2019: [apiserver-profiling, apiserver-anonymous-auth]}
            """, to: "two.yaml")
    }

    private func listing(_ flags: String, _ name: String) throws -> String {
        try scratch.write(
            Listing.header + Listing.row(1, "/sbin/init") + Listing.row(7, "kube-apiserver \(flags)"), to: name)
    }

    private static func filled(_ text: String, until day: String) -> String {
        text.replacing(/FILL IN why.*/, with: "measured until spring").replacing(/FILL IN who.*/, with: "team-a")
            .replacing(/FILL IN a day.*/, with: day)
    }

    @Test func `what is suggested and filled in covers every failure, and nothing worse`() async throws {
        let policy = try policy()
        let weak = "--anonymous-auth=true --profiling=true --authorization-mode=Node,RBAC"
        let file = try listing(weak, "cp1.ps")
        let judging = ["--policy", policy, "--kubernetes-version", "1.31"]
        let report = "\(scratch.path)/report.json"
        let before = try await scratch.kubesweep(["evaluate", file, "--report", "json=\(report)"] + judging)
        #expect(before.status == 1)

        try await check("waivers-suggest", ["waivers", "suggest", "--report", report], status: 0)
        let suggested = try await scratch.kubesweep(["waivers", "suggest", "--report", report]).output
        let open = try scratch.write(suggested, to: "open.yaml")
        try await check("waivers-open", ["evaluate", file, "--waivers", open] + judging, status: 65)
        try await check("waivers-lint-open", ["waivers", "lint", open, "--policy", policy], status: 65)

        let waivers = try scratch.write(Self.filled(suggested, until: "9999-12-31"), to: "waivers.yaml")
        try await check("waivers-lint-clean", ["waivers", "lint", waivers, "--policy", policy], status: 0)
        try await check("waivers-text", ["evaluate", file, "--waivers", waivers] + judging, status: 0)
        let json = try await scratch.kubesweep(
            ["evaluate", file, "--waivers", waivers, "--format", "json"] + judging)
        #expect(json.status == 0)
        try await JSONSchema.check(json.stdout, is: "evaluation", in: scratch)

        // The same in two files, one of which alone leaves a failure.
        let entries = Self.filled(suggested, until: "9999-12-31").components(separatedBy: "  - id: ").dropFirst()
        let files = try entries.enumerated().map { number, entry in
            try scratch.write("waivers:\n  - id: \(entry)", to: "waivers-\(number + 1).yaml")
        }
        let both = files.flatMap { ["--waivers", $0] }
        #expect(try await scratch.kubesweep(["evaluate", file] + both.prefix(2) + judging).status == 1)
        let together = try await scratch.kubesweep(["evaluate", file] + both + judging)
        #expect(together.status == 0)
        #expect(
            together.output == (try await scratch.kubesweep(["evaluate", file, "--waivers", waivers] + judging)).output)
        try await check("waivers-twice", ["evaluate", file, "--waivers", waivers] + both + judging, status: 65)
        try await check(
            "waivers-lint-twice", ["waivers", "lint"] + files + ["--policy", policy, files[0]], status: 65)

        // What the waivers did not accept counts: another value, another file.
        let worse = try listing(weak + " --token-auth-file=/t --profiling=1", "cp1.ps")
        try await check("waivers-other-value", ["evaluate", worse, "--waivers", waivers] + judging, status: 1)
        let expired = try scratch.write(Self.filled(suggested, until: "2026-01-31"), to: "expired.yaml")
        try await check(
            "waivers-expired", ["evaluate", try listing(weak, "cp1.ps"), "--waivers", expired] + judging, status: 1)
    }

    @Test func `a malformed file ends the run before the first packet`() async throws {
        let peer = try SilentPeer()
        _ = try scratch.write("", to: "known_hosts")
        let inventory = try scratch.write(
            """
            version: 1
            defaults: {user: audit, known_hosts: known_hosts}
            clusters:
              prod: {masters: [{name: cp1.prod, host: 127.0.0.1, port: \(peer.port)}]}
            """, to: "inventory.yaml")
        let waivers = try scratch.write(
            """
            waivers:
              - {id: a, check: apiserver-profiling, clusters: prod, reason: R, owner: O, expires: soon}
              - {id: a, check: apiserver-profiling, everywhere: true, reason: "", expires: 2027-01-01}

            """, to: "waivers.yaml")
        try await check(
            "waivers-problems", ["scan", "--inventory", inventory, "--waivers", waivers], status: 65)
        #expect(!peer.wasContacted())

        let unmatched = try scratch.write(
            """
            waivers:
              - {id: a, check: apiserver-profilling, cluster: pord, reason: R, owner: O, expires: 9999-12-31}
              - {id: b, check: apiserver-profiling, host: cp1.prod, reason: R, owner: O, expires: 2026-01-31}

            """, to: "unmatched.yaml")
        try await check(
            "waivers-lint", ["waivers", "lint", unmatched, "--inventory", inventory], status: 65)
        try await check("waivers-missing", ["waivers", "lint", "nowhere.yaml"], status: 65)
    }

    @Test func `lint holds selectors against every inventory, read as a sweep reads it`() async throws {
        let ansible = try scratch.write(
            """
            [servers]
            cp1.example.com site=north
            cp2.example.com site=south

            """, to: "hosts")
        let native = try scratch.write(
            "version: 1\nclusters:\n  lab: {masters: [lab1]}\n", to: "lab.yaml")
        let waivers = try scratch.write(
            """
            waivers:
              - {id: n, check: apiserver-profiling, cluster: north, reason: R, owner: O, expires: 9999-12-31}
              - {id: s, check: apiserver-profiling, host: cp2.*, reason: R, owner: O, expires: 9999-12-31}
              - {id: l, check: apiserver-profiling, host: lab1, reason: R, owner: O, expires: 9999-12-31}
              - {id: w, check: apiserver-profiling, cluster: west, reason: R, owner: O, expires: 9999-12-31}

            """, to: "places.yaml")
        let lint = ["waivers", "lint", waivers, "-i", ansible, "-i", native, "--inventory-format", "ini"]
        // One format for all: the other file is none of it.
        let refused = try await scratch.kubesweep(lint + ["--masters", "servers"])
        #expect(refused.status == 65)
        let read = ["waivers", "lint", waivers, "-i", native, "-i", ansible, "--masters", "servers"]
        let end = try await scratch.kubesweep(read + ["--cluster-variable", "site"])
        #expect(end.status == 65)
        let problems = end.output.split(separator: "\n").filter { $0.contains("error") || $0.contains("places.yaml") }
        #expect(problems.count == 1, "\(end.output) \(end.talk)")
        #expect(problems.first?.contains("places.yaml:5:") == true, "\(end.output)")
    }

    @Test func `a report that is none suggests nothing`() async throws {
        let file = try scratch.write("{\"schema\": \"kubesweep.diff/1\"}", to: "diff.json")
        try await check("waivers-suggest-other", ["waivers", "suggest", "--report", file], status: 65)
    }
}
