import Foundation
import Hardening
import SweepReport
import Testing

/// Reviewed files that output is compared with, byte for byte. With `KUBESWEEP_RECORD_GOLDEN` set they are written
/// instead; look at the difference before keeping it.
enum Golden {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    static func expect(
        _ bytes: [UInt8], in name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = directory.appending(path: name)
        if ProcessInfo.processInfo.environment["KUBESWEEP_RECORD_GOLDEN"] != nil {
            try Data(bytes).write(to: file)
            return
        }
        let expected = [UInt8](try Data(contentsOf: file))
        if bytes == expected { return }
        let line = zip(bytes, expected).prefix { $0 == $1 }.count { $0.0 == UInt8(ascii: "\n") } + 1
        Issue.record("\(name) differs from line \(line) on", sourceLocation: sourceLocation)
    }
}

extension JSONReport {
    /// The whole document.
    static func render(_ record: SweepRecord) -> [UInt8] {
        var document: [UInt8] = []
        _ = write(record) { piece in
            document += piece
            return true
        }
        return document
    }
}
