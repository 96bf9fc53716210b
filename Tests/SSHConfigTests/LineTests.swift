import Testing

@testable import SSHConfig

struct LineTests {
    @Test(arguments: [
        ("User audit", "user", ["audit"]),
        ("\t USER=audit ", "user", ["audit"]),
        ("Port = 22", "port", ["22"]),
        ("IdentityFile \"~/a b\" 'c\"d' e\\ f g\\h", "identityfile", ["~/a b", "c\"d", "e f", "g\\h"]),
        ("Host a b # c", "host", ["a", "b"]),
        ("Host a#b", "host", ["a#b"]),
        ("Host", "host", []),
        ("HostName \"\"\r", "hostname", [""]),
    ])
    func `splits as ssh does`(text: String, keyword: String, words: [String]) throws {
        let line = try #require(try SSHConfigLine(Array(text.utf8)))
        #expect(line.keyword == keyword)
        #expect(line.words == words)
    }

    @Test(arguments: ["", "   ", "# User x", "\t#"])
    func `passes over`(text: String) throws {
        #expect(try SSHConfigLine(Array(text.utf8)) == nil)
    }

    @Test(arguments: ["User \"audit", "\"User\" x", "= x", "User 'a"])
    func `does not pretend to understand`(text: String) {
        #expect(throws: SSHConfigLine.NotUnderstood()) { try SSHConfigLine(Array(text.utf8)) }
    }

    @Test(arguments: [
        ("*", "", true), ("a*c", "abbc", true), ("a?c", "abc", true), ("a?c", "ac", false), ("[ab]", "a", false),
        ("[ab]", "[ab]", true), ("A", "a", false), ("*a*b", "xaxb", true), ("*a*b", "xbxa", false),
        ("**", "x", true), ("", "", true), ("", "x", false),
    ])
    func `matches`(pattern: String, text: String, matches: Bool) {
        #expect(Wildcard(pattern).matches(text) == matches)
    }
}
