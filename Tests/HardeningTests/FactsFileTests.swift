import ProcessTable
import Testing

@testable import Hardening

private let head = """
    component: kube-apiserver
    grammar: pflag
    oldest: "1.5"
    newest: "1.36"

    """

private func problems(_ text: String) -> String {
    do {
        _ = try ComponentFacts.parse(text, file: "f.yaml")
        return "none"
    } catch {
        return "\(error)"
    }
}

struct FactsFileTests {
    @Test func `reads what it should`() throws {
        let facts = try ComponentFacts.parse(
            head + """
                flags:
                  port: {type: int, default: [{until: "1.19", value: "8080"}, {value: "0"}], until: "1.23", aliases: [p2]}
                  gates: {type: gates}
                  config: {type: string, since: "1.13", oldNames: {old-config: {since: "1.7", until: "1.23"}}, perHost: true}
                types:
                  bool: [help]
                shorthands: {h: help}
                perHost: [help]
                admissionPlugins: {A: {since: "1.6", until: "1.9", defaultOn: "1.7"}}
                featureGates: {G: {alpha: "1.7", beta: "1.8", stable: "1.12", locked: "1.27", removed: "1.28"}}
                proofs:
                  - {flag: port, not: "0", until: "1.19"}
                  - {absent: config, unlessPresent: help, until: "1.19"}
                """, file: "f.yaml")
        let port = try #require(facts.flag("port"))
        #expect(facts.flag("p2") == port)
        #expect(
            [18, 19, 20, 36].map { facts.flags[port].defaultText(at: Release(minor: $0)) } == [
                "8080", "8080", "0", "0",
            ])
        let config = try #require(facts.flag("old-config"))
        #expect(facts.flags[config].name == "config")
        #expect(facts.flags[config].oldNames == ["old-config": ReleaseRange(Release(minor: 7), Release(minor: 23))])
        #expect(facts.flags.map(\.isPerHost) == [false, false, true, true])
        #expect(facts.syntax.shorthands == ["h": "help"])
        #expect(
            facts.plugins == [
                "A": PluginFact(since: Release(minor: 6), until: Release(minor: 9), defaultOn: Release(minor: 7))
            ])
        let gate = try #require(facts.gates["G"])
        #expect(
            [6, 7, 8, 12, 27, 28].map { gate.isOnByDefault(at: Release(minor: $0)) } == [
                nil, false, true, true, true, nil,
            ])
        #expect([6, 7, 8, 12].map { gate.group(at: Release(minor: $0)) } == [nil, "AllAlpha", "AllBeta", nil])
        #expect(
            facts.proofs == [
                VersionProof(
                    sign: .flagValue(flag: port, text: "0", equal: false),
                    releases: ReleaseRange(Release(minor: 0), Release(minor: 19))),
                VersionProof(
                    sign: .flagAbsent(flag: config, unless: facts.flag("help")),
                    releases: ReleaseRange(Release(minor: 0), Release(minor: 19))),
            ])
    }

    @Test(arguments: [
        ("flags: {a: {type: bool, default: \"yes\"}}", "f.yaml:5:9: default is no bool: \"yes\""),
        ("flags: {a: {type: int, default: \"30d\"}}", "f.yaml:5:9: default is no int: \"30d\""),
        ("flags: {a: {type: duration, default: \"60\"}}", "f.yaml:5:9: default is no duration: \"60\""),
        (
            "flags: {a: {type: int, default: [{until: \"1.9\", value: x}, {value: \"0\"}]}}",
            "f.yaml:5:9: default is no int: \"x\""
        ),
        ("flags: {a: {default: x}}", "f.yaml:5:9: flag without type: \"a\""),
        (
            "flags: {a: {type: text}}",
            """
            f.yaml:5:9: flag without type: "a"
            f.yaml:5:19: unknown type: "text"
                known: bool, int, float, string, duration, ip, stringSlice, stringArray, gates, map
            """
        ),
        (
            "flags: {a: {type: bool, since: \"1.9\", until: \"1.8\"}}",
            "f.yaml:5:9: flag ends before it begins: \"a\""
        ),
        (
            "flags: {a: {type: bool, inert: \"1.9\", until: \"1.8\"}}",
            "f.yaml:5:9: flag is inert only after its end: \"a\""
        ),
        ("flags: {a: {type: bool, since: 2.0}}", "f.yaml:5:32: since must be a release like \"1.24\": \"2.0\""),
        (
            "flags: {a: {type: bool, sinse: \"1.9\"}}",
            "f.yaml:5:25: unknown key: \"sinse\"\n    did you mean \"since\"?"
        ),
        (
            "flags: {a: {type: bool}, a: {type: int}}",
            "f.yaml:5:26: duplicate key, first at 5:9: \"a\"\nf.yaml:5:29: flag is listed twice: \"a\""
        ),
        ("flags: {a: {type: bool, aliases: [b]}, b: {type: int}}", "f.yaml:5:43: flag is listed twice: \"b\""),
        ("flags: {a: {type: bool}}\ntypes: {int: [a]}", "f.yaml:6:14: flag is listed twice: \"a\""),
        (
            "types: {boolean: [a]}",
            """
            f.yaml:5:9: unknown key: "boolean"
                known keys: bool, int, float, string, duration, ip, stringSlice, stringArray, gates, map
            """
        ),
        (
            "flags: {a: {type: int, default: [{until: \"1.9\", value: \"1\"}, {until: \"1.8\", value: \"2\"}, {value: \"0\"}]}}",
            "f.yaml:5:62: defaults are not in the order of releases"
        ),
        (
            "flags: {a: {type: int, default: [{value: \"1\"}, {value: \"0\"}]}}",
            "f.yaml:5:48: defaults are not in the order of releases"
        ),
        (
            "flags: {a: {type: int, default: [{until: \"1.9\", value: \"1\"}]}}",
            "f.yaml:5:33: the last default must have no until"
        ),
        (
            "flags: {a: {type: int, default: [{until: \"1.9\"}, {value: \"1\"}]}}",
            "f.yaml:5:34: default without value"
        ),
        (
            "flags: {a: {type: string, oldNames: {b: {since: \"1.9\", until: \"1.8\"}}}}",
            "f.yaml:5:41: an old name needs since and until"
        ),
        (
            "featureGates: {G: {alpha: \"1.8\", beta: \"1.7\"}}",
            "f.yaml:5:16: the gate's stages are out of order: \"G\""
        ),
        (
            "featureGates: {G: {ga: \"1.8\"}}",
            "f.yaml:5:20: unknown key: \"ga\"\n    known keys: alpha, beta, stable, locked, removed"
        ),
        (
            "admissionPlugins: {P: {since: \"1.9\", until: \"1.8\"}}",
            "f.yaml:5:20: plugin ends before it begins: \"P\""
        ),
        ("shorthands: {hh: help}", "f.yaml:5:14: a shorthand is one letter: \"hh\""),
        ("shorthands: {h: help}", "f.yaml:5:14: shorthand of a flag that is not listed: \"help\""),
        ("perHost: [a]", "f.yaml:1:1: perHost names a flag that is not listed: \"a\""),
        (
            "flags: {a: {type: bool, aliases: [c]}, b: {type: int}}\nexclusive: [{flag: a, with: [b, c]}]",
            "f.yaml:6:33: a flag cannot exclude itself: \"c\""
        ),
        (
            "types: {int: [a, b]}\nexclusive: [{flag: a, with: [b]}, {flag: b, with: [a]}]",
            "f.yaml:6:52: the two exclude one another already: \"a\""
        ),
        (
            "flags: {a: {type: int, until: \"1.8\"}, b: {type: int, since: \"1.9\"}}\nexclusive: [{flag: a, with: [b]}]",
            "f.yaml:6:30: no release has both flags: \"b\""
        ),
        (
            "types: {int: [aa, bb]}\nexclusive: [{flag: aa, with: [bbb]}, {flag: aa}]",
            """
            f.yaml:6:31: kube-apiserver has no such flag: "bbb"
                did you mean "bb"?
            f.yaml:6:38: flags that exclude one another need flag and with
            """
        ),
        (
            "plugins: {}",
            "f.yaml:5:1: unknown key: \"plugins\"\n    known keys: component, grammar, oldest, newest, flags, types, shorthands, perHost, admissionPlugins, featureGates, proofs, elsewhere, exclusive"
        ),
    ])
    func `refuses facts that contradict themselves`(text: String, expected: String) {
        #expect(problems(head + text) == expected)
    }

    @Test(arguments: [
        "{flag: a, value: \"1\", until: \"1.x\"}", "{flag: a, value: \"1\"}", "{flag: a, until: \"1.9\"}",
        "{flag: a, value: x, until: \"1.9\"}", "{flag: b, value: \"1\", until: \"1.9\"}",
        "{flag: a, value: \"1\", not: \"2\", until: \"1.9\"}", "{plugin: Q, until: \"1.9\"}",
        "{plugin: P, value: \"1\", until: \"1.9\"}", "{gate: H, until: \"1.9\"}",
        "{gate: G, value: maybe, until: \"1.9\"}", "{absent: b, until: \"1.9\"}",
        "{absent: a, unlessPresent: b, until: \"1.9\"}", "{plugin: P, since: \"1.9\", until: \"1.8\"}",
        "{until: \"1.9\"}", "{componentGate: false, since: \"1.31\"}",
    ])
    func `refuses half a proof`(proof: String) {
        let text = """
            flags: {a: {type: int}}
            admissionPlugins: {P: {}}
            featureGates: {G: {alpha: "1.7"}}
            proofs:
              - \(proof)
            """
        let expected = "f.yaml:9:5: a proof names one listed flag, plugin or gate and a release"
        let found = problems(head + text).split(separator: "\n").filter { !$0.contains("must be a release") }
        #expect(found == [expected[...]])
    }

    @Test(arguments: [
        ("component: kube-proxy\noldest: \"1.5\"\nnewest: \"1.6\"", "f.yaml:1:12: unknown component: \"kube-proxy\""),
        (
            "component: etcd\noldest: \"1.6\"\nnewest: \"1.5\"",
            "f.yaml:1:1: component, oldest and newest are needed, oldest first"
        ),
        ("component: etcd\nnewest: \"1.5\"", "f.yaml:1:1: component, oldest and newest are needed, oldest first"),
        (
            "component: etcd\ngrammar: posix\noldest: \"1.5\"\nnewest: \"1.6\"",
            "f.yaml:2:10: grammar must be pflag or go: \"posix\""
        ),
        ("[]", "f.yaml:1:1: facts must be a mapping, not a list"),
    ])
    func `refuses facts of nobody`(text: String, expected: String) {
        #expect(problems(text).split(separator: "\n").contains(expected[...]))
    }
}
