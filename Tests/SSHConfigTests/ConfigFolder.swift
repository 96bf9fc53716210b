import Foundation

@testable import SSHConfig

/// A folder of one test with ssh_config files in it, removed with it.
final class ConfigFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/kubesweep-config-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw CocoaError(.fileWriteUnknown) }
        path = String(cString: made)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ text: String, to name: String = "config") throws -> String {
        let file = "\(path)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        return file
    }

    /// Where a run must not pass for want of it, tests without it fail instead of being skipped.
    static let hasSSH =
        ProcessInfo.processInfo.environment["KUBESWEEP_REQUIRE_SERVERS"] != nil
        || FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh")
}

extension SSHConfigResolver {
    /// What ssh says of this host alone.
    func direct(_ query: SSHConfigQuery) -> Result<SSHSettings, Failure> {
        ask(query).flatMap { answer in
            answer.settings(typed: query.host, person: .current).map(Result.success) ?? .failure(.refused("no answer"))
        }
    }
}
