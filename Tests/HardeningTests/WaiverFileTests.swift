import Hardening
import HostInventory
import Testing

private func problems(_ text: String) -> String {
    do {
        _ = try WaiverList.parse(text, file: "w.yaml")
        return "none"
    } catch {
        return "\(error)"
    }
}

private func problems(_ files: [(name: String, text: String)]) -> String {
    do {
        _ = try WaiverList.parse(files)
        return "none"
    } catch {
        return "\(error)"
    }
}

/// One waiver whose other parts are in order, as its lines.
private func problems(of lines: String..., without left: Set<String> = []) -> String {
    var whole = [
        "id": "a", "check": "apiserver-profiling", "cluster": "prod-*", "reason": "R", "owner": "O",
        "expires": "2026-12-31",
    ]
    for key in left { whole[key] = nil }
    let rest = ["id", "check", "cluster", "reason", "owner", "expires"].compactMap { key in
        whole[key].map { "\(key): \($0)" }
    }
    return problems("waivers:\n  - " + (rest + lines).joined(separator: "\n    "))
}

struct WaiverFileTests {
    private static func file(_ ids: String...) -> String {
        "waivers:\n"
            + ids.map { "  - {id: \($0), check: c, everywhere: true, reason: R, owner: O, expires: 2026-12-31}\n" }
            .joined()
    }

    @Test func `several files are one list, in their order, and are read again from what is kept of them`() throws {
        let one = Self.file("b", "a")
        let both = try WaiverList.parse([("1.yaml", one), ("2.yaml", "# JSON is YAML, too\n" + Self.file("c"))])
        #expect(both.waivers.map(\.id) == ["b", "a", "c"])
        let kept = try WaiverList.parse(kept: both.text)
        #expect(kept.waivers == both.waivers && kept.text == both.text)
        // Of one file its text is kept, whatever form it has.
        for text in [one, #"{"waivers": []}"#] {
            let list = try WaiverList.parse([("1.yaml", text)])
            #expect(list.text == text)
            #expect(try WaiverList.parse(kept: list.text).waivers == list.waivers)
        }
        // What is kept of several is no file that somebody could write.
        #expect(problems(both.text).contains("w.yaml:2:3: unknown key: \"files\""))
    }

    @Test func `several files have no more waivers together than one may have`() {
        func file(_ ids: ClosedRange<Int>) -> String {
            "waivers:\n"
                + ids.map {
                    "  - {id: \"\($0)\", check: c, everywhere: true, reason: R, owner: O, expires: 2026-12-31}\n"
                }.joined()
        }
        #expect(
            problems([("1.yaml", file(1...5000)), ("2.yaml", file(5001...10001))])
                == "2.yaml:5002:5: more than 10000 waivers in all files")
    }

    @Test func `every problem of several files is told, and both places of an id`() throws {
        #expect(
            problems([("1.yaml", Self.file("a", "b")), ("2.yaml", Self.file("c", "b"))])
                == "2.yaml:3:5: waiver is there twice, first at 1.yaml:3:5: \"b\"")
        #expect(
            problems([("1.yaml", "waivers: 1\n"), ("2.yaml", "waivers: 2\n")])
                == "1.yaml:1:10: waivers must be a list, not text: \"1\"\n2.yaml:1:10: waivers must be a list, not text: \"2\""
        )
        let error = #expect(throws: (any Error).self) { try WaiverList.load(["/nowhere/1.yaml", "/nowhere/2.yaml"]) }
        #expect(
            error.map { "\($0)" } == """
                /nowhere/1.yaml:1:1: cannot be opened: no such file or directory
                /nowhere/2.yaml:1:1: cannot be opened: no such file or directory
                """)
    }

    @Test func `a file with all there is`() throws {
        let list = try WaiverList.parse(
            """
            waivers:
              - id: profiling-2026
                check: apiserver-profiling
                cluster: [prod-*, staging]
                host: cp1*
                labels: {env: prod}
                value: --profiling=true
                reason: |
                  the vendor measures
                  until spring
                owner: team-a
                expires: 2026-12-31
                ticket: OPS-1
                created: 2026-01-02
              - {id: "2", check: etcd-tls, everywhere: true, reason: R, owner: O, expires: "2026-12-31T12:00:00+01:00"}
            """, file: "w.yaml")
        let first = try #require(list.waivers.first)
        #expect(first.id == "profiling-2026" && first.check == "apiserver-profiling")
        #expect(first.scope.clusters.map(\.pattern) == ["prod-*", "staging"])
        #expect(first.scope.hosts.map(\.pattern) == ["cp1*"])
        #expect(first.scope.labels == ["env": "prod"])
        #expect(first.value == "--profiling=true" && first.reason == "the vendor measures\nuntil spring\n")
        #expect(first.owner == "team-a" && first.expires == "2026-12-31" && first.ticket == "OPS-1")
        #expect(first.created == "2026-01-02")
        let second = try #require(list.waivers.last)
        #expect(second.scope.clusters.isEmpty && second.scope.hosts.isEmpty && second.scope.labels.isEmpty)
        #expect(second.value == nil && second.expires == "2026-12-31T12:00:00+01:00")
    }

    @Test(arguments: [
        ("", "w.yaml:1:1: the file is empty"),
        ("- a", "w.yaml:1:1: the file of waivers must be a mapping, not a list"),
        (
            "{}",
            "w.yaml:1:1: no waivers\n    begin with \"waivers:\" and a list; \"waivers: []\" has none"
        ),
        ("waiver: []", "w.yaml:1:1: unknown key: \"waiver\"\n    did you mean \"waivers\"?"),
        ("waivers: {a: b}", "w.yaml:1:10: waivers must be a list, not a mapping"),
        ("waivers: [a]", "w.yaml:1:11: a waiver must be a mapping, not text: \"a\""),
        ("waivers: []", "none"),
    ])
    func `a file that is none`(text: String, expected: String) {
        let all = problems(text)
        #expect(all == expected || all.hasPrefix(expected + "\n"))
    }

    @Test func `a waiver without anything needs everything`() {
        #expect(
            problems("waivers:\n  - {ticket: T}") == """
                w.yaml:2:5: waiver without id
                    a name of your own, once in the file
                w.yaml:2:5: waiver without check
                    the check's id, as reports show it
                w.yaml:2:5: waiver without reason
                    why the failure is accepted
                w.yaml:2:5: waiver without owner
                    who answers for it
                w.yaml:2:5: waiver without expires
                    a day like 2026-12-31, in UTC and to its end, or a time like 2026-12-31T12:00:00Z
                w.yaml:2:5: waiver that says not where it holds
                    give cluster, host or labels, or "everywhere: true"
                """)
    }

    @Test(arguments: [
        ("", "none"),
        ("value: ''", "w.yaml:8:12: value is empty"),
        ("expire: 2027", "w.yaml:8:5: unknown key: \"expire\"\n    did you mean \"expires\"?"),
        ("everywhere: true", "w.yaml:8:17: everywhere beside cluster"),
        ("everywhere: false", "w.yaml:8:17: everywhere is true or left out: \"false\""),
        ("everywhere: perhaps", "w.yaml:8:17: everywhere must be true or false: \"perhaps\""),
        ("host: []", "w.yaml:8:11: host is empty\n    leave it out, or write \"*\" for any"),
        ("host: ['']", "w.yaml:8:11: host with an empty name"),
        ("host: {a: b}", "w.yaml:8:11: host must be a list, not a mapping"),
        ("labels: {}", "w.yaml:8:13: labels is empty\n    leave it out, or name a label"),
        ("labels: {env: [prod]}", "w.yaml:8:19: a label must be text, not a list"),
        (
            "created: 2027-01-01", "w.yaml:2:5: expires before it is created: \"a\""
        ),
        ("created: 2026-12-31", "none"),
        (
            "created: yesterday",
            "w.yaml:8:14: created must be a day or a time: \"yesterday\"\n"
                + "    a day like 2026-12-31, in UTC and to its end, or a time like 2026-12-31T12:00:00Z"
        ),
        ("ticket: FILL IN", "w.yaml:8:13: ticket is still to be filled in: \"FILL IN\""),
        ("reason: again", "w.yaml:8:5: duplicate key, first at 5:5: \"reason\""),
    ])
    func `a waiver with one thing more`(line: String, expected: String) {
        #expect(problems(of: line) == expected)
    }

    @Test(arguments: [
        "2026-12-31", "2026-12-31T23:59:59Z", "2026-12-31T23:59:59.5z", "2026-12-31T23:59:59-05:00", "2028-02-29",
    ])
    func `an end that can be read`(text: String) {
        #expect(problems(of: "expires: \(text)", without: ["expires"]) == "none")
    }

    @Test(arguments: [
        "2026-13-01", "2026-00-10", "2026-02-29", "2026-12-32", "26-12-31", "2026-12-31T24:00:00Z",
        "2026-12-31T12:00:00", "2026-12-31 12:00:00Z", "2026-12-31T12:00Z", "never", "31.12.2026", "2026-12-31Z",
        "2026-12-31T12:00:00+0100", "2026-12-31T12:00:00.Z",
    ])
    func `an end that is none`(text: String) {
        #expect(
            problems(of: "expires: \"\(text)\"", without: ["expires"]) == """
                w.yaml:7:14: expires must be a day or a time: "\(text)"
                    a day like 2026-12-31, in UTC and to its end, or a time like 2026-12-31T12:00:00Z
                """)
    }

    @Test(arguments: ["a b", "a/b", "ä", "\u{1B}[2J", String(repeating: "x", count: 101)])
    func `a name that is none`(id: String) {
        let problem = problems(of: "id: \"\(id == "\u{1B}[2J" ? "\\e[2J" : id)\"", without: ["id"])
        #expect(problem.hasPrefix("w.yaml:7:9: a waiver's id is made of letters, digits, dots, dashes and underscores"))
        #expect(!problem.contains("\u{1B}"))
    }

    @Test func `two waivers of one name`() {
        let one = "{id: a, check: c, everywhere: true, reason: R, owner: O, expires: 2026-12-31}"
        #expect(
            problems("waivers:\n  - \(one)\n  - \(one)")
                == "w.yaml:3:10: waiver is there twice, first at 2:10: \"a\"")
    }

    @Test func `more waivers than are read`() {
        let one = "  - a\n"
        #expect(
            problems("waivers:\n" + String(repeating: one, count: 10_001)) == "w.yaml:2:3: more than 10000 waivers")
    }
}
