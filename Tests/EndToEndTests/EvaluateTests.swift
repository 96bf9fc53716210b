import Glibc
import Testing

/// Saved listings, judged without any network.
struct EvaluateTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func check(
        _ name: String, _ options: [String] = [], input: Program.Input = .nothing, status: Int
    ) async throws {
        let arguments = ["evaluate"] + options
        let end = try await scratch.kubesweep(arguments, input: input)
        try Transcript.check(end, of: arguments, is: name, replacing: [(scratch.path, "<SCRATCH>")])
        #expect(end.status == status)
        #expect(!end.steersTerminal)
    }

    @Test(arguments: ["text", "json"])
    func `judges files in the order in which they are named`(format: String) async throws {
        let good = try scratch.write(Listing.whole, to: "cp2.ps")
        let bad = try scratch.write(
            Listing.header + Listing.row(7, "kube-apiserver --authorization-mode=AlwaysAllow"), to: "cp1.ps")
        try await check(
            "evaluate-files-\(format)", ["--kubernetes-version", "1.31", "--format", format, good, bad], status: 3)
    }

    @Test func `reads standard input`() async throws {
        let file = try scratch.write(Listing.whole, to: "listing.ps")
        try await check(
            "evaluate-standard-input", ["-", "--kubernetes-version", "v1.29.3"], input: .file(file), status: 1)
    }

    @Test func `leaves open what depends on a version that nobody names`() async throws {
        try await check("evaluate-no-version", [try scratch.write(Listing.whole, to: "cp1.ps")], status: 3)
    }

    @Test func `judges an excerpt by the lines it has, and calls it one`() async throws {
        let file = try scratch.write(Listing.excerpt, to: "excerpt.ps")
        try await check("evaluate-excerpt", [file, "--kubernetes-version", "1.31"], status: 1)
    }

    /// The stranger's flags are all good, and answer nothing.
    @Test(arguments: ["text", "json"])
    func `reports a look-alike and a version that the line disproves`(format: String) async throws {
        let policy = try scratch.write(
            "policy: two\ntitle: Two\nextends: stackrox-2019\n"
                + "disable: {apiserver-encryption-provider-kind: reviewed}\n", to: "two.yaml")
        let text =
            Listing.header + Listing.row(1, "/sbin/init") + Listing.row(7, Listing.server + " --insecure-port=0")
            + "nobody         9       1  0 10:14 ?        00:00:01 kube-apiserver --profiling=false\n"
        let file = try scratch.write(text, to: "cp1.ps")
        try await check(
            "evaluate-look-alike-\(format)",
            ["--kubernetes-version", "1.31", "--policy", policy, "--fail-on", "high", "--format", format, file],
            status: 3)
    }

    @Test func `concludes nothing from an absence behind BusyBox's limit`() async throws {
        // Where there is no terminal BusyBox prints 2048 bytes of a row, and then the line end.
        let start = "    7 root     "
        let row = String((start + Listing.server + " --" + String(repeating: "x", count: 2048)).prefix(2048))
        let file = try scratch.write("PID   USER     COMMAND\n    1 root     init\n\(row)\n", to: "busybox.ps")
        try await check("evaluate-busybox-cut", [file, "--kubernetes-version", "1.31"], status: 2)
    }

    @Test func `concludes nothing from a listing that ends in the middle`() async throws {
        let file = try scratch.write(String(Listing.whole.dropLast(40)), to: "cut.ps")
        try await check("evaluate-cut", [file, "--kubernetes-version", "1.31"], status: 2)
    }

    @Test(arguments: [
        ("evaluate-empty", ""),
        ("evaluate-only-a-header", Listing.header),
        (
            "evaluate-no-server",
            Listing.header + Listing.row(1, "/sbin/init") + Listing.row(2, "vi kube-apiserver.yaml")
        ),
        ("evaluate-other-command", "Linux cp1 6.1.0-37-amd64 #1 SMP x86_64 GNU/Linux\n"),
        ("evaluate-shell-error", "sh: 1: ps: not found\n"),
    ])
    func `never passes what shows no server`(name: String, text: String) async throws {
        let file = try scratch.write(text, to: "listing.ps")
        try await check(name, [file], status: 2)
        let json = try await scratch.kubesweep(["evaluate", file, "--format", "json"])
        #expect(!json.output.contains(#""verdict": "pass""#))
        try await JSONSchema.check(json.stdout, is: "evaluation", in: scratch)
    }

    @Test func `makes hostile bytes harmless`() async throws {
        let bytes =
            Array((Listing.header + Listing.row(1, "/sbin/init")).utf8)
            + Array("root         7       1  0 09:14 ?        00:00:03 kube-apiserver --profiling=false".utf8) + [0]
            + Array("--x --authorization-mode=Node,\u{1B}]0;owned\u{7}RBAC\u{9B}2J --audit-log-path=/var/".utf8)
            + [0xFF, 0xC0, 0xAF, 0xED, 0xA0, 0x80] + Array("\u{202E}gol \u{1B}[1;1H\r--client-ca-file=\u{8}\n".utf8)
        try await check(
            "evaluate-hostile", [try scratch.write(bytes, to: "hostile.ps"), "--kubernetes-version", "1.31"], status: 3)
    }

    @Test func `takes a line of a megabyte`() async throws {
        let long = "kube-apiserver --audit-log-path=/" + String(repeating: "a", count: 1 << 20)
        let file = try scratch.write(
            Listing.header + Listing.row(1, "/sbin/init") + Listing.row(7, long), to: "long.ps")
        let json = try await scratch.kubesweep(["evaluate", file, "--format", "json"])
        #expect(json.status == 2)
        #expect(json.stdout.count < 1 << 17)
        try await JSONSchema.check(json.stdout, is: "evaluation", in: scratch)
        try await check("evaluate-long-line", [file, "--kubernetes-version", "1.31"], status: 2)
    }

    @Test func `says which file cannot be read, and judges the others`() async throws {
        let file = try scratch.write(Listing.whole, to: "cp1.ps")
        try await check("evaluate-missing", [file, "\(scratch.path)/missing.ps"], status: 66)
        try await check("evaluate-folder", [scratch.path], status: 66)
    }

    @Test func `writes a report beside its result`() async throws {
        let file = try scratch.write(Listing.whole, to: "cp1.ps")
        let report = "\(scratch.path)/report.json"
        let end = try await scratch.kubesweep(
            ["evaluate", file, "--kubernetes-version", "1.31", "--report", "json=\(report)", "--format", "json"])
        #expect(try Scratch.read(report) == end.stdout)
        #expect(end.status == 1)
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)])
    func `ends at once on a signal while it waits for input`(signal: Int32, status: Int) async throws {
        let pipe = try InputPipe()
        defer {
            close(pipe.reading)
            close(pipe.writing)
        }
        let program = try scratch.start(["evaluate", "-"], input: .descriptor(pipe.reading))
        // Long enough to be waiting; were it not yet, the signal's own effect would be the same.
        try await Task.sleep(for: .milliseconds(300))
        program.signal(signal)
        let end = try await program.end()
        #expect(end.stdout == [] && end.stderr == [])
        #expect(end.status == status)
    }

    @Test(
        arguments: [
            // (options, environment, whether standard output is coloured); it is a file here, not a terminal
            ([], [:], false),
            (["--color", "always"], [:], true),
            (["--color", "always"], ["NO_COLOR": "1"], true),
            (["--color", "never"], ["CLICOLOR_FORCE": "1"], false),
            ([], ["CLICOLOR_FORCE": "1"], true),
            ([], ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], false),
            ([], ["CLICOLOR_FORCE": "0"], false),
        ] as [([String], [String: String], Bool)])
    func `colours its result where it may`(
        options: [String], environment: [String: String], isColoured: Bool
    ) async throws {
        let file = try scratch.write(Listing.whole, to: "cp1.ps")
        let end = try await scratch.kubesweep(["evaluate", file] + options, environment: environment)
        #expect(end.output.contains("\u{1B}[") == isColoured)
    }

    @Test(arguments: [
        (["TERM": "xterm"], true), (["TERM": "dumb"], false), (["TERM": "xterm", "NO_COLOR": "1"], false),
        (["TERM": "xterm", "NO_COLOR": ""], true),
    ])
    func `colours its result on a terminal`(environment: [String: String], isColoured: Bool) async throws {
        let file = try scratch.write(Listing.whole, to: "cp1.ps")
        let terminal = try Program(
            "/usr/bin/script", ["-qefc", "\(Built.kubesweep) evaluate \(file)", "/dev/null"], in: scratch,
            environment: environment.merging(["PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"]) { $1 })
        let end = try await terminal.end()
        #expect(end.status == 3)
        #expect(end.output.contains("\u{1B}[") == isColoured)
    }
}
