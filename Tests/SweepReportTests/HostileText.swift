/// Text that a host or a file may show, each of a kind that must not reach a terminal as it is.
enum HostileText {
    static let escapeSequence = "\u{1B}[2J\u{1B}]0;owned\u{07}"
    static let nul = "before\0after"
    static let bidirectional = "\u{202E}txt.exe\u{202C} \u{2066}a\u{2069}\u{61C}"
    static let newlines = "line one\nline two\r\nline three\u{2028}four\u{2029}five"
    static let c1 = "\u{9B}31m\u{85}\u{80}"
    static let invisible = "a\u{200B}b\u{FEFF}c\u{AD}d\u{3164}e\u{A0}f\u{E0041}g"
    static let quotes = #""double" 'single' `back` \back\slash"#
    static let repaired = String(decoding: [0x61, 0xFF, 0xC0, 0x62] as [UInt8], as: UTF8.self)
    static let marks = "e\u{301}\u{302}\u{303}\u{304}\u{305}"
    static let wide = "東京-マスター"
    static let long = String(repeating: "A", count: 1_000)
    static let all = [
        escapeSequence, nul, bidirectional, newlines, c1, invisible, quotes, repaired, marks, wide,
    ].joined(separator: " ")
}
