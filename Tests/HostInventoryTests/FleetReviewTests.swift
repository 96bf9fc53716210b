import HostInventory
import StrictYAML
import Testing

struct FleetReviewTests {
    /// Of a cluster with so many masters.
    private func review(_ masters: Int, _ more: String = "", selecting hosts: [String] = []) throws -> FleetReview {
        let names = (1...masters).map { "cp\($0)" }.joined(separator: ", ")
        let fleet = try Fleet.parse(
            "version: 1\nclusters:\n  prod:\n    masters: [\(names)]\n\(more)", file: "fleet.yaml")
        return FleetReview(fleet.selecting(clusters: [], hosts: hosts).fleet, of: fleet) { _ in [] }
    }

    @Test(
        arguments: [
            (1, "", nil), (3, "", nil), (5, "", nil),
            (2, "", "2 masters in prod, with etcd on each unless etcd_members or the group etcd says otherwise"),
            (4, "", "4 masters in prod, with etcd on each unless etcd_members or the group etcd says otherwise"),
            (2, "    etcd_members: 3\n", nil), (4, "    etcd_members: 5\n", nil), (2, "    etcd_members: 0\n", nil),
            (3, "    etcd_members: 4\n", "4 members of etcd in prod"),
        ] as [(Int, String, String?)])
    func `an even number of etcd members is a problem, on the masters or as it is stated`(
        masters: Int, more: String, detail: String?
    ) throws {
        let review = try review(masters, more)
        #expect(review.problems.map(\.detail) == (detail.map { [$0] } ?? []))
        #expect(review.problems.allSatisfy { $0.kind == .evenEtcdMembers })
        #expect(review.notes == (masters == 1 ? ["prod has a single master"] : []))
    }

    @Test func `masters are counted in the inventory, and not in what is selected of it`() throws {
        #expect(try review(3, selecting: ["cp[12]"]).problems == [])
        #expect(try review(3, selecting: ["cp1"]).notes == [])
        #expect(try review(4, selecting: ["cp1"]).problems.count == 1)
    }
}
