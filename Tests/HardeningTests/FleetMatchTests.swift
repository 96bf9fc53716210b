import Hardening
import Testing

@Suite struct FleetMatchTests {
    private func night(_ hosts: [Night.Host]) -> Night { Night(hosts: hosts) }

    private func host(
        _ name: String, at address: String, _ key: String?, _ flags: String = "--profiling=false",
        in cluster: String = "prod"
    ) -> Night.Host {
        // A host whose key nobody knows was not reached.
        Night.Host(name, key == nil ? nil : flags, cluster: cluster, address: address, key: key)
    }

    private func words(_ change: FleetChange) -> [String] {
        change.addedHosts.map { "added \($0.cluster)/\($0.host)" }
            + change.removedHosts.map { "removed \($0.cluster)/\($0.host)" }
            + change.movedHosts.map { "moved \($0.from.cluster)/\($0.from.host) to \($0.to.cluster)/\($0.to.host)" }
            + change.readdressedHosts.map { host in
                "at \(host.to) \(host.place.host), \(host.isOtherMachine.map { $0 ? "another" : "the same" } ?? "unknown")"
            }
            + change.renamedClusters.map { "renamed \($0.from) to \($0.to)" }
            + change.addedClusters.map { "added \($0)" } + change.removedClusters.map { "removed \($0)" }
    }

    @Test func `a proved key tells what an address does not`() throws {
        let table: [(what: String, older: [Night.Host], newer: [Night.Host], expected: [String])] = [
            (
                "the address is given to a new machine",
                [host("cp1", at: "a", "K1")], [host("cp9", at: "a", "K9")], ["added prod/cp9", "removed prod/cp1"]
            ),
            (
                "the machine has another name",
                [host("cp1", at: "a", "K1")], [host("cp9", at: "a", "K1")], ["moved prod/cp1 to prod/cp9"]
            ),
            (
                "the machine has another name and another address",
                [host("cp1", at: "a", "K1")], [host("cp9", at: "b", "K1")],
                ["moved prod/cp1 to prod/cp9", "at b cp9, the same"]
            ),
            (
                "the key goes before the address",
                [host("cp1", at: "a", "K1"), host("cp2", at: "b", "K2")],
                [host("x", at: "b", "K1"), host("y", at: "a", "K2")],
                ["moved prod/cp1 to prod/x", "moved prod/cp2 to prod/y", "at b x, the same", "at a y, the same"]
            ),
            (
                "one of them was not seen",
                [host("cp1", at: "a", nil)], [host("cp9", at: "a", "K1")], ["moved prod/cp1 to prod/cp9"]
            ),
            (
                "copies of one machine share a key, and their addresses tell",
                [host("cp1", at: "a", "K"), host("cp2", at: "b", "K")],
                [host("x", at: "b", "K"), host("y", at: "a", "K")],
                ["moved prod/cp1 to prod/y", "moved prod/cp2 to prod/x"]
            ),
            (
                "the name stays and the machine does not",
                [host("cp1", at: "a", "K1")], [host("cp1", at: "b", "K2")], ["at b cp1, another"]
            ),
            (
                "the name stays and so does the machine",
                [host("cp1", at: "a", "K1")], [host("cp1", at: "b", "K1")], ["at b cp1, the same"]
            ),
        ]
        for row in table {
            let change = try diff(night(row.older), night(row.newer)).fleet
            #expect(words(change) == row.expected, "\(row.what)")
        }
    }

    @Test func `a cluster that keeps most of its hosts under another name is renamed`() throws {
        let older = ["a", "b", "c"].map { host($0, at: $0, "K" + $0) }
        func newer(_ names: [String]) -> [Night.Host] { names.map { host($0, at: $0, "K" + $0, in: "live") } }
        let most = try diff(night(older), night(newer(["b", "c", "d"]))).fleet
        #expect(most.renamedClusters.map(\.to) == ["live"] && most.removedClusters == [] && most.addedClusters == [])
        #expect(most.addedHosts.map(\.host) == ["d"] && most.removedHosts.map(\.host) == ["a"])
        // Half of it is not most.
        let half = try diff(night(older), night(newer(["b", "c", "d", "e"]))).fleet
        #expect(half.renamedClusters == [] && half.removedClusters == ["prod"] && half.addedClusters == ["live"])
    }

    @Test func `what another machine shows is the inventory's doing`() throws {
        let older = night([host("cp1", at: "a", "K1")])
        let newer = night([host("cp1", at: "b", "K2", "--profiling=true --v=4")])
        let diff = try diff(older, newer)
        #expect(diff.findings.map(\.words) == ["new prod/cp1 apiserver-profiling: inventory"])
        #expect(
            diff.besides == [
                "flag cp1 profiling false to true: inventory", "flag cp1 v - to 4: inventory",
                "key cp1 K1 to K2: inventory",
            ])
        // The same machine at another address, and another key at the same one, are the host's.
        for (address, key) in [("b", "K1"), ("a", "K2")] {
            let moved = try HardeningTests.diff(older, night([host("cp1", at: address, key, "--profiling=true")]))
            #expect(moved.findings.map(\.words) == ["new prod/cp1 apiserver-profiling: host"])
            #expect(moved.flags.map(\.attribution) == [Attribution(.host)])
            #expect(moved.hostKeys.map(\.attribution) == (key == "K1" ? [] : [Attribution(.host)]))
        }
    }

    @Test func `swapped names are the inventory's doing`() throws {
        let (good, bad) = ("--profiling=false", "--profiling=true")
        let older = night([host("cp1", at: "a", "K1", good), host("cp2", at: "b", "K2", bad)])
        let newer = night([host("cp1", at: "b", "K2", bad), host("cp2", at: "a", "K1", good)])
        #expect(
            try diff(older, newer).findings.map(\.words) == [
                "new prod/cp1 apiserver-profiling: inventory", "resolved prod/cp2 apiserver-profiling: inventory",
            ])
    }

    @Test func `another distribution is told`() throws {
        var newer = night([host("cp1", at: "a", "K1")])
        newer.distribution = "k3s"
        let diff = try diff(night([host("cp1", at: "a", "K1")]), newer)
        #expect(diff.fleet.distributions.map { "\($0.cluster) \($0.from ?? "-") \($0.to ?? "-")" } == ["prod - k3s"])
        #expect(!diff.isEmpty && diff.findings.isEmpty)
    }
}
