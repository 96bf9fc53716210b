import Testing

@testable import SweepReport

struct PrintableTextTests {
    @Test(arguments: [
        ("", ""),
        ("--flag=value, \"x\" \\ ~", "--flag=value, \"x\" \\ ~"),
        ("\u{1B}[2J", #"\u{1b}[2J"#),
        ("a\0b\tc\nd\r\u{7F}", #"a\u{0}b\u{9}c\u{a}d\u{d}\u{7f}"#),
        ("\u{9B}31m\u{85}", #"\u{9b}31m\u{85}"#),
        ("\u{202E}x\u{2066}\u{200F}\u{61C}", #"\u{202e}x\u{2066}\u{200f}\u{61c}"#),
        ("a\u{200B}\u{FEFF}\u{AD}\u{3164}\u{E0041}", #"a\u{200b}\u{feff}\u{ad}\u{3164}\u{e0041}"#),
        ("\u{FFF9}a\u{600}", #"\u{fff9}a\u{600}"#),
        ("a\u{A0}\u{2003}\u{3000}b", #"a\u{a0}\u{2003}\u{3000}b"#),
        ("\u{2028}\u{2029}\u{E000}\u{10FFFF}", #"\u{2028}\u{2029}\u{e000}\u{10ffff}"#),
        ("é 東京 \u{FFFD}", "é 東京 \u{FFFD}"),
        ("e\u{301}", "e\u{301}"),
        ("\u{301}e", #"\u{301}e"#),
        ("e\u{301}\u{301}\u{301}\u{301}", "e\u{301}\u{301}\u{301}" + #"\u{301}"#),
    ])
    func `escapes what steers a terminal`(text: String, shown: String) {
        #expect(printable(text) == shown)
    }

    @Test(arguments: [
        ("abcd", 4, "abcd"), ("abcde", 4, "abcd…"), ("東京東京東", 4, "東京東京…"), ("ab\u{1B}c", 8, #"ab\u{1b}…"#),
        ("\u{1B}\u{1B}", 8, #"\u{1b}…"#), ("abc", 0, "…"), ("", 0, ""),
    ])
    func `limits what is written`(text: String, limit: Int, shown: String) {
        #expect(printable(text, limit: limit) == shown)
    }

    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("東京", 4), ("ｶﾅ", 2), ("한글", 4), ("😀", 2), ("…", 1),
    ])
    func `counts columns`(text: String, width: Int) {
        #expect(columns(text) == width)
    }

    @Test func `pads to a width in columns`() {
        #expect(padded("東", to: 4) == "東  ")
        #expect(aligned("東", to: 4) == "  東")
        #expect(padded("long", to: 2) == "long")
    }

    @Test(arguments: [
        ("", 10, [""]),
        ("one two three", 13, ["one two three"]),
        ("one two three", 12, ["one two", "three"]),
        ("one  two", 8, ["one  two"]),
        ("--a=b,c d", 9, ["--a=b,c d"]),
        ("x aaa,bbb,ccc,ddd y", 8, ["x", "aaa,bbb,", "ccc,ddd", "y"]),
        ("aaaaaaaaaaaa bb", 5, ["aaaaaaaaaaaa", "bb"]),
        ("東京 東京", 8, ["東京", "東京"]),
    ])
    func `wraps at spaces, and at commas where it must`(text: String, width: Int, lines: [String]) {
        #expect(wrapped(text, width: width) == lines)
    }
}
