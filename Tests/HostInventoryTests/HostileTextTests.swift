@testable import StrictYAML
import SeededRandom
import Testing

@testable import HostInventory

/// Texts nobody wrote by hand. Each is either a fleet or an error with places inside the text.
struct HostileTextTests {
    private static let seeds = [
        """
        version: 1
        defaults: {user: audit, port: 22, identity_file: ~/key, known_hosts: known}
        clusters:
          a: &x
            labels: {environment: "production", 'tier': "1"}
            kubernetes_version: "1.31"
            masters:
              - cp[01:03].a.example
              - {name: "n[1:2]", host: "10.0.0.[1:2]", forced_command: true}
          b:
            masters: [fd00::1, "h[a:c:2]"] # last
        """,
        "version: 1\nclusters: {a: {masters: [h]}, a: {masters: [h], port: 1, port: 2}}\n",
    ]
    private static let pieces: [String] = [
        "[", "]", "{", "}", ":", ": ", "- ", "\n", "\r", "\r\n", "\t", " ", "  ", "\"", "'", "#", " #", "&a ", "*a",
        "*x", "!!int ",
        "!", "|", ">", "%", "@", "`", "?", "? ", ",", "---\n", "...\n", "<<", "\\", "\0", "\u{1B}", "\u{85}",
        "\u{2028}", "\u{FEFF}", "\u{E000}",
        "é", "\u{301}", "👩‍👩‍👧", "1:2", "[01:", ":9999999999999999999]", "[0:9999]", "~", "null", "masters", "port",
        "\"\\x41\"",
    ]

    private func check(_ text: String, _ note: String) {
        do throws(YAMLError) {
            let fleet = try Fleet.parse(text, file: "f", home: "/h")
            #expect(!fleet.clusters.isEmpty && fleet.clusters.allSatisfy { !$0.hosts.isEmpty }, "\(note)")
        } catch {
            // One line more than there are breaks, and one more at the end of the text.
            let lines = text.unicodeScalars.count { $0 == "\n" || $0 == "\r" } + 2
            #expect(!error.problems.isEmpty, "\(note)")
            #expect(
                error.problems.allSatisfy { (1...lines).contains($0.place.line) && $0.place.column >= 1 }, "\(note)")
            let isPrintable = error.description.unicodeScalars.allSatisfy {
                $0 == "\n" || $0 == " " || !isInvisible($0)
            }
            #expect(isPrintable, "\(note)")
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `mutated inventories give a fleet or an error`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for round in 0..<50 {
            var scalars = Array(Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &random)].unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<scalars.count, using: &random)
                let length = Int.random(in: 0...min(6, scalars.count - at), using: &random)
                let piece = Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)]
                scalars.replaceSubrange(at..<at + length, with: Array(piece.unicodeScalars))
                if scalars.isEmpty { scalars = ["x"] }
            }
            check(String(String.UnicodeScalarView(scalars)), "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `random pieces give a fleet or an error`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for round in 0..<50 {
            let count = Int.random(in: 0...60, using: &random)
            let text = (0..<count).map { _ in Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)] }
                .joined()
            check(text, "seed \(seed), round \(round)")
        }
    }

    @Test func `aliases cannot unfold into a bomb`() {
        var text = "version: 1\nx0: &x0 [a, a, a, a, a, a, a, a]\n"
        for level in 1...30 {
            text += "x\(level): &x\(level) [*x\(level - 1), *x\(level - 1), *x\(level - 1)]\n"
        }
        text += "? *x30\n: 1\n"
        let error = #expect(throws: YAMLError.self) { try Fleet.parse(text, file: "f") }
        #expect(
            error?.description == """
                f:10:1: aliases that unfold too far
                    write the values out
                """)
    }

    @Test func `a few aliases are read`() throws {
        let text = """
            version: 1
            clusters:
              a: {labels: &l {zone: "1"}, masters: [h1]}
              b: {labels: *l, masters: [h2]}
            """
        #expect(try Fleet.parse(text, file: "f").clusters.map(\.labels) == [["zone": "1"], ["zone": "1"]])
    }

    @Test(arguments: ["[]", "\"a/[0:9999]\"", "\"[0:9999][0:9999]\""])
    func `a report stops at 1000 problems and says so`(entry: String) throws {
        let text = "version: 1\nclusters: {a: {masters: [" + String(repeating: entry + ", ", count: 3_000) + "]}}\n"
        let error = try #require(throws: YAMLError.self) { try Fleet.parse(text, file: "f") }
        #expect(error.problems.count == 1_000)
        #expect(error.isCut)
        #expect(error.description.hasSuffix("\nthere may be more: only 1000 problems are shown"))
    }

    @Test func `hosts beyond the limit are not even spelt out`() throws {
        let entries = (0..<20_000).map { "\"h\($0)-[0:9999]\"" }.joined(separator: ", ")
        let text = "version: 1\nclusters: {a: {masters: [\(entries)]}}\n"
        let error = try #require(throws: YAMLError.self) { try Fleet.parse(text, file: "f") }
        #expect(error.problems.map(\.message) == ["more than 100000 hosts in one inventory"])
    }

    @Test func `a thousand duplicate keys end in an error that places those it came to`() throws {
        let text = "version: 1\nclusters: {a: {masters: [h1], " + String(repeating: "user: x, ", count: 1_000) + "}}\n"
        let error = try #require(throws: YAMLError.self) { try Fleet.parse(text, file: "f") }
        #expect(Set(error.problems.map(\.message)) == ["key stands twice in its mapping"])
        #expect(error.problems.map(\.place) == (0...64).map { Place(file: "f", line: 2, column: 31 + 9 * $0) })
    }

    @Test(arguments: [
        String(repeating: "- ", count: 990) + "x",
        String(repeating: "[", count: 990) + String(repeating: "]", count: 990),
    ])
    func `the deepest text that YAML takes needs no deep stack of its caller`(text: String) {
        var description = ""
        let code = onRoomyThread(stackBytes: 1 << 18) {
            do throws(YAMLError) {
                _ = try Fleet.parse(text, file: "f")
            } catch {
                description = error.description
            }
        }
        #expect(code == 0)
        #expect(description == "f:1:1: the inventory must be a mapping, not a list")
    }

    @Test func `100,000 hosts are read`() throws {
        let ranges = "abcdefghij".map { "\"\($0)[0:9999]\"" }.joined(separator: ", ")
        let fleet = try Fleet.parse("version: 1\nclusters: {a: {masters: [\(ranges)]}}\n", file: "f")
        #expect(fleet.hostCount == 100_000)
        #expect(fleet.clusters.first?.hosts.last?.name == "j9999")
    }
}
