import Foundation
import Glibc
import Synchronization
import Testing

/// A folder of one test, removed with it, and the home of the programs it runs.
final class Scratch: Sendable {
    let path: String
    private let count = Mutex(0)

    init() throws {
        var template = Array("/tmp/kubesweep-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw ScratchError("cannot make a folder in /tmp") }
        path = String(cString: made)
        guard mkdir("\(path)/home", 0o700) == 0 else { throw ScratchError("cannot make \(path)/home") }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func nextNumber() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }

    /// Returns the file's path.
    func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = "\(path)/\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    static func read(_ path: String) throws -> [UInt8] {
        // Devices such as /dev/full are outputs too, and have no end.
        guard path.hasPrefix("/dev/") == false else { return [] }
        return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    func exists(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }

    /// Names in the folder, sorted.
    func names(in folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)").sorted()
    }

    /// Runs kubesweep to its end, with nothing in its environment but what every login has.
    func kubesweep(
        _ arguments: [String], input: Program.Input = .nothing, output: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> ProgramEnd {
        try await start(arguments, input: input, output: output, environment: environment).end()
    }

    func start(
        _ arguments: [String], input: Program.Input = .nothing, output: String? = nil,
        environment: [String: String] = [:]
    ) throws -> Program {
        let base = ["HOME": "\(path)/home", "PATH": "/usr/bin:/bin"]
        return try Program(
            Built.kubesweep, arguments, in: self, input: input, output: output,
            environment: base.merging(environment) { $1 })
    }
}

extension Scratch {
    /// Changes what a history holds, by Python's SQLite, which comes with the validator of JSON schemas.
    ///
    /// - Parameter state: the state directory; by default where kubesweep keeps it.
    func sql(_ statements: String, in state: String? = nil) async throws {
        let database = "\(state ?? "\(path)/home/.local/state/kubesweep")/history.sqlite"
        let program = try Program(
            "/usr/bin/python3",
            ["-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"]
                + [database, statements], in: self, environment: ["PATH": "/usr/bin:/bin"])
        let end = try await program.end()
        #expect(end.status == 0, "\(end.talk)")
    }
}

struct ScratchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
