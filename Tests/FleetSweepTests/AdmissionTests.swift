import Hardening
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

    private func of(_ cluster: Int, behind passage: Passage? = nil, isUrgent: Bool = false) -> Admission.Candidate {
        Admission.Candidate(
            cluster: cluster, host: Host(cluster: "", name: "", address: "", place: place), passage: passage,
            isUrgent: isUrgent)
    }

    @Test func `clusters take turns`() {
        var admission = Admission(fleet([3, 1, 2]), perCluster: 10)
        #expect(all(&admission) == ["c0h0", "c1h0", "c2h0", "c0h1", "c2h1", "c0h2"])
    }

    @Test func `no cluster has more hosts under way than it may`() {
        var admission = Admission(fleet([5, 2]), perCluster: 2)
        #expect(all(&admission) == ["c0h0", "c1h0", "c0h1", "c1h1"])
        admission.ended(of(0))
        #expect(all(&admission) == ["c0h2"])
        admission.ended(of(1))
        #expect(all(&admission) == [])
        admission.ended(of(0))
        admission.ended(of(0))
        #expect(all(&admission) == ["c0h3", "c0h4"])
    }

    @Test func `no bastion has more hosts under way than it may, and holds up no other host`() {
        var admission = Admission(fleet([3, 3]), perCluster: 9) {
            $0.name.hasPrefix("c0") ? Passage(name: "b", places: 2) : nil
        }
        #expect(all(&admission) == ["c0h0", "c1h0", "c0h1", "c1h1", "c1h2"])
        admission.ended(of(1))
        #expect(all(&admission) == [])
        admission.ended(of(0, behind: Passage(name: "b", places: 2)))
        #expect(all(&admission) == ["c0h2"])
    }

    @Test func `clusters behind one bastion share its places`() {
        var admission = Admission(fleet([2, 2, 2]), perCluster: 9) { _ in Passage(name: "b", places: 1) }
        #expect(all(&admission) == ["c0h0"])
        for next in [["c1h0"], ["c2h0"], ["c0h1"], ["c1h1"], ["c2h1"], []] {
            admission.ended(of(0, behind: Passage(name: "b", places: 1)))
            #expect(all(&admission) == next)
        }
    }

    @Test func `four hosts try a bastion that lets none through, and the others follow once it does`() {
        let bastion = Passage(name: "b", places: 64)
        var isOpen = false
        var admission = Admission(
            fleet([9, 2]), perCluster: 9, passage: { $0.name.hasPrefix("c0") ? bastion : nil },
            isOpen: { _ in isOpen })
        #expect(all(&admission) == ["c0h0", "c1h0", "c0h1", "c1h1", "c0h2", "c0h3"])
        admission.ended(of(0, behind: bastion))
        #expect(all(&admission) == ["c0h4"])
        isOpen = true
        admission.ended(of(0, behind: bastion))
        #expect(all(&admission) == ["c0h5", "c0h6", "c0h7", "c0h8"])
    }

    @Test func `a bastion that lets none through any more gets no further hosts while four wait for it`() {
        let bastion = Passage(name: "b", places: 6)
        var isOpen = true
        var admission = Admission(fleet([9]), perCluster: 9, passage: { _ in bastion }, isOpen: { _ in isOpen })
        #expect(all(&admission) == ["c0h0", "c0h1", "c0h2", "c0h3", "c0h4", "c0h5"])
        isOpen = false
        var admitted: [[String]] = []
        for _ in 0..<5 {
            admission.ended(of(0, behind: bastion))
            admitted.append(all(&admission))
        }
        #expect(admitted == [[], [], ["c0h6"], ["c0h7"], ["c0h8"]])
    }

    @Test func `urgent hosts take half of a bastion's places while others wait`() {
        let bastion = Passage(name: "b", places: 4)
        let first = Set((0..<6).map { identity("c0h\($0)") })
        var admission = Admission(fleet([9]), perCluster: 9, first: first) { _ in bastion }
        #expect(all(&admission) == ["c0h0", "c0h1", "c0h6", "c0h7"])
        admission.ended(of(0, behind: bastion))
        #expect(all(&admission) == ["c0h8"])
        // Nobody else is left.
        admission.ended(of(0, behind: bastion))
        #expect(all(&admission) == ["c0h2"])
        admission.ended(of(0, behind: bastion, isUrgent: true))
        #expect(all(&admission) == ["c0h3"])
    }

    private func identity(_ name: String) -> HostPlace { HostPlace(cluster: String(name.prefix(2)), host: name) }

    @Test func `urgent hosts go first, their clusters in turn and within their bound`() {
        let first = Set(["c0h3", "c0h4", "c0h1", "c2h1"].map(identity))
        var admission = Admission(fleet([5, 2, 2]), perCluster: 2, first: first)
        #expect(all(&admission) == ["c0h1", "c2h1", "c0h3", "c1h0", "c2h0", "c1h1"])
        admission.ended(of(0))
        #expect(all(&admission) == ["c0h4"])
        admission.ended(of(0))
        admission.ended(of(0))
        #expect(all(&admission) == ["c0h0", "c0h2"])
    }

    @Test func `a name of another cluster is no reason to go first`() {
        var admission = Admission(fleet([2]), perCluster: 9, first: [HostPlace(cluster: "c1", host: "c0h1")])
        #expect(all(&admission) == ["c0h0", "c0h1"])
    }

    @Test(arguments: [1, 2, 7]) func `every host is admitted exactly once`(perCluster: Int) {
        let fleet = fleet((0..<300).map { $0 % 9 })
        let urgent = fleet.clusters.flatMap(\.hosts).filter { $0.name.hasSuffix("h2") }
        let first = Set(urgent.map { HostPlace(cluster: $0.cluster, host: $0.name) })
        var admission = Admission(
            fleet, perCluster: perCluster, first: first,
            passage: { $0.name.utf8.count % 3 == 0 ? nil : Passage(name: "b\($0.name.utf8.count)", places: 6) },
            isOpen: { _ in Bool.random() })
        var running: [(name: String, candidate: Admission.Candidate)] = []
        var seen: [String] = []
        var generator = SystemRandomNumberGenerator()
        while true {
            while running.count < 50, let candidate = admission.next() {
                running.append((candidate.host.name, candidate))
                #expect(running.count { $0.candidate.cluster == candidate.cluster } <= perCluster)
                #expect(
                    candidate.passage == nil || running.count { $0.candidate.passage == candidate.passage } <= 6)
            }
            guard let index = running.indices.randomElement(using: &generator) else { break }
            let ended = running.remove(at: index)
            seen.append(ended.name)
            admission.ended(ended.candidate)
        }
        #expect(seen.sorted() == fleet.clusters.flatMap { $0.hosts.map(\.name) }.sorted())
    }
}
