import ProcessTable
import Testing

@testable import Fuzzing

/// The invariants themselves are seen to break: an oracle that never objects would let everything pass.
struct InvariantTests {
    @Test(arguments: [
        ["--etcd-servers=https://u:p@h"], ["--x-token=abc"], ["--x-token", "abc"], ["-OIDC_Secret=x"],
        ["--a=https://REDACTED@b,https://u@c"], ["--api-key=x"], ["--db_private_key", "x"], ["--somepassphrase=x"],
        ["--a=ghp_0123456789abcdef"], ["--a=x,eyJhbGciOi.eyJ"], ["--a=https://h/?b=c&token=x"], ["--k=-----BEGIN"],
    ])
    func `a secret is found`(_ arguments: [String]) {
        #expect(secret(in: arguments) == arguments.last)
    }

    @Test(arguments: [
        ["--etcd-servers=https://REDACTED@h"], ["--x-token=REDACTED"], ["--x-token", "REDACTED"], ["--x-token=false"],
        ["--mail=a@b"], ["--x-token", "--y=abc"], ["token=abc"],
        ["--api-key=/etc/key"], ["--api-key-file=x"], ["--tls-sni-cert-key=x"], ["--auth-token=jwt,sign-method=RS256"],
        ["--a=https://h/?token=REDACTED&b=c"],
    ])
    func `what was redacted is no secret`(_ arguments: [String]) {
        #expect(secret(in: arguments) == nil)
    }

    @Test(arguments: [
        ParsedFlags(occurrences: []),
        ParsedFlags(occurrences: [FlagOccurrence(name: "a", value: "b", arguments: 0..<1, entry: 0)]),
        ParsedFlags(occurrences: [FlagOccurrence(name: "a", value: "b", arguments: 0..<3, entry: 0)]),
        ParsedFlags(
            occurrences: [FlagOccurrence(name: "a", value: "b", arguments: 0..<2, entry: 0)], positionals: [1]),
        ParsedFlags(occurrences: [], positionals: [0, 1, 1]),
    ])
    func `a word that is lost, invented or taken twice is found`(_ parsed: ParsedFlags) {
        #expect(throws: BrokenInvariant.self) { try checkPartition(parsed, of: ["--a", "b"], isCut: false) }
    }

    @Test(arguments: [("b", "c"), ("a", "c"), ("a", ""), ("--a", "b")])
    func `a name or value that the words do not spell is found`(_ name: String, _ value: String) {
        let occurrence = FlagOccurrence(name: name, value: value, arguments: 0..<1, entry: 0)
        let syntax = FlagSyntax(style: .pflag, kinds: [:])
        #expect(throws: BrokenInvariant.self) { try checkSpelling(occurrence, in: ["--a=b"], syntax) }
    }

    @Test(arguments: ["\u{1B}[2J", "a\u{202E}b", "\u{85}", "\r"])
    func `what steers a terminal is found`(_ text: String) {
        #expect(throws: BrokenInvariant.self) { try checkPrintable(text, "it") }
    }
}
