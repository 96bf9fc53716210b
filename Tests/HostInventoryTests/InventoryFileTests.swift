import Glibc
import StrictYAML
import Testing

@testable import HostInventory

struct InventoryFileTests {
    /// Calls `body` with the path of a file of these bytes, which is removed afterwards.
    private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
        var template = Array("/tmp/kubesweep-inventory-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            try #require(count > 0)
            rest = rest.dropFirst(count)
        }
        close(descriptor)
        try body(path)
    }

    private func error(_ path: String) throws -> String {
        try #require(throws: YAMLError.self) { try Fleet.load(path: path) }.description
    }

    @Test func `places the first byte that is not UTF-8`() throws {
        try withFile(Array("version: 1\nclusters: {ä".utf8) + [0xC3, 0x28] + Array("\n".utf8)) { path throws in
            #expect(try error(path) == "\(path):2:13: byte 0xc3 is not UTF-8")
        }
        try withFile([0xFF, 0xFE, 0x76, 0x00]) { path throws in
            #expect(try error(path) == "\(path):1:1: byte 0xff is not UTF-8")
        }
        try withFile(Array("a\n".utf8) + [0xE2, 0x82]) { path throws in
            #expect(try error(path) == "\(path):2:1: byte 0xe2 is not UTF-8")
        }
    }

    @Test func `refuses an empty file, a directory, and what is not there`() throws {
        try withFile([]) { path throws in
            #expect(try error(path) == "\(path):1:1: the file is empty")
        }
        #expect(try error("/tmp") == "/tmp:1:1: cannot be read: is a directory")
        #expect(
            try error("/nowhere/fleet.yaml") == "/nowhere/fleet.yaml:1:1: cannot be opened: no such file or directory")
        #expect(try error("a\u{1B}[2J\n") == "a\\u{1b}[2J\\n:1:1: cannot be opened: no such file or directory")
    }

    @Test func `refuses a file that goes on after 16 MiB`() throws {
        #expect(try error("/dev/zero") == "/dev/zero:1:1: larger than 16 MiB")
        let text = "version: 1\nclusters: {a: {masters: [h1]}}\n"
        let padding = String(repeating: "#", count: Fleet.fileLimit - text.utf8.count)
        try withFile(Array((text + padding).utf8)) { path throws in
            #expect(try Fleet.load(path: path).hostCount == 1)
        }
        try withFile(Array((text + padding + "#").utf8)) { path throws in
            #expect(try error(path) == "\(path):1:1: larger than 16 MiB")
        }
    }

    @Test(arguments: [
        ("fleet.yaml", "keys/a", "keys/a"), ("./fleet.yaml", "keys/a", "./keys/a"),
        ("in/fleet.yaml", "../a", "in/../a"),
        ("/etc/fleet.yaml", "a", "/etc/a"), ("/etc/fleet.yaml", "/b/a", "/b/a"), ("in/fleet.yaml", "~/a", "/home/me/a"),
        ("in/fleet.yaml", "~", "/home/me"), ("in/fleet.yaml", "a b", "in/a b"),
    ])
    func `paths start at the inventory or at home`(file: String, written: String, path: String) throws {
        let text = "version: 1\nclusters: {c: {identity_file: \"\(written)\", masters: [h1]}}\n"
        let fleet = try Fleet.parse(text, file: file, home: "/home/me")
        #expect(fleet.clusters.first?.hosts.first?.identityFile == path)
    }

    @Test func `a host's own settings go before its cluster's and these before the defaults`() throws {
        let text = """
            version: 1
            clusters:
              a:
                masters: [h1, {name: h2, user: own, port: 3}]
                user: cluster
                known_hosts: /cluster
              b: {masters: [h3]}
            defaults: {user: all, port: 1, identity_file: /all, known_hosts: /all}
            """
        let hosts = try Fleet.parse(text, file: "f").clusters.flatMap(\.hosts)
        #expect(hosts.map(\.user) == ["cluster", "own", "all"])
        #expect(hosts.map(\.port) == [1, 3, 1])
        #expect(hosts.map(\.identityFile) == ["/all", "/all", "/all"])
        #expect(hosts.map(\.knownHostsFile) == ["/cluster", "/cluster", "/all"])
    }

    @Test func `a version without quotes keeps its last zero`() throws {
        let text = "version: 1\nclusters: {c: {kubernetes_version: 1.30, masters: [h1]}}\n"
        #expect(try Fleet.parse(text, file: "f").clusters.first?.kubernetesVersion?.description == "1.30")
    }
}
