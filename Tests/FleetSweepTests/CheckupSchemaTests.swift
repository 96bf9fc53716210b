import Foundation
import SSH
import Testing

struct CheckupSchemaTests {
    @Test func `the published words for what known_hosts says of a host are the program's own`() throws {
        let file = URL(filePath: #filePath).appending(
            path: "../../../Sources/SweepReport/Resources/kubesweep.doctor-1.schema.json"
        ).standardizedFileURL
        var value = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        for key in ["$defs", "hostKeyState"] {
            value = try #require(value[key] as? [String: Any])
        }
        #expect(value["enum"] as? [String] == HostTrust.State.allCases.map(\.rawValue))
    }
}
