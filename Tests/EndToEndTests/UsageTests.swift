import Testing

struct UsageTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test(
        arguments: [
            ("usage-none", [], 0),
            ("usage-unknown-command", ["sweep"], 64),
            ("usage-no-inventory", ["scan"], 64),
            ("usage-unknown-option", ["scan", "--inventory", "x.yaml", "--sudo"], 64),
            ("usage-format", ["scan", "--inventory", "x.yaml", "--format", "xml"], 64),
            ("usage-report", ["evaluate", "-", "--report", "report.json"], 64),
            ("usage-fail-on", ["evaluate", "-", "--fail-on", "worst"], 64),
            ("usage-coverage", ["evaluate", "-", "--min-coverage", "101"], 64),
            ("usage-not-a-number", ["evaluate", "-", "--min-coverage", "nan"], 64),
            ("usage-deadline", ["scan", "--inventory", "x.yaml", "--deadline-seconds", "0"], 64),
            ("usage-concurrency", ["scan", "--inventory", "x.yaml", "--concurrency", "0"], 64),
            ("usage-no-file", ["evaluate"], 64),
            ("usage-version", ["evaluate", "-", "--kubernetes-version", "latest"], 64),
            ("usage-standard-input-twice", ["evaluate", "-", "-"], 64),
            ("usage-list-and-listing", ["evaluate", "-", "--files-from", "-"], 64),
            ("usage-null", ["evaluate", "cp1.ps", "--null"], 64),
            ("help", ["--help"], 0),
            ("help-scan", ["scan", "--help"], 0),
            ("help-evaluate", ["evaluate", "--help"], 0),
            ("help-explain", ["explain", "--help"], 0),
            ("usage-explain", ["explain", "a/b/c"], 64),
            ("help-doctor", ["doctor", "--help"], 0),
            ("usage-doctor-connect", ["doctor", "--connect"], 64),
            ("usage-doctor-host", ["doctor", "--host", "cp1"], 64),
            ("version", ["--version"], 0),
            ("checks", ["checks"], 0),
            ("checks-explain", ["checks", "explain", "apiserver-anonymous-auth"], 0),
            (
                "checks-explain-version",
                ["checks", "explain", "apiserver-insecure-port", "--kubernetes-version", "v1.23.4"], 0
            ),
            (
                "checks-explain-not-a-version",
                ["checks", "explain", "apiserver-insecure-port", "--kubernetes-version", "new"], 64
            ),
            ("help-diff", ["diff", "--help"], 0),
            ("help-history", ["history", "--help"], 0),
            ("help-history-list", ["history", "list", "--help"], 0),
            ("help-history-show", ["history", "show", "--help"], 0),
            ("help-history-baseline", ["history", "baseline", "--help"], 0),
            ("help-history-prune", ["history", "prune", "--help"], 0),
            ("help-history-check", ["history", "check", "--help"], 0),
            ("help-status", ["status", "--help"], 0),
            ("help-replay", ["replay", "--help"], 0),
            ("help-report", ["report", "--help"], 0),
            ("help-drift", ["drift", "--help"], 0),
            ("help-inventory", ["inventory", "--help"], 0),
            ("help-policy-lint", ["policy", "lint", "--help"], 0),
            ("help-waivers-lint", ["waivers", "lint", "--help"], 0),
            ("help-waivers-suggest", ["waivers", "suggest", "--help"], 0),
            ("usage-drift-depth", ["drift", "--depth", "10001"], 64),
            ("drift-no-history", ["drift"], 66),
            ("usage-waivers-suggest", ["waivers", "suggest", "--report", "out.json", "--sweep", "latest"], 64),
            ("waivers-suggest-no-history", ["waivers", "suggest"], 66),
            ("checks-unknown", ["checks", "explain", "apiserver-anonymous"], 64),
            ("checks-policy-missing", ["checks", "--policy", "nowhere.yaml"], 65),
        ] as [(String, [String], Int)])
    func `answers`(name: String, arguments: [String], status: Int) async throws {
        let end = try await scratch.kubesweep(arguments)
        try Transcript.check(end, of: arguments, is: name, replacing: [(scratch.path, "<SCRATCH>")])
        #expect(end.status == status)
        #expect(!end.steersTerminal)
        // A result on one, talk on the other, never both.
        #expect(end.stdout.isEmpty == (status != 0))
        #expect(end.stderr.isEmpty == (status == 0))
    }

    @Test func `lists the checks that are left of a team's policy, and explains its own`() async throws {
        let policy = try scratch.write(
            """
            policy: team
            extends: stackrox-2019
            disable:
              apiserver-profiling: profiles are what we sell
            checks:
              - id: team-request-timeout
                title: Requests end within a minute
                severity: low
                flags: [request-timeout]
                expected: --request-timeout=1m
                rationale: Long requests hold memory.
                remediation: Set --request-timeout=1m.
                expect: {flag: request-timeout, is: "1m0s"}

            """, to: "team.yaml")
        for (name, words) in [("list-own", ["list"]), ("explain-own", ["explain", "team-request-timeout"])] {
            let arguments = ["checks"] + words + ["--policy", policy]
            let end = try await scratch.kubesweep(arguments)
            try Transcript.check(end, of: arguments, is: "checks-\(name)", replacing: [(scratch.path, "<SCRATCH>")])
            #expect(end.status == 0)
        }
    }

    @Test func `several policies are one, with the values that a file sets`() async throws {
        let policy = try scratch.write(
            "policy: ours\ndisable: {apiserver-profiling: wanted}\nparameters: {audit-retention-days: 90}\n",
            to: "ours.yaml")
        let file = try scratch.write(Listing.whole, to: "cp1.ps")
        let both = ["--policy", "stackrox-2019", "--policy", policy]
        for (name, arguments, status) in [
            ("checks-explain-set", ["checks", "explain", "apiserver-audit-log-maxage"] + both, 0),
            ("evaluate-two-policies", ["evaluate", file, "--kubernetes-version", "1.31"] + both, 1),
        ] {
            let end = try await scratch.kubesweep(arguments)
            try Transcript.check(end, of: arguments, is: name, replacing: [(scratch.path, "<SCRATCH>")])
            #expect(end.status == status)
        }
        let json = try await scratch.kubesweep(["evaluate", file, "--format", "json"] + both)
        #expect(json.output.contains(#""name": "stackrox-2019+ours""#))
        #expect(json.output.contains(#""audit-retention-days": "90""#))
        try await JSONSchema.check(json.stdout, is: "evaluation", in: scratch)
    }

    @Test func `lints policies together and tells all that is wrong with them`() async throws {
        let policy = try scratch.write(
            """
            policy: ours
            extends: stackrox-2019
            parameters: {audit-retention-day: 90}
            checks:
              - id: ours
                titel: Profiling is on
                severity: low
                flags: [profiling]
                expected: –-profiling=true
                rationale: R
                remediation: F
                rules:
                  - {when: {all: [{versions: ">=1.24"}, {flag: insecure-port, isSet: true}]}, then: fail}
                  - {when: {all: [{versions: ">=1.29"}, {flag: basic-auth-file, isSet: true}]}, then: fail}
                expect: {flag: profiling, is: "true"}

            """, to: "ours.yaml")
        for (name, arguments, status) in [
            ("policy-lint", ["policy", "lint", policy], 65),
            ("policy-lint-clean", ["policy", "lint", "stackrox-2019", "cis-1.12"], 0),
            ("policy-lint-missing", ["policy", "lint", "nowhere.yaml", policy], 65),
        ] {
            let end = try await scratch.kubesweep(arguments)
            try Transcript.check(end, of: arguments, is: name, replacing: [(scratch.path, "<SCRATCH>")])
            #expect(end.status == status)
            #expect(!end.steersTerminal)
        }
    }

    @Test func `says that standard output cannot be written`() async throws {
        let end = try await scratch.kubesweep(["checks"], output: "/dev/full")
        #expect(end.talk == "kubesweep: standard output: No space left on device\n")
        #expect(end.status == 73)
    }
}
