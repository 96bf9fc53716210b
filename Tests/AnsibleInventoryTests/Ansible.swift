import AnsibleInventory
import Foundation
import Testing

/// The real Ansible (Debian's ansible-core).
enum Ansible {
    static let inventories = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Inventories").path

    /// What `ansible-inventory --list` says: the hosts of each group, its children's among them, and each host's variables.
    struct Listing {
        var members: [String: Set<String>] = [:]
        var variables: [String: [String: Any]] = [:]

        init(of path: String) throws {
            let output = try list(of: path)
            var document = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
            let meta = document.removeValue(forKey: "_meta") as? [String: Any]
            variables = try #require(meta?["hostvars"] as? [String: [String: Any]])
            let groups = document.compactMapValues { $0 as? [String: [Any]] }
            for group in groups.keys {
                let hosts = Self.hosts(of: group, groups)
                if !hosts.isEmpty { members[group] = hosts }
            }
        }

        private static func hosts(of group: String, _ groups: [String: [String: [Any]]]) -> Set<String> {
            var hosts = Set(groups[group]?["hosts"] as? [String] ?? [])
            for child in groups[group]?["children"] as? [String] ?? [] {
                hosts.formUnion(self.hosts(of: child, groups))
            }
            return hosts
        }
    }

    static func list(of path: String) throws -> String {
        String(decoding: try run("ansible-inventory", ["-i", path, "--list"]), as: UTF8.self)
    }

    static func hosts(matching pattern: String, in path: String) throws -> [String] {
        let output = String(decoding: try run("ansible", ["-i", path, pattern, "--list-hosts"]), as: UTF8.self)
        return output.split(separator: "\n").dropFirst().map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private static func run(_ name: String, _ arguments: [String]) throws -> Data {
        let folder = FileManager.default.temporaryDirectory.appending(path: "kubesweep-ansible-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data().write(to: folder.appending(path: "ansible.cfg"))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/\(name)")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        // Nothing of this machine's own settings.
        process.environment = [
            "PATH": "/usr/bin:/bin", "HOME": folder.path, "ANSIBLE_CONFIG": folder.appending(path: "ansible.cfg").path,
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_NOCOLOR": "1",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(name) \(arguments) ended with \(process.terminationStatus)")
        return data
    }
}

/// What JSON and a value have in common: both as one text.
func canonical(_ value: VariableValue) -> String {
    switch value {
    case .text(let text): "text \(text)"
    case .integer(let number): "number \(Double(number))"
    case .number(let text): Double(text.replacing("_", with: "")).map { "number \($0)" } ?? "number \(text)"
    case .boolean(let value): "\(value)"
    case .null: "null"
    case .structure: "structure"
    case .vault: "vault"
    }
}

func canonical(json value: Any) -> String {
    switch value {
    case is NSNull: "null"
    case let text as String: "text \(text)"
    case let number as NSNumber where String(cString: number.objCType) == "c": "\(number.boolValue)"
    case let number as NSNumber: "number \(number.doubleValue)"
    case is [Any], is [String: Any]: "structure"
    default: "unknown \(value)"
    }
}
