import Testing

@testable import StrictJSON

struct JSONTextTests {
    @Test(arguments: [
        ("", #""""#),
        ("plain", #""plain""#),
        (#"a"b\c/d"#, #""a\"b\\c/d""#),
        ("\n\r\t", #""\n\r\t""#),
        ("\0\u{1}\u{8}\u{C}\u{1B}\u{1F}\u{7F}", #""\u0000\u0001\u0008\u000c\u001b\u001f\u007f""#),
        ("\u{80}\u{85}\u{9B}\u{9F}", #""\u0080\u0085\u009b\u009f""#),
        ("\u{A1}\u{BF}é", "\"\u{A1}\u{BF}é\""),
        ("a\u{AD}b", #""a\u00adb""#),
        ("\u{2027}\u{2028}\u{2029}\u{202A}", "\"\u{2027}" + #"\u2028\u2029\u202a""#),
        ("\u{202E}x\u{202C}\u{2066}\u{2069}\u{61C}", #""\u202ex\u202c\u2066\u2069\u061c""#),
        ("\u{61B}\u{61D}\u{2010}\u{2070}\u{FEFE}\u{FFFD}", "\"\u{61B}\u{61D}\u{2010}\u{2070}\u{FEFE}\u{FFFD}\""),
        ("a\u{200B}b\u{FEFF}c\u{FFF9}", #""a\u200bb\ufeffc\ufff9""#),
        ("\u{E0041}\u{E0FFF}", #""\udb40\udc41\udb43\udfff""#),
        ("\u{DFFFF}\u{F0000}😀東", "\"\u{DFFFF}" + #"\udb80\udc00😀東""#),
        (
            "\u{602}\u{6DD}\u{70F}\u{13430}\u{FE0F}\u{2065}\u{E000}",
            #""\u0602\u06dd\u070f\ud80d\udc30\ufe0f\u2065\ue000""#
        ),
    ])
    func `escapes what a reader must not meet raw`(string: String, written: String) {
        #expect(value(of: string) == written)
    }

    @Test func `finds what must be escaped wherever it stands`() {
        var wrong: [String] = []
        for scalar in (0..<0x100 as Range<UInt32>).compactMap(Unicode.Scalar.init) {
            let alone = value(of: String(scalar)).dropFirst().dropLast()
            for place in 0...9 {
                let before = String(repeating: "~", count: place)
                let after = String(repeating: " ", count: 9 - place)
                let written = value(of: before + String(scalar) + after)
                if written != "\"\(before)\(alone)\(after)\"" { wrong.append(written) }
            }
        }
        #expect(wrong == [])
    }

    @Test func `writes repaired bytes as the replacement character`() {
        let repaired = String(decoding: [0x61, 0xFF, 0xE2, 0x80, 0x22] as [UInt8], as: UTF8.self)
        #expect(value(of: repaired) == "\"a\u{FFFD}\u{FFFD}\\\"\"")
    }

    @Test func `keeps keys in the order of the calls`() {
        let text = written { json in
            json.field("z", "1")
            json.field("a", 2)
            json.object("m") { json in
                json.field("y", true)
                json.field("b", nil as String?)
            }
            json.field("none", [] as [String])
            json.field("list", ["x", "y"])
            json.field("map", ["b": "2", "a": "1"])
            json.object("empty") { _ in }
            json.array("rows", [1, 2]) { json, number in
                json.line { json in
                    json.field("n", number)
                    json.line("in") { $0.field("k", nil as Int?) }
                    json.field("e", false)
                }
            }
        }
        #expect(
            text == """
                {
                  "z": "1",
                  "a": 2,
                  "m": {
                    "y": true,
                    "b": null
                  },
                  "none": [],
                  "list": [
                    "x",
                    "y"
                  ],
                  "map": {
                    "a": "1",
                    "b": "2"
                  },
                  "empty": {},
                  "rows": [
                    {"n": 1, "in": {"k": null}, "e": false},
                    {"n": 2, "in": {"k": null}, "e": false}
                  ]
                }

                """)
    }

    @Test(arguments: [(0, "0"), (-1, "-1"), (Int.max, "9223372036854775807"), (Int.min, "-9223372036854775808")])
    func `writes whole numbers`(number: Int, written: String) {
        #expect(value { $0.field("k", number) } == written)
    }

    @Test(arguments: [(0, "0.0"), (5, "0.5"), (999, "99.9"), (1000, "100.0")])
    func `writes tenths`(tenths: Int, written: String) {
        #expect(value { $0.field("k", tenths: tenths) } == written)
    }

    @Test func `hands over in pieces what is one text`() {
        var pieces: [String] = []
        var json = JSONText()
        json.object { json in
            json.array("list", ["aaaa", "b", "cccc"]) { json, text in
                json.object { $0.field("k", text) }
                _ = json.handOver(beyond: 40) { piece in
                    pieces.append(String(decoding: piece, as: UTF8.self))
                    return true
                }
            }
        }
        #expect(
            pieces == [
                "{\n  \"list\": [\n    {\n      \"k\": \"aaaa\"\n    }",
                ",\n    {\n      \"k\": \"b\"\n    },\n    {\n      \"k\": \"cccc\"\n    }",
            ])
        #expect(String(decoding: json.bytes, as: UTF8.self) == "\n  ]\n}")
        #expect(!json.handOver { _ in false })
        #expect(json.bytes.isEmpty)
    }

    private func value(of string: String) -> String { value { $0.field("k", string) } }

    private func value(_ field: (inout JSONText) -> Void) -> String {
        String(written(field).dropFirst(#"{\#n  "k": "#.count).dropLast("\n}\n".count))
    }

    private func written(_ body: (inout JSONText) -> Void) -> String {
        var json = JSONText()
        json.object(body)
        json.end()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
