import Testing

@testable import StrictJSON

struct JSONReaderTests {
    private func reader(_ text: String) -> JSONReader { JSONReader(Array(text.utf8)) }

    @Test(arguments: [
        (#""""#, ""),
        (#" "plain" "#, "plain"),
        (#""a\"b\\c\/d""#, #"a"b\c/d"#),
        (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"),
        (#""\u0041\u00e9\u6771\uD83D\uDE00""#, "Aé東😀"),
        ("\"é東😀\u{7F}\"", "é東😀\u{7F}"),
    ])
    func `reads a string`(text: String, string: String) throws {
        var json = reader(text)
        let read = try json.string()
        #expect(read == string)
        try json.end()
    }

    @Test(arguments: [
        ("\"a", "1:3: the string does not end"),
        ("\"a\\\"", "1:5: the string does not end"),
        ("\"a\nb\"", "1:3: a control character stands in a string"),
        (#""\x41""#, "1:2: no such escape in a string"),
        (#""\u12g4""#, "1:2: four hexadecimal digits are expected"),
        (#""a\u12""#, "1:3: four hexadecimal digits are expected"),
        (#""\ud83d""#, "1:2: half of a surrogate pair"),
        (#""\ude00\ud83d""#, "1:2: half of a surrogate pair"),
        (#""\ud83d\u0041""#, "1:2: half of a surrogate pair"),
        ("word", "1:1: a string is expected"),
        ("", "1:1: a string is expected"),
    ])
    func `refuses what is no string`(text: String, message: String) {
        var json = reader(text)
        #expect(throws: JSONProblem.self) { try json.string() }
        var again = reader(text)
        let problem = #expect(throws: JSONProblem.self) { try again.string() }
        #expect(problem?.description == message)
    }

    @Test(arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0x5C, 0x6E, 0xED, 0xA0, 0x80, 0x22]])
    func `refuses what is not UTF-8`(bytes: [UInt8]) {
        var json = JSONReader(bytes)
        let problem = #expect(throws: JSONProblem.self) { try json.string() }
        #expect(problem?.message == "the string is not UTF-8")
    }

    @Test(arguments: [("0", 0), ("-7", -7), (" 42 ", 42), ("9223372036854775807", Int.max)])
    func `reads a whole number`(text: String, number: Int) throws {
        var json = reader(text)
        let read = try json.int()
        #expect(read == number)
        try json.end()
    }

    @Test(arguments: [
        ("01", "a value is expected"), ("+1", "a value is expected"), ("-", "a value is expected"),
        (".5", "a value is expected"), ("1.", "digits are expected behind the point"),
        ("1e", "digits are expected in the exponent"), ("1.5", "a whole number is expected"),
        ("1e3", "a whole number is expected"), ("9223372036854775808", "a whole number is expected"),
    ])
    func `refuses what is no whole number`(text: String, message: String) {
        var json = reader(text)
        let problem = #expect(throws: JSONProblem.self) { try json.int() }
        #expect(problem == JSONProblem(line: 1, column: problem?.column ?? 0, path: "", message: message))
    }

    @Test func `says where in the document`() {
        var json = reader("{\"a\": [\n  {\"b\": 1},\n  {\"b\": x}\n]}")
        let problem = #expect(throws: JSONProblem.self) {
            try json.object { (json, _) throws(JSONProblem) in
                try json.array { json throws(JSONProblem) in
                    try json.object { (json, _) throws(JSONProblem) in _ = try json.int() }
                }
            }
        }
        #expect(problem == JSONProblem(line: 3, column: 9, path: "a[1].b", message: "a value is expected"))
    }

    @Test(arguments: [
        (#"{"a": 1, "a": 2}"#, "1:10: the key is there twice: a"),
        (#"{"a": 1,}"#, "1:9: a string is expected"),
        (#"{"a" 1}"#, "1:6: \":\" is expected"),
        (#"{"a": 1 "b": 2}"#, "1:9: \",\" is expected"),
        (#"{"a": 1"#, "1:8: \",\" is expected"),
        (#"{"b": 1}"#, "1:1: the key is missing: a"),
        (#"[1]"#, "1:1: an object is expected"),
    ])
    func `refuses what is no such object`(text: String, message: String) {
        var json = reader(text)
        let problem = #expect(throws: JSONProblem.self) {
            try json.object(needing: ["a"]) { (json, _) throws(JSONProblem) in try json.skip() }
        }
        #expect(problem?.description == message)
    }

    @Test(arguments: [
        "null", "true", "false", "-1.5e+10", #""a\"b""#, "[]", "{}", #"[1, [2, {"a": [null]}], "]"]"#,
        #" { "a" : { } , "b" : [ ] } "#,
    ])
    func `goes past any value`(text: String) throws {
        var json = reader(text)
        try json.skip()
        try json.end()
    }

    @Test(arguments: ["nul", "tru", "[1 2]", "[1,]", "{1: 2}", "]", "", "1 2", "[1", #"{"a": }"#])
    func `does not go past what is no value`(text: String) {
        #expect(throws: JSONProblem.self) {
            var json = reader(text)
            try json.skip()
            try json.end()
        }
    }

    @Test func `nests to its limit and no deeper`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        var json = reader(nested(JSONReader.depthLimit))
        try json.skip()
        var deeper = reader(nested(JSONReader.depthLimit + 1))
        let problem = #expect(throws: JSONProblem.self) { try deeper.skip() }
        #expect(problem?.message == "nested more than 64 deep")
        // Siblings are not depth.
        var wide = reader("[" + Array(repeating: "[[]]", count: 1000).joined(separator: ",") + "]")
        try wide.skip()
    }

    @Test func `a copy is a bookmark`() throws {
        var json = reader(#"{"a": "first", "b": 2}"#)
        var bookmark: JSONReader?
        try json.object { (json, key) throws(JSONProblem) in
            if key == "a" { bookmark = json }
            try json.skip()
        }
        let first = try bookmark?.string()
        #expect(first == "first")
    }

    @Test func `reads what is written`() throws {
        let strings = ["", "a\"b\\c", "\0\u{1B}\u{7F}\u{9B}", "\u{202E}\u{2028}\u{E0041}", "é東😀"]
        var text = JSONText()
        text.line { json in
            json.field("strings", strings)
            json.field("number", -3)
            json.field("none", nil as String?)
        }
        var json = JSONReader(text.bytes)
        var read: [String] = []
        try json.object(needing: ["strings", "number", "none"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "strings": read = try json.strings()
            case "number":
                let number = try json.int()
                #expect(number == -3)
            default:
                let isNull = json.null()
                #expect(isNull)
            }
        }
        #expect(read == strings)
    }
}
