import Hardening
import SweepHistory
import Testing

@Suite struct LastSightsTests {
    private func night(_ day: Int, _ hosts: [(String, String?)]) -> Night {
        Night(id: "2026110\(day)T020000Z-000\(day)", started: "2026-11-0\(day)T02:00:00Z", hosts: hosts)
    }

    private let seen = "--profiling=false"

    @Test func `names the host that was not seen for the longest time, and when it was`() throws {
        let directory = try TemporaryDirectory()
        let store = try SweepStore.open(directory.state)
        let nights: [[(String, String?)]] = [
            [("cp1", seen), ("cp2", seen), ("cp3", seen), ("cp4", nil)],
            [("cp1", seen), ("cp2", nil), ("cp3", seen), ("cp4", nil)],
            [("cp1", seen), ("cp2", nil), ("cp3", nil), ("cp4", nil)],
        ]
        for (index, hosts) in nights.enumerated() { try night(index + 1, hosts).write(to: store) }
        func lost(_ sweep: String) throws -> LostHosts? { try store.lostHosts(of: store.sweep(sweep)) }
        let last = try #require(try lost("latest"))
        #expect(last.count == 3 && last.never == 1)
        #expect(last.longest == HostPlace(cluster: "prod", host: "cp2"))
        #expect(last.lastSeen == "2026-11-01T02:00:00Z")
        let first = try #require(try lost("20261101"))
        #expect(first.count == 1 && first.never == 1)
        #expect(first.longest == HostPlace(cluster: "prod", host: "cp4"))
        #expect(first.lastSeen == nil)
        try night(4, nights[0].map { ($0.0, seen) }).write(to: store)
        #expect(try lost("latest") == nil)
    }
}
