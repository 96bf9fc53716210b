import StrictYAML
import Testing

@testable import HostInventory

struct StructureProblemTests {
    @Test(arguments: [
        (
            "",
            "fleet.yaml:1:1: the file is empty"
        ),
        (
            "# only a comment\n",
            "fleet.yaml:1:1: the file is empty"
        ),
        (
            "---\n",
            "fleet.yaml:2:1: the inventory must be a mapping, not nothing"
        ),
        (
            "null\n",
            "fleet.yaml:1:1: the inventory must be a mapping, not nothing"
        ),
        (
            "- a\n",
            "fleet.yaml:1:1: the inventory must be a mapping, not a list"
        ),
        (
            "just text\n",
            "fleet.yaml:1:1: the inventory must be a mapping, not text: \"just text\""
        ),
        (
            "version: 1\n",
            "fleet.yaml:1:1: clusters are missing"
        ),
        (
            "clusters: {a: {masters: [h1]}}\n",
            "fleet.yaml:1:1: version is missing\n    begin with \"version: 1\""
        ),
        (
            """
            version: 2
            clusters: {a: {masters: [h1]}}

            """,
            "fleet.yaml:1:10: unsupported inventory version: \"2\"\n    this program reads version 1"
        ),
        (
            """
            version: 1.0
            clusters: {a: {masters: [h1]}}

            """,
            "fleet.yaml:1:10: unsupported inventory version: \"1.0\"\n    this program reads version 1"
        ),
        (
            """
            version:
            clusters: {a: {masters: [h1]}}

            """,
            "fleet.yaml:1:9: version is empty"
        ),
        (
            """
            version: [1]
            clusters: []

            """,
            """
            fleet.yaml:1:10: version must be text, not a list
            fleet.yaml:2:11: clusters must be a mapping, not a list
            """
        ),
        (
            """
            version: 1
            clusters:

            """,
            "fleet.yaml:2:10: clusters must be a mapping, not nothing"
        ),
        (
            """
            version: 1
            clusters: {}

            """,
            "fleet.yaml:2:11: no clusters"
        ),
        (
            """
            version: 1
            zone: x
            cluster: {a: {masters: [h1]}}

            """,
            """
            fleet.yaml:1:1: clusters are missing
            fleet.yaml:2:1: unknown key: "zone"
                known keys: version, defaults, clusters
            fleet.yaml:3:1: unknown key: "cluster"
                did you mean "clusters"?
            """
        ),
        (
            """
            version: 1
            clusters: {a: {masterz: [h1], ? [q] : 1}}

            """,
            """
            fleet.yaml:2:12: cluster without masters: "a"
            fleet.yaml:2:16: unknown key: "masterz"
                did you mean "masters"?
            fleet.yaml:2:33: a key must be text, not a list
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
              b: {}
              c: {masters: []}
              d: {masters: }
              e: {masters: h1}
              f: {masters: {h1: x}}
              g: [h1]
              h: h1

            """,
            """
            fleet.yaml:3:3: cluster without masters: "a"
            fleet.yaml:4:3: cluster without masters: "b"
            fleet.yaml:5:16: cluster without masters: "c"
            fleet.yaml:6:16: cluster without masters: "d"
            fleet.yaml:7:16: masters must be a list, not text: "h1"
            fleet.yaml:8:16: masters must be a list, not a mapping
            fleet.yaml:9:6: a cluster must be a mapping, not a list
            fleet.yaml:10:6: a cluster must be a mapping, not text: "h1"
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
                masters: [h1]
              a:
                masters: [h2, h1]
                masters: [h3, 'bad host']
                port: 0

            """,
            """
            fleet.yaml:5:3: duplicate key, first at 3:3: "a"
            fleet.yaml:6:19: duplicate host name, first at 4:15: "h1"
            fleet.yaml:7:5: duplicate key, first at 6:5: "masters"
            fleet.yaml:7:19: host name with a space or control character: "bad host"
            fleet.yaml:8:11: port must be a number from 1 to 65535: "0"
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
                masters: [h1]
                user: x
                user: y
                user: z

            """,
            """
            fleet.yaml:6:5: duplicate key, first at 5:5: "user"
            fleet.yaml:7:5: duplicate key, first at 5:5: "user"
            """
        ),
        (
            """
            version: 1
            clusters:
              a:
                masters: [h1]
                'port': 1
                "port": 70000

            """,
            """
            fleet.yaml:6:5: duplicate key, first at 5:5: "port"
            fleet.yaml:6:13: port must be a number from 1 to 65535: "70000"
            """
        ),
        (
            """
            version: 1
            defaults: &d {user: x}
            clusters:
              a:
                <<: *d
                masters: [h1]

            """,
            """
            fleet.yaml:5:5: unknown key: "<<"
                merge keys are not read; write the keys out
            """
        ),
        (
            """
            version: 1
            version: 1
            clusters: {a: {masters: [h1]}}

            """,
            "fleet.yaml:2:1: duplicate key, first at 1:1: \"version\""
        ),
    ])
    func `names every problem of the file's structure`(text: String, problems: String) {
        let error = #expect(throws: YAMLError.self) { try Fleet.parse(text, file: "fleet.yaml", home: nil) }
        #expect(error?.description == problems)
    }
}
