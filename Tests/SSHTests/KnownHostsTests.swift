import CLinux
import Glibc
import Testing

@testable import SSH

struct KnownHostsTests {
    // Two ed25519 keys and one of another type; only their text matters here.
    private static let first = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
    private static let second = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICAfHh0cGxoZGBcWFRQTEhEQDw4NDAsKCQgHBgUEAwIB"

    struct Lookup: Sendable, CustomTestStringConvertible {
        var line: String
        var name: String
        var port: UInt16 = 22
        var isKnown: Bool
        var testDescription: String { "\(line) for \(name):\(port)" }
    }

    @Test(arguments: [
        Lookup(line: "master1", name: "master1", isKnown: true),
        Lookup(line: "master1", name: "MASTER1", isKnown: true),
        Lookup(line: "Master1", name: "master1", isKnown: true),
        Lookup(line: "master1", name: "master10", isKnown: false),
        Lookup(line: "a,master1,10.0.0.1", name: "10.0.0.1", isKnown: true),
        Lookup(line: "*.example.org", name: "m1.example.org", isKnown: true),
        Lookup(line: "*.example.org", name: "example.org", isKnown: false),
        Lookup(line: "m?.example.org", name: "m1.example.org", isKnown: true),
        Lookup(line: "m?.example.org", name: "m12.example.org", isKnown: false),
        Lookup(line: "*.example.org,!m2.example.org", name: "m1.example.org", isKnown: true),
        Lookup(line: "*.example.org,!m2.example.org", name: "m2.example.org", isKnown: false),
        Lookup(line: "!m2.example.org,*.example.org", name: "m2.example.org", isKnown: false),
        Lookup(line: "!m2.example.org", name: "m1.example.org", isKnown: false),
        Lookup(line: "*a*a*a*a*b", name: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", isKnown: false),
        Lookup(line: "[master1]:2222", name: "master1", port: 2222, isKnown: true),
        Lookup(line: "[master1]:2222", name: "master1", isKnown: false),
        Lookup(line: "[*.example.org]:2222", name: "m1.example.org", port: 2222, isKnown: true),
        Lookup(line: "2001:db8::1", name: "2001:db8::1", isKnown: true),
        Lookup(line: "[2001:db8::1]:2222", name: "2001:db8::1", port: 2222, isKnown: true),
    ])
    func `finds a host by its line`(lookup: Lookup) {
        let keys = KnownHosts(text: "\(lookup.line) \(Self.first) a comment\n").keys(
            for: lookup.name, port: lookup.port)
        #expect(keys.keys.map(\.key.knownHostsText) == (lookup.isKnown ? [Self.first] : []))
    }

    @Test func `keeps the bare name apart from the name with a port`() {
        let hosts = KnownHosts(text: "master1 \(Self.first)\n")
        let keys = hosts.keys(for: "master1", port: 2222)
        #expect(keys.keys.isEmpty)
        #expect(keys.keysOfBareName.map(\.key.knownHostsText) == [Self.first])
        let both = KnownHosts(text: "master1 \(Self.first)\n[master1]:2222 \(Self.second)\n")
        #expect(both.keys(for: "master1", port: 2222).keysOfBareName.isEmpty)
    }

    @Test func `honours markers and never takes an authority for a host key`() {
        let hosts = KnownHosts(
            text: "@revoked master1 \(Self.first)\n@cert-authority *.example.org \(Self.second)\n")
        let revoked = hosts.keys(for: "master1", port: 22)
        #expect(revoked.revoked.map(\.line) == [1])
        #expect(revoked.keys.isEmpty)
        let certified = hosts.keys(for: "m.example.org", port: 22)
        #expect(certified.hasAuthority)
        #expect(certified.keys.isEmpty)
    }

    @Test func `a line for every host does not hide the bare name`() {
        let text = "@revoked * \(Self.second)\n@cert-authority * \(Self.second)\nmaster1 \(Self.first)\n"
        let keys = KnownHosts(text: text).keys(for: "master1", port: 2222)
        #expect(keys.keysOfBareName.map(\.line) == [3])
        #expect(Set(keys.revoked.map(\.line)) == [1])
        #expect(keys.hasAuthority)
    }

    @Test func `a revoked key under the bare name counts for every port`() {
        let hosts = KnownHosts(text: "@revoked master1 \(Self.first)\n")
        #expect(hosts.keys(for: "master1", port: 2222).revoked.map(\.line) == [1])
    }

    @Test func `passes over bad lines and says which`() {
        let text = """
            # comment

            master1
            @weird master1 \(Self.first)
            master1 ssh-ed25519 not-base64!
            master1 ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g
            |1|short|hash \(Self.first)
            |2|AAAA|BBBB \(Self.first)
            master1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8
            , \(Self.first)
            good \(Self.first)\r
            """
        let hosts = KnownHosts(text: text, file: "f")
        #expect(hosts.count == 1)
        #expect(hosts.keys(for: "good", port: 22).keys.map(\.line) == [11])
        #expect(
            hosts.skippedLines == [
                .init(file: "f", line: 3, reason: "names, key type and key are needed"),
                .init(file: "f", line: 4, reason: "the marker is neither @revoked nor @cert-authority"),
                .init(file: "f", line: 5, reason: "the key is not base64"),
                .init(file: "f", line: 6, reason: "the key does not hold the type that the line says"),
                .init(file: "f", line: 7, reason: "the hashed name is not |1|salt|hash"),
                .init(file: "f", line: 8, reason: "the hashed name is not |1|salt|hash"),
                .init(file: "f", line: 9, reason: "the key is not base64"),
                .init(file: "f", line: 10, reason: "names, key type and key are needed"),
            ])
    }

    @Test func `reports a bounded number of bad lines`() {
        let hosts = KnownHosts(text: String(repeating: "x\n", count: 250))
        #expect(hosts.skippedLines.map(\.line) == Array(1...100))
        #expect(hosts.skippedCount == 250)
    }

    @Test func `reads what ssh-keygen hashed`() throws {
        let workshop = try Workshop()
        let path = try workshop.write(
            "master1,10.0.0.1 \(Self.first)\n[master1]:2222 \(Self.second)\n@revoked bad \(Self.first)\n", to: "hosts")
        try Tool.run("/usr/bin/ssh-keygen", ["-q", "-H", "-f", path])
        #expect(try workshop.read("hosts").hasPrefix("|1|"))
        let hosts = try KnownHosts(files: ["\(workshop.path)/absent", path])
        #expect(hosts.skippedLines == [])
        #expect(hosts.keys(for: "Master1", port: 22).keys.map(\.key.knownHostsText) == [Self.first])
        #expect(hosts.keys(for: "10.0.0.1", port: 22).keys.map(\.key.knownHostsText) == [Self.first])
        #expect(hosts.keys(for: "master1", port: 2222).keys.map(\.key.knownHostsText) == [Self.second])
        #expect(hosts.keys(for: "bad", port: 22).revoked.map(\.key.knownHostsText) == [Self.first])
        #expect(hosts.keys(for: "master2", port: 22).keys.isEmpty)
    }

    /// Names of lengths at which SHA-1 takes another block, too.
    @Test func `every line that names a host counts, however it names it, as ssh-keygen finds them`() throws {
        let workshop = try Workshop()
        let names = ["m1.test", "m2.test"] + [45, 46, 55, 56, 119, 120, 240].map { String(repeating: "n", count: $0) }
        let patterns = "*.test,!m2.test \(Self.first)\n[*.test]:2222 \(Self.second)\n"
        let plain = names.map { "\($0) \(Self.first)\n[\($0)]:2222 \(Self.second)\n" }.joined()
        let hashed = try workshop.write(plain + plain, to: "hashed")
        try Tool.run("/usr/bin/ssh-keygen", ["-q", "-H", "-f", hashed])
        let text = try workshop.read(hashed).split(separator: "\n").map { "\($0)\n" }
        let path = try workshop.write(
            text.prefix(20).joined() + plain + patterns + text.dropFirst(20).joined(), to: "known_hosts")
        let hosts = try KnownHosts(files: [path])
        #expect(hosts.hashedCount == 4 * names.count)
        for name in names.map({ "[\($0)]:2222" }) + names {
            let found = try Tool.run("/usr/bin/ssh-keygen", ["-F", name, "-f", path]).split(separator: "\n")
                .filter { $0.hasPrefix("# Host ") }.compactMap { Int($0.split(separator: " ").last ?? "") }
            let bare = name.hasPrefix("[") ? String(name.dropFirst().dropLast(6)) : name
            let keys = hosts.keys(for: bare, port: bare == name ? 22 : 2222)
            #expect(keys.keys.map(\.line) == found)
            #expect(found.count >= 3)
            // Asked again, from what is remembered.
            #expect(hosts.keys(for: bare, port: bare == name ? 22 : 2222).keys.map(\.line) == found)
        }
    }

    @Test func `a plain line of one type does not hide a hashed one of another`() throws {
        let workshop = try Workshop()
        let hashed = try workshop.write("master1 \(Self.first)\n", to: "hashed")
        try Tool.run("/usr/bin/ssh-keygen", ["-q", "-H", "-f", hashed])
        let hosts = KnownHosts(text: "master1 ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB\n" + (try workshop.read(hashed)))
        #expect(hosts.keys(for: "master1", port: 22).keys.map(\.key.type) == ["ssh-rsa", "ssh-ed25519"])
    }

    @Test func `threads that look the same hosts up at once find the same lines`() async throws {
        let workshop = try Workshop()
        let names = (0..<200).map { "m\($0)" }
        let path = try workshop.write(names.map { "\($0) \(Self.first)\n" }.joined(), to: "known_hosts")
        try Tool.run("/usr/bin/ssh-keygen", ["-q", "-H", "-f", path])
        let hosts = try KnownHosts(files: [path])
        await withTaskGroup(of: [[Int]].self) { group in
            for _ in 0..<8 {
                group.addTask { names.map { hosts.keys(for: $0, port: 22).keys.map(\.line) } }
            }
            for await found in group { #expect(found == (1...200).map { [$0] }) }
        }
    }

    @Test func `a hashed revocation outweighs a plain line`() {
        // printf %s master1 | openssl dgst -sha1 -mac HMAC -macopt hexkey:0102…14, the salt in base64 first.
        let name = "|1|AQIDBAUGBwgJCgsMDQ4PEBESExQ=|zl5yqEt5MlQUPTymCCfJLqJ041I="
        let hosts = KnownHosts(text: "master1 \(Self.first)\n@revoked \(name) \(Self.first)\n")
        #expect(hosts.keys(for: "master1", port: 22).revoked.map(\.line) == [2])
    }

    @Test func `refuses what is no regular file`() {
        #expect(throws: KnownHostsError.cannotRead("/tmp: not a regular file")) { try KnownHosts(files: ["/tmp"]) }
    }

    @Test func `appends whole lines that it can read back`() throws {
        let workshop = try Workshop()
        let path = try workshop.write("old \(Self.second)", to: "hosts", mode: 0o644)
        let key = try #require(HostKey(blob: Base64.decode(Self.first.split(separator: " ")[1].utf8) ?? []))
        let entries = [
            KnownHostsFile.Entry(name: "Master1", port: 22, key: key),
            KnownHostsFile.Entry(name: "master2", port: 2222, key: key),
            KnownHostsFile.Entry(name: "Master1", port: 22, key: key),
        ]
        try KnownHostsFile.append(entries, to: path)
        #expect(
            try workshop.read("hosts") == "old \(Self.second)\nmaster1 \(Self.first)\n[master2]:2222 \(Self.first)\n")
        let fresh = "\(workshop.path)/fresh"
        try KnownHostsFile.append(entries, to: fresh)
        #expect(try Tool.run("/usr/bin/stat", ["-c", "%a", fresh]) == "600\n")
        #expect(
            try Tool.run("/usr/bin/ssh-keygen", ["-F", "[master2]:2222", "-f", fresh]).split(separator: "\n").last
                == "[master2]:2222 \(Self.first)")
    }

    private static func key() throws -> HostKey {
        try #require(HostKey(blob: Base64.decode(first.split(separator: " ")[1].utf8) ?? []))
    }

    @Test func `many that append at once, and ssh's own way of appending, lose and mix nothing`() async throws {
        let workshop = try Workshop()
        let path = "\(workshop.path)/hosts"
        let key = try Self.key()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for number in 0..<50 {
                        while true {
                            do throws(KnownHostsError) {
                                try KnownHostsFile.append(
                                    [.init(name: "w\(writer)n\(number)", port: 22, key: key)], to: path)
                                break
                            } catch {
                                #expect(error == .locked(path))
                                usleep(500)
                            }
                        }
                    }
                }
            }
            group.addTask {
                try Tool.run(
                    "/bin/sh", ["-c", "for n in $(seq 100); do echo \"s$n \(Self.first)\" >> '\(path)'; done"])
            }
            try await group.waitForAll()
        }
        let hosts = try KnownHosts(files: [path])
        #expect(hosts.skippedCount == 0)
        #expect(hosts.count == 500)
        let names = (0..<400).map { "w\($0 / 50)n\($0 % 50)" } + (1...100).map { "s\($0)" }
        for name in names { #expect(hosts.keys(for: name, port: 22).keys.count == 1, "\(name)") }
    }

    @Test func `a locked file is left alone at once`() throws {
        let workshop = try Workshop()
        let path = try workshop.write("old \(Self.second)\n", to: "hosts")
        let holder = open(path, O_RDWR | O_CLOEXEC)
        defer { close(holder) }
        #expect(flock(holder, LOCK_EX) == 0)
        #expect(throws: KnownHostsError.locked(path)) {
            try KnownHostsFile.append([.init(name: "new", port: 22, key: try Self.key())], to: path)
        }
        #expect(try workshop.read("hosts") == "old \(Self.second)\n")
    }

    @Test(.enabled(if: Server.isAvailable))
    func `a line that does not fit is taken back`() throws {
        let workshop = try Workshop()
        let folder = "\(workshop.path)/full"
        mkdir(folder, 0o700)
        // Room for one page.
        try Tool.run("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", folder])
        defer { _ = try? Tool.run("/usr/bin/umount", [folder]) }
        let text = "old \(Self.second)\n# " + String(repeating: "x", count: 3930) + "\n"
        let path = try workshop.write(text, to: "full/hosts")
        let failure = #expect(throws: KnownHostsError.self) {
            try KnownHostsFile.append([.init(name: "new", port: 22, key: try Self.key())], to: path)
        }
        #expect(failure == .cannotWrite("\(path): only \(4096 - text.utf8.count) of 85 bytes were written"))
        #expect(try workshop.read("full/hosts") == text)
    }

    @Test(arguments: ["", "a b", "a\nb", "*", "!a", "|1|a", "@revoked", "a,b", "#a", "ä"])
    func `never writes a name that a line cannot hold`(name: String) throws {
        let key = try #require(HostKey(blob: Base64.decode(Self.first.split(separator: " ")[1].utf8) ?? []))
        #expect(throws: KnownHostsError.self) {
            try KnownHostsFile.append([.init(name: name, port: 22, key: key)], to: "/dev/null/none")
        }
        #expect(throws: KnownHostsError.unusableName(PeerText.printable(name.utf8))) {
            try KnownHostsFile.Entry(name: name, port: 22, key: key).line()
        }
    }
}
