import Foundation
import Fuzzing
import Testing

/// The kept inputs with a few bytes changed, the same in every run: what must hold, held up without libFuzzer.
@Test(arguments: FuzzTarget.allCases)
func `kept inputs hold when they are changed`(_ target: FuzzTarget) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus/\(target.rawValue)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let inputs = try names.map { [UInt8](try Data(contentsOf: folder.appending(path: $0))) }
    var state: UInt64 = 1
    func random(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(max(bound, 1)))
    }
    for _ in 0..<300 {
        var bytes = inputs[random(inputs.count)]
        for _ in 0...random(4) {
            let other = inputs[random(inputs.count)]
            let from = random(other.count + 1)
            let piece = other[from..<min(from + random(24), other.count)]
            let at = random(bytes.count + 1)
            bytes.replaceSubrange(at..<min(at + random(24), bytes.count), with: piece)
        }
        do throws(BrokenInvariant) {
            try target.run(bytes)
        } catch {
            Issue.record("\(error): \(Data(bytes).base64EncodedString())")
        }
    }
}
