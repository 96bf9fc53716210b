import Testing

/// Verdicts of saved reports, explained by the built program.
struct ExplainTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func report(_ text: String, _ options: [String] = []) async throws -> String {
        let file = try scratch.write(text, to: "cp1.ps")
        let end = try await scratch.kubesweep(["evaluate", file, "--format", "json"] + options)
        return try scratch.write(end.stdout, to: "report.json")
    }

    private func check(
        _ name: String, _ place: String, _ options: [String] = [], from report: String, status: Int
    ) async throws {
        let arguments = ["explain", place, "--from", report] + options
        let end = try await scratch.kubesweep(arguments)
        try Transcript.check(end, of: arguments, is: name, replacing: [(scratch.path, "<SCRATCH>")])
        #expect(end.status == status)
        #expect(!end.steersTerminal)
        #expect(end.stdout.isEmpty == (status != 0))
        #expect(end.stderr.isEmpty == (status == 0))
    }

    private var place: String { "\(scratch.path)/cp1.ps" }

    @Test func `explains a file's verdict`() async throws {
        let report = try await report(Listing.whole, ["--kubernetes-version", "1.31"])
        try await check("explain-file", "\(place)/apiserver-profiling", from: report, status: 0)
    }

    @Test func `judges as the report was made, by the letter too`() async throws {
        let report = try await report(Listing.whole, ["--kubernetes-version", "1.31", "--explicit"])
        try await check("explain-explicit", "\(place)/apiserver-anonymous-auth", from: report, status: 0)
    }

    @Test(arguments: [
        ("explain-no-check", "cp1.ps/apiserver-profilin", 64),
        ("explain-no-file", "cp2.ps/apiserver-profiling", 64),
        ("explain-no-place", "apiserver-profiling", 64),
    ])
    func `names what is nearest to a name that is not there`(name: String, place: String, status: Int) async throws {
        let report = try await report(Listing.whole)
        let prefix = place.contains("/") ? "\(scratch.path)/" : ""
        try await check(name, prefix + place, from: report, status: status)
    }

    @Test func `needs the file of a policy of one's own, and says what it switches off`() async throws {
        let policy = try scratch.write(
            "policy: team\nextends: stackrox-2019\ndisable:\n  apiserver-profiling: profiles are what we sell\n",
            to: "team.yaml")
        let report = try await report(Listing.whole, ["--policy", policy])
        try await check("explain-own-policy", "\(place)/apiserver-secure-port", from: report, status: 64)
        try await check(
            "explain-switched-off", "\(place)/apiserver-profiling", ["--policy", policy], from: report, status: 64)
        try await check(
            "explain-other-policy", "\(place)/apiserver-secure-port", ["--policy", "hardened"], from: report,
            status: 0)
    }

    @Test(arguments: [
        ("explain-not-json", "{\"schema\": \"kubesweep.evaluation/1\",\n  policy: 1}", 65),
        ("explain-other-document", "{\"schema\": \"kubesweep.diff/1\", \"policy\": {}}", 65),
    ])
    func `says what is wrong with a report, and where`(name: String, text: String, status: Int) async throws {
        let report = try scratch.write(text, to: "report.json")
        try await check(name, "cp1.ps/apiserver-profiling", from: report, status: status)
    }

    @Test func `names the processes where none has the id that is asked for`() async throws {
        let report = try await report(Listing.whole)
        try await check("explain-no-process", "\(place)/apiserver-profiling", ["--pid", "7"], from: report, status: 64)
    }

    @Test func `says that a report cannot be read`() async throws {
        try await check(
            "explain-missing", "cp1.ps/apiserver-profiling", from: "\(scratch.path)/missing.json", status: 66)
    }

    @Test func `takes a report whose evidence was changed, and says so`() async throws {
        let report = try await report(Listing.whole, ["--kubernetes-version", "1.31"])
        let text = String(decoding: try Scratch.read(report), as: UTF8.self)
        let changed = text.replacing("\"--profiling=false\"", with: "\"--profiling=true\"", maxReplacements: 1)
        #expect(changed != text)
        let end = try await scratch.kubesweep(
            ["explain", "\(place)/apiserver-profiling", "--from", try scratch.write(changed, to: "changed.json")])
        #expect(end.output.contains("VERDICT    fail, low"))
        #expect(end.output.contains("the report says otherwise: pass, seen --profiling=false"))
    }
}

extension SimulatedMasters.DemoFleet {
    @Test(arguments: [
        ("explain-demo", "prod-eu/cp3.prod-eu.example/apiserver-admission-node-restriction"),
        ("explain-demo-old", "legacy/cp1.legacy.example/apiserver-insecure-port"),
        ("explain-demo-unreachable", "edge/cp1.edge.example/apiserver-profiling"),
    ])
    func `explains a verdict of a real sweep`(name: String, place: String) async throws {
        let sweep = try await scratch.kubesweep(["scan", "--inventory", fleet.inventory, "--format", "json"])
        let report = try scratch.write(sweep.stdout, to: "sweep.json")
        let arguments = ["explain", place, "--from", report]
        let end = try await scratch.kubesweep(arguments)
        try Transcript.check(
            end, of: arguments, is: name, replacing: fleet.replacements + [(scratch.path, "<SCRATCH>")])
        #expect(end.status == 0)
        #expect(!end.output.contains("NOTE"))
    }

    @Test func `names the host that is nearest to one that was not swept, and sees evidence that was changed`()
        async throws
    {
        let sweep = try await scratch.kubesweep(["scan", "--inventory", fleet.inventory, "--format", "json"])
        let report = try scratch.write(sweep.stdout, to: "sweep.json")
        for (place, talk) in [
            ("prod-eu/cp9.prod-eu.example", "has no host \"prod-eu/cp9.prod-eu.example\"; did you mean \"prod-eu/cp1"),
            (
                "prod-ue/cp1.prod-eu.example",
                "has nothing of the name \"prod-ue/cp1.prod-eu.example\"; did you mean \"prod-eu\"?"
            ),
        ] {
            let end = try await scratch.kubesweep(["explain", "\(place)/apiserver-profiling", "--from", report])
            #expect(end.talk.contains(talk), "\(end.talk)")
            #expect(end.status == 64)
        }
        let text = String(decoding: sweep.stdout, as: UTF8.self)
        let changed = text.replacing("\"--profiling=false\"", with: "\"--profiling=true\"")
        let end = try await scratch.kubesweep([
            "explain", "prod-eu/cp1.prod-eu.example/apiserver-profiling", "--from",
            try scratch.write(changed, to: "changed.json"),
        ])
        #expect(end.output.contains("NOTE       the evidence in the report is not the one that it was made from"))
        #expect(end.status == 0)
    }
}
