import StrictYAML
import Testing

@testable import HostInventory

struct YAMLProblemTests {
    @Test(arguments: [
        (
            """
            version: 1
            clusters:
              a:
            \tmasters: [h1]

            """,
            "fleet.yaml:4:1: not YAML: a tab cannot indent\n    use spaces"
        ),
        (
            """
            version: 1
            clusters:
              a:
                masters: [h1

            """,
            """
            fleet.yaml:5:1: not YAML: did not find expected ',' or ']', while parsing a flow sequence from \
            line 4, column 14
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
               masters: [h1]
              b: x: y

            """,
            "fleet.yaml:5:7: not YAML: mapping values are not allowed in this context: \": y\""
        ),
        (
            """
            version: 1
            clusters:
              a: 'open

            """,
            """
            fleet.yaml:4:1: not YAML: found unexpected end of stream, while scanning a quoted scalar from \
            line 3, column 6
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
                masters: [h1]
            ---
            version: 1

            """,
            "fleet.yaml:5:1: more than one YAML document: \"---\""
        ),
        (
            """
            version: 1
            clusters:
              a: *x

            """,
            "fleet.yaml:3:6: not YAML: found undefined alias: \"*x\""
        ),
        (
            """
            version: 1\r
            clusters:\r
              a:\r
                masters: [h1]\r
                port: x\r
                port: 22\r
                user: {\r

            """,
            """
            fleet.yaml:8:1: not YAML: did not find expected node content, while parsing a flow node from \
            line 8, column 1
            """
        ),
        (
            """
            version: 1\r
            clusters:\r
              a:\r
                masters: [h1]\r
                port: x\r
                port: 22\r

            """,
            """
            fleet.yaml:5:11: port must be a number from 1 to 65535: "x"
            fleet.yaml:6:5: duplicate key, first at 5:5: "port"
            """
        ),
        (
            """
            \u{FEFF}version: 3
            clusters: {a: {masters: [h1]}}

            """,
            "fleet.yaml:1:10: unsupported inventory version: \"3\"\n    this program reads version 1"
        ),
        (
            """
            version: 1
            clusters: {ä: {masters: [h\u{1}1]}}

            """,
            "fleet.yaml:2:27: control character: \"\\u{1}\""
        ),
        (
            """
            version: 1
            # \u{2028}

            """,
            "fleet.yaml:2:3: control character: \"\\u{2028}\""
        ),
        (
            """
            version: 1
            \u{0}

            """,
            "fleet.yaml:2:1: control character: \"\\u{0}\""
        ),
        (
            """
            %YAML 3.0
            ---
            a: 1

            """,
            "fleet.yaml:1:1: not YAML: found incompatible YAML document: \"%YAML 3.0\""
        ),
        (
            """
            ? [a]
            : 1
            ? [a]
            : 2

            """,
            "fleet.yaml:1:3: key stands twice in its mapping: \"[a]\""
        ),
        (
            """
            a: &a x
            *a : 1
            *a : 2

            """,
            "fleet.yaml:1:4: key stands twice in its mapping: \"&a x\""
        ),
        (
            """
            '': 1
            '': 2

            """,
            "fleet.yaml:1:1: key stands twice in its mapping: \"'': 1\""
        ),
        (
            """
            <<: 1
            <<: 2

            """,
            """
            fleet.yaml:1:1: unknown key: "<<"
                merge keys are not read; write the keys out
            fleet.yaml:1:1: version is missing
                begin with "version: 1"
            fleet.yaml:1:1: clusters are missing
            fleet.yaml:2:1: unknown key: "<<"
                merge keys are not read; write the keys out
            """
        ),
        (
            String(repeating: "- ", count: 1_500),
            "fleet.yaml:1:1999: not YAML: nested too deeply"
        ),
        (
            """
            version: 1
            x: [&a b, &a b, &a b, &a b, &a b, &a b, &a b, &a b, &a b, &a b, &a b, &a b, &a b, &a b, &a b, \
            &a b, &a b, &a b, &a b, &a b, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, \
            *a, *a, *a, *a, ]

            """,
            """
            fleet.yaml:2:1: aliases that unfold too far
                write the values out
            """
        ),
        (
            """
            version: 1
            \(String(repeating: "k", count: 300)): 1
            clusters: {a: {masters: [h1]}}

            """,
            """
            fleet.yaml:2:1: unknown key: \
            "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk…"
                known keys: version, defaults, clusters
            """
        ),
        (
            """
            version: 1
            "a\\\\b\\"\\t": 1
            clusters: {a: {masters: [h1]}}

            """,
            "fleet.yaml:2:1: unknown key: \"a\\\\b\\\"\\t\"\n    known keys: version, defaults, clusters"
        ),
    ])
    func `places what is not YAML, or more of it than one inventory`(text: String, problems: String) {
        let error = #expect(throws: YAMLError.self) { try Fleet.parse(text, file: "fleet.yaml", home: nil) }
        #expect(error?.description == problems)
    }
}
