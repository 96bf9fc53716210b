import Foundation
import Glibc
import Testing

/// Listings that are named in a list, and more of them than fit into memory or on a command line.
struct ListingNamesTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func check(_ name: String, _ options: [String], input: Program.Input = .nothing, status: Int) async throws {
        let arguments = ["evaluate", "--kubernetes-version", "1.31"] + options
        let end = try await scratch.kubesweep(arguments, input: input)
        try Transcript.check(end, of: arguments, is: name, replacing: [(scratch.path, "<SCRATCH>")])
        #expect(end.status == status)
        #expect(!end.steersTerminal)
    }

    private func json(_ options: [String], input: Program.Input = .nothing) async throws -> ProgramEnd {
        try await scratch.kubesweep(["evaluate", "--format", "json"] + options, input: input)
    }

    @Test func `judges the arguments, then the names in the list, as if all were arguments`() async throws {
        let files = try ["b.ps", "a.ps", "c.ps"].map { try scratch.write(Listing.whole, to: $0) }
        let asArguments = try await json(files)
        #expect(asArguments.status == 3)
        for text in ["\(files[1])\n\(files[2])\n", "\n\(files[1])\n\n\(files[2])"] {
            let list = try scratch.write(text, to: "list")
            #expect(try await json([files[0], "--files-from", list]).stdout == asArguments.stdout)
            #expect(try await json([files[0], "--files-from", "-"], input: .file(list)).stdout == asArguments.stdout)
        }
        let list = try scratch.write("\(files[1])\0\(files[2])\0", to: "list")
        #expect(try await json([files[0], "--files-from", list, "--null"]).stdout == asArguments.stdout)
    }

    @Test func `takes any name that a file can have, and shows it harmless`() async throws {
        let folder = Array("\(scratch.path)/".utf8)
        let names = ["two\nlines.ps", "\u{1B}]0;owned\u{7}.ps", "-"].map { Array($0.utf8) } + [[0xFF, 0xC0, 0xAF]]
        let paths = try names.map { name in
            let path = folder + name
            let descriptor = open(path.map { CChar(bitPattern: $0) } + [0], O_WRONLY | O_CREAT, 0o600)
            try #require(write(descriptor, Listing.whole, Listing.whole.utf8.count) == Listing.whole.utf8.count)
            close(descriptor)
            return path
        }
        let missing = folder + Array("\u{1B}[2J\u{202E}.ps".utf8)
        let list = try scratch.write(Array((paths + [missing]).joined(separator: [0])), to: "list")
        try await check("names-hostile", ["--files-from", list, "--null"], status: 66)
    }

    @Test(arguments: [
        ("names-missing-list", nil, 66),
        ("names-empty-list", "", 66),
        ("names-only-line-ends", "\n\n", 66),
        ("names-missing-file", "nowhere.ps\ncp1.ps\n", 66),
        ("names-of-another-list", "cp1.ps\0cp2.ps\0", 66),
        ("names-too-long", "cp1.ps\n" + String(repeating: "a", count: 5000) + "\ncp1.ps\n", 66),
    ])
    func `says what is wrong with a list, and judges what it names`(
        name: String, list: String?, status: Int
    ) async throws {
        _ = try scratch.write(Listing.whole, to: "cp1.ps")
        let text = list?.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.isEmpty ? "" : "\(scratch.path)/\(line)"
        }.joined(separator: "\n")
        let file = try text.map { try scratch.write($0, to: "list") } ?? "\(scratch.path)/nowhere"
        try await check(name, ["--files-from", file], status: status)
    }

    @Test func `keeps the order of many, in a document that is larger than its memory`() async throws {
        let names = (0..<500).map { "\(scratch.path)/cp\($0).ps" }
        let listings = [Listing.whole, Listing.excerpt, String(Listing.whole.dropLast(40)), ""]
        for (index, name) in names.enumerated() { try Data(listings[index % 4].utf8).write(to: URL(filePath: name)) }
        let list = try scratch.write(names.joined(separator: "\n"), to: "list")
        let report = "\(scratch.path)/report.json"
        let end = try await json(["--files-from", list, "--report", "json=\(report)"])
        #expect(end.stdout.count > 2 << 20)
        #expect(try Scratch.read(report) == end.stdout)
        let document = try JSONDecoder().decode(Document.self, from: Data(end.stdout))
        #expect(document.files.map(\.file) == names)
        // One listing after the other says the same of each.
        let states = try await names[..<4].map { [$0] }.asyncMap { name in
            try JSONDecoder().decode(Document.self, from: Data(try await json(name).stdout)).files[0].state
        }
        #expect(document.files.map(\.state) == names.indices.map { states[$0 % 4] })
        #expect(document.summary.files["total"] == 500)
    }

    @Test func `says where it cannot write, and writes the other report`() async throws {
        let file = try scratch.write(Listing.whole, to: "cp1.ps")
        let list = try scratch.write(String(repeating: "\(file)\n", count: 200), to: "list")
        let report = "\(scratch.path)/report.json"
        let end = try await scratch.kubesweep(
            ["evaluate", "--files-from", list, "--report", "json=\(report)"], environment: ["TMPDIR": "/nowhere"])
        #expect(end.talk == "kubesweep: temporary file in /nowhere: No such file or directory\n")
        #expect(end.output.contains("judged 200 of 200 files"))
        #expect(end.status == 73)
        #expect(!scratch.exists("report.json"))
    }

    @Test(arguments: ["text", "json"])
    func `ends in good order where nobody reads its result`(format: String) async throws {
        let file = try scratch.write(Listing.whole, to: "cp1.ps")
        let end = try await Program(
            "/bin/sh", ["-c", "{ \(Built.kubesweep) evaluate \(file) --format \(format); echo $? >&2; } | :"],
            in: scratch,
            environment: ["PATH": "/usr/bin:/bin"]
        ).end()
        // Where the reader is slow to go, a pipe takes a small report all the same.
        #expect(["kubesweep: standard output: Broken pipe\n73\n"].contains(end.talk) || end.talk.hasSuffix("\n3\n"))
    }

    private struct Document: Decodable {
        let summary: Summary
        let files: [File]

        struct Summary: Decodable { let files: [String: Int] }

        struct File: Decodable {
            let file: String
            let state: String
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { try await results.append(transform(element)) }
        return results
    }
}
