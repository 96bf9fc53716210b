import Hardening
import Testing

private let now = "2026-11-24T02:00:00Z"

private let fleet = ["prod-eu": ["cp1.eu", "cp2.eu"], "edge": ["cp1.edge"]].flatMap { cluster, hosts in
    hosts.map {
        WaiverPlace(cluster: cluster, labels: cluster == "edge" ? [:] : ["env": "prod"], host: $0, address: "\($0):22")
    }
}

private func findings(_ entries: [String], places: [WaiverPlace]? = fleet) throws -> [String] {
    let list =
        entries.count == 1 ? try waivers(entries[0]) : try waivers(entries[0], entries[1])
    return WaiverList.lint(
        [("w.yaml", list.text)], at: now, checks: ["apiserver-profiling", "etcd-tls"], places: places
    ).map(\.description)
}

struct WaiverLintTests {
    @Test(arguments: [
        ([""], []),
        (["host: cp1.eu"], []),
        (["check: process-identity"], []),
        (
            ["check: apiserver-profilin"],
            ["w.yaml:2:5: error: no such check: \"apiserver-profilin\"\n    did you mean \"apiserver-profiling\"?"]
        ),
        (["expires: 2026-11-23"], ["w.yaml:2:5: error: waiver expired on 2026-11-23: \"w1\""]),
        (["expires: 2026-12-23"], ["w.yaml:2:5: warning: waiver expires on 2026-12-23: \"w1\""]),
        (["expires: 2026-12-24"], []),
        (["cluster: [prod-*, stage]"], ["w.yaml:2:5: error: no cluster of the inventory is of this name: \"stage\""]),
        (["host: [cp1*, cp9]"], ["w.yaml:2:5: error: no host of the inventory is of this name: \"cp9\""]),
        (["labels: {env: prd}"], ["w.yaml:2:5: error: no cluster of the inventory has this label: \"env: prd\""]),
        (
            ["cluster: edge, host: '*.eu'"],
            ["w.yaml:2:5: error: no host of the inventory meets all selectors: \"w1\""]
        ),
        (
            ["", "host: cp1.eu"],
            ["w.yaml:3:5: warning: waiver w1 covers all that this one covers, and as long: \"w2\""]
        ),
        (
            ["cluster: prod-*, value: x", "cluster: [prod-eu], value: x, labels: {env: prod}"],
            ["w.yaml:3:5: warning: waiver w1 covers all that this one covers, and as long: \"w2\""]
        ),
        (["host: cp1*", "host: cp1.*"], []),
        (["value: x", ""], []),
        (["labels: {env: prod}", "cluster: edge"], []),
        (["", "check: etcd-tls"], []),
        (["", "expires: 2027-01-01"], []),
    ])
    func `what a file's waivers have wrong`(entries: [String], expected: [String]) throws {
        #expect(try findings(entries) == expected)
    }

    @Test func `without an inventory selectors are taken as they are`() throws {
        #expect(try findings(["cluster: nowhere"], places: nil) == [])
    }

    @Test func `a file that cannot be read says so`() {
        let found = WaiverList.lint([("w.yaml", "waivers:\n  - {id: 1 2}")], at: now, checks: [], places: nil)
        #expect(
            found.map(\.description).first
                == "w.yaml:2:5: error: waiver without check: \"1 2\"\n    the check's id, as reports show it")
        #expect(found.count == 6)
    }
}
