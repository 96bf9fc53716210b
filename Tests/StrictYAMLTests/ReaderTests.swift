import StrictYAML
import Testing

/// What a file of a few known keys says, as one line.
private func read(_ text: String, limit: Int = 1 << 20) throws(YAMLError) -> String {
    try YAMLFile.read(text, file: "f", limit: limit) { yaml, root in
        guard let entries = yaml.entries(of: root, "the file", keys: ["name", "list", "on", "color"]) else {
            return nil
        }
        var parts: [String] = []
        for entry in entries {
            switch entry.key {
            case "name": parts.append("name=\(yaml.text(entry.value, "name") ?? "nil")")
            case "list": parts.append("list=\(yaml.texts(entry.value, "list") ?? ["nil"])")
            case "color":
                let color: Color? = yaml.word(entry.value, "color")
                parts.append("color=\(color?.rawValue ?? "nil")")
            default: parts.append("on=\(yaml.boolean(entry.value, "on").map { "\($0)" } ?? "nil")")
            }
        }
        return parts.joined(separator: " ")
    }
}

private enum Color: String, CaseIterable { case red, green }

private func problems(_ text: String, limit: Int = 1 << 20) -> String {
    do throws(YAMLError) {
        return "read: " + (try read(text, limit: limit))
    } catch {
        return error.description
    }
}

struct ReaderTests {
    @Test(arguments: [
        ("name: a\non: true\nlist: [x, y]\n", "name=a on=true list=[\"x\", \"y\"]"),
        ("on: false\nname: a # comment\n", "on=false name=a"),
        ("name: 1.30\nlist: one\n", "name=1.30 list=[\"one\"]"),
        ("name: 'yes'\nlist:\n  - \"\"\n  - null\n", "name=yes list=[\"\", \"null\"]"),
        ("\u{FEFF}name: |\n  two\n  lines\r\n", "name=two\nlines\n"),
        ("list: &a [x]\non: TRUE\n", "list=[\"x\"] on=true"),
        ("color: green\nname: \"null\"\n", "color=green name=null"),
    ])
    func `keeps the text as it is written, in the file's order`(text: String, expected: String) throws {
        #expect(try read(text) == expected)
    }

    @Test(arguments: [
        ("[]", "f:1:1: the file must be a mapping, not a list"),
        ("word", "f:1:1: the file must be a mapping, not text: \"word\""),
        ("~", "f:1:1: the file must be a mapping, not nothing"),
        ("nmae: a", "f:1:1: unknown key: \"nmae\"\n    did you mean \"name\"?"),
        ("xyz: a", "f:1:1: unknown key: \"xyz\"\n    known keys: name, list, on, color"),
        ("<<: {name: a}", "f:1:1: unknown key: \"<<\"\n    merge keys are not read; write the keys out"),
        ("name: a\nname: b", "f:2:1: duplicate key, first at 1:1: \"name\""),
        ("? [a]\n: 1", "f:1:3: a key must be text, not a list"),
        ("name:", "f:1:6: name is empty"),
        ("name: ''", "f:1:7: name is empty"),
        ("name: ~", "f:1:7: name is empty"),
        ("name: null", "f:1:7: name is empty"),
        ("name: [a]", "f:1:7: name must be text, not a list"),
        ("list: {a: b}", "f:1:7: list must be a list, not a mapping"),
        ("list:", "f:1:6: list must be a list, not nothing"),
        ("list: [a, [b]]", "f:1:11: an element of list must be text, not a list"),
        ("on: yes", "f:1:5: on must be true or false: \"yes\""),
        ("on: \"true\"", "f:1:5: on must be true or false: \"true\""),
        ("on: 1", "f:1:5: on must be true or false: \"1\""),
        ("on: [true]", "f:1:5: on must be true or false, not a list"),
        ("color: blue", "f:1:8: unknown color: \"blue\"\n    known: red, green"),
        ("on: x\nname:\n", "f:1:5: on must be true or false: \"x\"\nf:2:6: name is empty"),
    ])
    func `places what is not as it must be`(text: String, expected: String) {
        #expect(problems(text) == expected)
    }

    @Test(arguments: [
        ("", "f:1:1: the file is empty"),
        ("# nothing\n", "f:1:1: the file is empty"),
        ("name: a\n\tlist: b", "f:2:1: not YAML: a tab cannot indent\n    use spaces"),
        (
            "list: [a",
            "f:2:1: not YAML: did not find expected ',' or ']', while parsing a flow sequence from line 1, column 7"
        ),
        ("name: a: b", "f:1:8: not YAML: mapping values are not allowed in this context: \": b\""),
        ("name: a\n---\nname: b", "f:2:1: more than one YAML document: \"---\""),
        ("name: *x", "f:1:7: not YAML: found undefined alias: \"*x\""),
        ("name: \u{1B}[31m", "f:1:7: control character: \"\\u{1b}\""),
        ("name: a\u{2028}b", "f:1:8: control character: \"\\u{2028}\""),
        (String(repeating: "- ", count: 1_500), "f:1:1999: not YAML: nested too deeply"),
    ])
    func `places what is no YAML`(text: String, expected: String) {
        #expect(problems(text) == expected)
    }

    @Test func `a text beyond the limit is not read`() {
        let text = "name: " + String(repeating: "a", count: 2 << 20)
        #expect(problems(text, limit: 2 << 20) == "f:1:1: larger than 2 MiB")
    }

    @Test func `aliases that unfold too far are refused`() {
        var text = "name: a\nx0: &x0 [a, a, a, a, a, a, a, a]\n"
        for level in 1...30 { text += "x\(level): &x\(level) [*x\(level - 1), *x\(level - 1), *x\(level - 1)]\n" }
        #expect(problems(text) == "f:10:1: aliases that unfold too far\n    write the values out")
    }

    @Test func `a report stops at 1000 problems and says so`() throws {
        let text = "list: [" + String(repeating: "[], ", count: 3_000) + "]"
        let error = try #require(throws: YAMLError.self) { try read(text) }
        #expect(error.problems.count == 1_000)
        #expect(error.isCut)
        #expect(error.description.hasSuffix("\nthere may be more: only 1000 problems are shown"))
    }

    /// Texts nobody wrote: each is read, or refused with places inside it.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func `pieces of YAML are read or refused in their place`(seed: UInt64) {
        let pieces = [
            "name", "list", "on", ": ", ":", "- ", "[", "]", "{", "}", ",", "\n", "\r\n", "\t", "  ", "\"", "'", "#",
            "&a ", "*a", "? ", "|\n", ">", "!!int ", "---\n", "<<", "\\", "\0", "\u{1B}", "\u{85}", "é", "\u{301}", "~",
        ]
        var state = seed
        func random(_ count: Int) -> Int {
            // Knuth's MMIX generator; the upper bits are the good ones.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(count))
        }
        for _ in 0..<400 {
            let text = (0..<random(30)).map { _ in pieces[random(pieces.count)] }.joined()
            do throws(YAMLError) {
                _ = try read(text)
            } catch {
                let lines = text.unicodeScalars.count { $0 == "\n" || $0 == "\r" } + 2
                let areInside = error.problems.allSatisfy {
                    (1...lines).contains($0.place.line) && $0.place.column >= 1
                }
                #expect(!error.problems.isEmpty && areInside, "\(text.debugDescription)")
                let isPrintable = error.description.unicodeScalars.allSatisfy {
                    $0 == "\n" || $0 == " " || !isInvisible($0)
                }
                #expect(isPrintable, "\(text.debugDescription)")
            }
        }
    }
}
