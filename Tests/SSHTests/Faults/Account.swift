import Foundation
import Glibc

/// An account that only one server knows, with a home of its own: the machine's accounts and their profiles stay out of
/// the way.
final class Account: Sendable {
    static let name = "audit"
    static let number: uid_t = 54_321

    private let workshop: Workshop
    /// The machine's and this one, as passwd(5) has them.
    private let accounts: String
    var home: String { workshop.path }

    /// - `shell`: what sshd runs commands with.
    /// - `files`: by their names in the account's home.
    init(shell: String = "/bin/sh", files: [String: String] = [:]) throws {
        workshop = try Workshop()
        // mkdtemp's mode would keep the account out of its own home.
        chmod(workshop.path, 0o755)
        let keys = try String(contentsOfFile: TestKeys.get().authorizedKeys, encoding: .utf8)
        _ = try workshop.write(keys, to: "authorized_keys", mode: 0o644)
        let accounts = try String(contentsOfFile: "/etc/passwd", encoding: .utf8)
        let line = "\(Self.name):x:\(Self.number):\(Self.number):test:\(workshop.path):\(shell)\n"
        self.accounts = accounts + line
        for (name, text) in files { _ = try write(text, to: name) }
    }

    /// Readable, and runnable, for the account; returns the path.
    func write(_ text: String, to name: String) throws -> String { try workshop.write(text, to: name, mode: 0o755) }

    /// A folder with a `ps` that is this shell script, for the front of PATH.
    func ps(_ script: String) throws -> String {
        let folder = "\(workshop.path)/bin"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = try write("#!/bin/sh\n\(script)\n", to: "bin/ps")
        return "SetEnv PATH=\(folder):/usr/bin:/bin"
    }

    /// A server where this account can sign in.
    func server(hostKeys: [String] = ["ed25519"], options: [String] = [], mounts: [String] = []) throws -> Server {
        try Server(
            hostKeys: hostKeys, options: options + ["AuthorizedKeysFile \(workshop.path)/authorized_keys"],
            passwd: accounts, mounts: mounts)
    }
}
