import AnsibleInventory
import HostInventory
import Foundation
import StrictYAML
import Testing

/// Dynamic inventories that fail, hang, never end or say nothing that can be read.
struct ProgramTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "kubesweep-programs-\(UUID())")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    /// A file that is being written cannot be run, and where other tests start processes it may be for a while longer.
    /// So the program is one that nobody writes, and reads the script.
    private func program(_ script: String) throws -> String {
        let file = folder.appending(path: "inventory")
        try Data("\(script)\n".utf8).write(to: folder.appending(path: "inventory.sh"))
        try FileManager.default.createSymbolicLink(
            atPath: file.path, withDestinationPath: Ansible.inventories + "/scripted/inventory")
        return file.path
    }

    private func complaint(_ script: String, limit: Duration = .seconds(60)) throws -> String {
        defer { try? FileManager.default.removeItem(at: folder) }
        var options = AnsibleInventory.Options()
        options.programLimit = limit
        let path = try program(script)
        let error = #expect(throws: YAMLError.self) { try AnsibleInventory(path: path, options) }
        return try #require(error).description.replacing(path, with: "inventory")
    }

    @Test(arguments: [
        (
            "echo 'cannot reach the CMDB' >&2; exit 3",
            "inventory:1:1: ended with status 3 when run with --list\n    it wrote: cannot reach the CMDB"
        ),
        // What it printed before it failed is not half an inventory.
        (
            #"echo '{"masters": ["cp1"], "_meta": {"hostvars": {}}}'; exit 1"#,
            "inventory:1:1: ended with status 1 when run with --list\n    it wrote nothing to standard error"
        ),
        (
            #"printf 'a\033[2Jb\n' >&2; kill -9 $$"#,
            "inventory:1:1: ended with status 137 when run with --list\n    it wrote: a\\u{1b}[2Jb"
        ),
        (
            #"[ "$1" = --list ] && echo '{"masters": ["cp1"]}' || exit 4"#,
            "inventory:1:1: ended with status 4 when run with --host cp1\n    it wrote nothing to standard error"
        ),
    ])
    func `one that fails is told of with what it said`(_ script: String, _ expected: String) throws {
        #expect(try complaint(script) == expected)
    }

    @Test(arguments: [
        ("echo '[masters]'; echo cp1", "inventory:1:1: an object is expected"),
        ("echo; echo '{\"masters\": [\"cp1\",]}'", "inventory:2:20: a string is expected: \"masters[1]\""),
        ("echo '{\"masters\": [\"cp1\"]'", "inventory:2:1: \",\" is expected"),
        ("echo '{\"masters\": 7}'", "inventory:1:13: a group must be an object or a list of hosts: \"masters\""),
        ("", "inventory:1:1: an object is expected"),
        (
            #"[ "$1" = --list ] && echo '{"masters": ["cp1"]}' || echo none"#,
            "inventory:1:1: what it prints with --host is no object of variables: an object is expected: \"cp1\""
        ),
    ])
    func `one that prints no JSON is told of with the place`(_ script: String, _ expected: String) throws {
        #expect(try complaint(script) == expected)
    }

    @Test func `one that hangs is ended at the limit, with what it started`() throws {
        let pids = folder.appendingPathExtension("pids").path
        defer { try? FileManager.default.removeItem(atPath: pids) }
        let start = ContinuousClock.now
        #expect(
            try complaint("sleep 600 & echo $$ $! > \(pids); echo waiting >&2; wait", limit: .seconds(1))
                == "inventory:1:1: took longer than 1 s when run with --list\n    it wrote: waiting")
        #expect((.seconds(1) ..< .seconds(20)).contains(ContinuousClock.now - start))
        let started = try String(contentsOfFile: pids, encoding: .utf8).split { $0 == " " || $0 == "\n" }
        #expect(started.count == 2)
        for pid in started {
            let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            // An orphan that nobody has collected yet is gone all the same.
            #expect(status == nil || status?.contains("State:\tZ") == true, "\(status ?? "")")
        }
    }

    /// All calls together have the limit, not each.
    @Test func `one that is slow for each host is ended at the limit`() throws {
        let hosts = (1...50).map { "\"cp\($0)\"" }.joined(separator: ", ")
        let script = #"[ "$1" = --list ] && echo '{"masters": [\#(hosts)]}' && exit; sleep 0.2; echo '{}'"#
        let words = try complaint(script, limit: .seconds(1))
        #expect(words.hasPrefix("inventory:1:1: took longer than 1 s when run with --host cp"), "\(words)")
    }

    @Test func `one that never stops printing is ended at the bound`() throws {
        #expect(
            try complaint("exec yes '[masters]'")
                == "inventory:1:1: printed more than 128 MiB when run with --list")
    }

    @Test func `one that talks without end keeps its beginning, and its inventory`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = try program(
            #"head -c 3000000 /dev/zero | tr '\0' x >&2; echo '{"masters": ["cp1"], "_meta": {"hostvars": {}}}'"#)
        var inventory = try AnsibleInventory(path: path)
        let fleet = try inventory.fleet(masters: nil, clusterVariable: nil)
        #expect(fleet.clusters.map { $0.hosts.map(\.name) } == [["cp1"]])
    }
}
