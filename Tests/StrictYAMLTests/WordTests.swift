import StrictYAML
import Testing

struct WordTests {
    @Test(arguments: [
        ("profilng", "profiling"), ("PROFILING", "profiling"), ("noderestrictions", "NodeRestriction"),
        ("profiling", "profiling"), ("ab", nil), ("on", nil), ("", nil), ("proof", nil), ("prafilign", nil),
        ("encryption-provider-config-automatic-relaod", "encryption-provider-config-automatic-reload"),
        (String(repeating: "p", count: 65), nil),
    ])
    func `a near key is two edits away at most`(typed: String, expected: String?) {
        let known = ["profiling", "NodeRestriction", "a1b2", "encryption-provider-config-automatic-reload"]
        #expect(nearestKey(to: typed, among: known) == expected)
    }

    @Test func `of no keys none is near`() {
        #expect(nearestKey(to: "a", among: []) == nil)
    }

    @Test(arguments: [
        ("plain", "\"plain\""),
        ("a\"b\\c", "\"a\\\"b\\\\c\""),
        ("a\nb\tc", "\"a\\nb\\tc\""),
        ("\u{1B}[31m", "\"\\u{1b}[31m\""),
        ("a\u{202E}b\u{200B}", "\"a\\u{202e}b\\u{200b}\""),
        ("a b\u{A0}c", "\"a b\\u{a0}c\""),
        ("äé漢", "\"äé漢\""),
        (String(repeating: "x", count: 80), "\"" + String(repeating: "x", count: 80) + "\""),
        (String(repeating: "x", count: 81), "\"" + String(repeating: "x", count: 80) + "…\""),
    ])
    func `quoted text is safe on a terminal and bounded`(text: String, expected: String) {
        #expect(quoted(text) == expected)
    }

    @Test func `a place escapes its file`() {
        #expect("\(Place(file: "a\u{1B}b", line: 2, column: 3))" == "a\\u{1b}b:2:3")
    }

    @Test(arguments: [("a b", false), ("a\tb", true), ("a\u{7F}", true), ("a\u{AD}", true), ("é", false)])
    func `controls are what nobody sees`(text: String, expected: Bool) {
        #expect(hasControls(text) == expected)
    }
}
