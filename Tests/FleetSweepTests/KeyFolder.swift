import Foundation
import Testing

/// Keys that ssh-keygen made, in a folder that goes with the test.
final class KeyFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/kubesweep-keyring-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func rename(_ path: String, to name: String) throws -> String {
        try FileManager.default.moveItem(atPath: path, toPath: "\(self.path)/\(name)")
        return "\(self.path)/\(name)"
    }

    /// One round of bcrypt, since the rounds are not the subject.
    func key(_ name: String, passphrase: String = "", type: String = "ecdsa") throws -> String {
        try keygen(["-q", "-t", type, "-a", "1", "-N", passphrase, "-C", "", "-f", "\(path)/\(name)"])
        return "\(path)/\(name)"
    }

    func keygen(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/ssh-keygen")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
