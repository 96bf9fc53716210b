import Foundation
import HostInventory
import Testing

struct ReviewSchemaTests {
    @Test func `the published words for problems of a fleet are the program's own`() throws {
        let file = URL(filePath: #filePath).appending(
            path: "../../../Sources/SweepReport/Resources/kubesweep.inventory-1.schema.json"
        ).standardizedFileURL
        var value = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        for key in ["properties", "problems", "items", "properties", "kind"] {
            value = try #require(value[key] as? [String: Any])
        }
        #expect(value["enum"] as? [String] == FleetReview.Problem.Kind.allCases.map(\.rawValue))
    }
}
