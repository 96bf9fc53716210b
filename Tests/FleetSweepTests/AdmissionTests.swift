import HostInventory
import StrictYAML
import Testing

@testable import FleetSweep

struct AdmissionTests {
    private let place = Place(file: "fleet.yaml", line: 1, column: 1)

    private func fleet(_ sizes: [Int]) -> Fleet {
        Fleet(
            source: "fleet.yaml",
            clusters: sizes.enumerated().map { number, size in
                Cluster(
                    name: "c\(number)",
                    hosts: (0..<size).map {
                        Host(
                            cluster: "c\(number)", name: "c\(number)h\($0)", address: "127.0.\(number).\($0)",
                            place: place)
                    })
            })
    }

    private func all(_ admission: inout Admission) -> [String] {
        var names: [String] = []
        while let candidate = admission.next() { names.append(candidate.host.name) }
        return names
    }

    @Test func `clusters take turns`() {
        var admission = Admission(fleet([3, 1, 2]), perCluster: 10)
        #expect(all(&admission) == ["c0h0", "c1h0", "c2h0", "c0h1", "c2h1", "c0h2"])
    }

    @Test func `no cluster has more hosts under way than it may`() {
        var admission = Admission(fleet([5, 2]), perCluster: 2)
        #expect(all(&admission) == ["c0h0", "c1h0", "c0h1", "c1h1"])
        admission.ended(0)
        #expect(all(&admission) == ["c0h2"])
        admission.ended(1)
        #expect(all(&admission) == [])
        admission.ended(0)
        admission.ended(0)
        #expect(all(&admission) == ["c0h3", "c0h4"])
    }

    @Test(arguments: [1, 2, 7]) func `every host is admitted exactly once`(perCluster: Int) {
        let fleet = fleet((0..<300).map { $0 % 9 })
        var admission = Admission(fleet, perCluster: perCluster)
        var running: [(name: String, cluster: Int)] = []
        var seen: [String] = []
        var generator = SystemRandomNumberGenerator()
        while true {
            while running.count < 50, let candidate = admission.next() {
                running.append((candidate.host.name, candidate.cluster))
                #expect(running.count { $0.cluster == candidate.cluster } <= perCluster)
            }
            guard let index = running.indices.randomElement(using: &generator) else { break }
            let ended = running.remove(at: index)
            seen.append(ended.name)
            admission.ended(ended.cluster)
        }
        #expect(seen.sorted() == fleet.clusters.flatMap { $0.hosts.map(\.name) }.sorted())
    }
}
