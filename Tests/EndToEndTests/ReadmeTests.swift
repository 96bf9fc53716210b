import Glibc
import ProcessTable
import Testing

/// What README.md shows is what the program does.
struct ReadmeTests {
    private static let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    private func text(_ path: String) throws -> String {
        let file = try #require(fopen("/\(Self.root)/\(path)", "r"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }

    /// The README's fenced blocks.
    private func blocks() throws -> [Substring] {
        try text("README.md").split(separator: "\n```", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }.map { $0.element.drop { $0 != "\n" }.dropFirst() }
    }

    @Test func `the demo's lines stand in its transcript, in their order`() throws {
        let demo = try #require(try blocks().first)
        // What differs from run to run: the time in the first line, ports, keys, the folder of the fleet.
        let isVolatile = { (line: Substring) in
            line.hasPrefix("kubesweep ") || ["127.77.", "SHA256:", "[…]"].contains { line.contains($0) }
        }
        let shown = demo.split(separator: "\n").filter { !isVolatile($0) }
        var rest = try text("Tests/EndToEndTests/Expected/demo.txt").split(separator: "\n")[...]
        for line in shown {
            let found = try #require(rest.firstIndex(of: line), "not printed by the demo, or not here: \(line)")
            rest = rest[(found + 1)...]
        }
        #expect(shown.count > 40)
    }

    @Test func `the verdict it explains is explained so`() throws {
        let transcript = try text("Tests/EndToEndTests/Expected/explain-demo.txt")
        let shown = try #require(
            transcript.split(separator: "-- standard output\n").last?.split(separator: "\n-- standard error").first)
        #expect(try blocks().contains { $0 == shown })
    }

    @Test func `the command it says is sent is the one that is sent`() throws {
        #expect(try blocks().contains { $0 == RemoteCommand.listing })
    }
}
