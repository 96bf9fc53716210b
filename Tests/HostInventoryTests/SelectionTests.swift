import Testing

@testable import HostInventory

struct SelectionTests {
    @Test(arguments: [
        ("prod-*", "prod-eu", true), ("prod-*", "xprod-eu", false), ("*", "", true), ("", "", true), ("", "a", false),
        ("cp?", "cp1", true), ("cp?", "cp", false), ("cp?", "cp10", false), ("cp[1-3]", "cp2", true),
        ("cp[1-3]", "cp4", false), ("cp[!1-3]", "cp4", true), ("cp[!1-3]", "cp2", false), ("cp[^2]", "cp2", false),
        ("cp[]]", "cp]", true), ("cp[a", "cp[a", true), ("cp[3-1]", "cp[3-1]", true), ("cp[a-]", "cp-", true),
        ("*a*b*c", "xxaxxbxxc", true), ("*a*b*c", "xxaxxcxxb", false), ("CP1", "cp1", false),
        ("*ab", "aab", true), ("a**b", "ab", true), ("cp[[]", "cp[", true),
    ])
    func `matches whole names`(pattern: String, text: String, matches: Bool) {
        #expect(Glob(pattern).matches(text) == matches)
    }

    @Test func `takes no exponential time on many stars`() {
        let pattern = String(repeating: "*a", count: 200) + "b"
        #expect(Glob(pattern).matches(String(repeating: "a", count: 2_000)) == false)
    }

    private static let text = """
        version: 1
        clusters:
          prod-eu: {masters: ["eu[1:2].example"]}
          prod-us: {masters: [{name: us1, host: 10.0.0.1}, {name: us2, host: 10.0.0.2}]}
          dev: {masters: [dev1.example]}
        """

    @Test(
        arguments: [
            ([], [], ["eu1.example", "eu2.example", "us1", "us2", "dev1.example"], [], []),
            (["prod-*"], [], ["eu1.example", "eu2.example", "us1", "us2"], [], []),
            (["dev", "prod-eu"], [], ["eu1.example", "eu2.example", "dev1.example"], [], []),
            ([], ["10.0.0.*"], ["us1", "us2"], [], []),
            (["prod-*"], ["*1*"], ["eu1.example", "us1", "us2"], [], []),
            (["prod"], [], [], ["prod"], []),
            (["dev", "nope*"], ["us1"], [], ["nope*"], ["us1"]),
            (["prod-us"], ["us2", "eu1*", "us?"], ["us1", "us2"], [], ["eu1*"]),
        ] as [([String], [String], [String], [String], [String])])
    func `selects by cluster and host`(
        clusters: [String], hosts: [String], names: [String], unmatchedClusters: [String], unmatchedHosts: [String]
    ) throws {
        let selection = try Fleet.parse(Self.text, file: "fleet.yaml").selecting(clusters: clusters, hosts: hosts)
        #expect(selection.fleet.clusters.flatMap(\.hosts).map(\.name) == names)
        #expect(selection.fleet.clusters.allSatisfy { !$0.hosts.isEmpty })
        #expect(selection.unmatchedClusters == unmatchedClusters)
        #expect(selection.unmatchedHosts == unmatchedHosts)
    }
}
