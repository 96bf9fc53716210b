import Foundation
import Fuzzing
import Testing

/// The files that fuzzing has left: `Corpus` reaches all the code that it ever reached, `Crashes` broke something once.
struct KeptInputTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent()

    private static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.appending(path: folder).path).sorted()
    }

    @Test(arguments: FuzzTarget.allCases, ["Corpus", "Crashes"])
    func `what was kept holds`(_ target: FuzzTarget, _ kind: String) throws {
        let folder = "\(kind)/\(target.rawValue)"
        for name in try Self.names(in: folder) {
            let file = Self.directory.appending(path: "\(folder)/\(name)")
            let bytes = [UInt8](try Data(contentsOf: file))
            do throws(BrokenInvariant) {
                try target.run(bytes)
            } catch {
                Issue.record("\(folder)/\(name): \(error)")
            }
        }
    }

    @Test func `every target has a dictionary and a corpus`() throws {
        let targets = FuzzTarget.allCases.map(\.rawValue).sorted()
        #expect(try Self.names(in: "Corpus") == targets)
        #expect(try Self.names(in: "Crashes") == targets)
        #expect(try Self.names(in: "Dictionaries") == targets.map { $0 + ".dict" })
        for target in targets { #expect(try !Self.names(in: "Corpus/\(target)").isEmpty, "\(target)") }
    }
}
