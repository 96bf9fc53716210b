import Foundation
import Glibc
import SSH
import Synchronization

/// A directory of one test, removed with it; and the real OpenSSH tools.
final class Workshop: Sendable {
    let path: String

    /// `outlivesTests`: held by a static, which is never released, so it is removed when the process ends.
    init(outlivesTests: Bool = false) throws {
        var template = Array("/tmp/kubesweep-ssh-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw WorkshopError(text: "mkdtemp failed") }
        path = String(cString: made)
        if outlivesTests {
            Self.leftAtExit.withLock { $0 = path }
            atexit { try? FileManager.default.removeItem(atPath: Workshop.leftAtExit.withLock { $0 }) }
        }
    }

    private static let leftAtExit = Mutex("")

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
        let file = "\(path)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: name.hasPrefix("/") ? name : "\(path)/\(name)", encoding: .utf8)
    }

    /// Makes a key pair with ssh-keygen; returns the private half's path. The public half has ".pub" behind it.
    func key(_ name: String, _ arguments: [String], passphrase: String = "") throws -> String {
        let file = "\(path)/\(name)"
        _ = try Tool.run("/usr/bin/ssh-keygen", ["-q", "-N", passphrase, "-C", "", "-f", file] + arguments)
        return file
    }

    /// The two words "type base64" of a public key file.
    func publicKey(_ privateKey: String) throws -> String {
        try read(privateKey + ".pub").split(whereSeparator: \.isWhitespace).prefix(2).joined(separator: " ")
    }
}

struct WorkshopError: Error {
    var text: String
}

enum Tool {
    /// Standard output; throws with standard error where the status is not 0.
    @discardableResult
    static func run(_ path: String, _ arguments: [String], environment: [String: String]? = nil) throws -> String {
        let process = Process()
        if let environment { process.environment = environment }
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let problem = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw WorkshopError(text: "\(path): \(String(decoding: problem, as: UTF8.self))")
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// The keys that the server tests share: made once, since RSA keys take time.
struct TestKeys: Sendable {
    let workshop: Workshop
    private static let shared = Result { try TestKeys() }

    static func get() throws -> TestKeys { try shared.get() }

    static let kinds: [(name: String, arguments: [String])] = [
        ("ed25519", ["-t", "ed25519"]),
        ("ecdsa256", ["-t", "ecdsa", "-b", "256"]),
        ("ecdsa384", ["-t", "ecdsa", "-b", "384"]),
        ("ecdsa521", ["-t", "ecdsa", "-b", "521"]),
        ("rsa", ["-t", "rsa", "-b", "2048"]),
    ]

    private init() throws {
        workshop = try Workshop(outlivesTests: true)
        for kind in Self.kinds {
            _ = try workshop.key("user-\(kind.name)", kind.arguments)
            _ = try workshop.key("host-\(kind.name)", kind.arguments)
        }
        _ = try workshop.key("stranger", ["-t", "ed25519"])
        var authorized = ""
        for kind in Self.kinds { authorized += try workshop.publicKey(user(kind.name)) + "\n" }
        _ = try workshop.write(authorized, to: "authorized_keys")
    }

    func user(_ kind: String) -> String { "\(workshop.path)/user-\(kind)" }
    func host(_ kind: String) -> String { "\(workshop.path)/host-\(kind)" }
    var stranger: String { "\(workshop.path)/stranger" }
    var authorizedKeys: String { "\(workshop.path)/authorized_keys" }

    /// The host's key as a known_hosts line holds it.
    func hostLine(_ kind: String) throws -> String { try workshop.publicKey(host(kind)) }
}
