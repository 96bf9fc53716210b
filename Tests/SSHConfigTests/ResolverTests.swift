import SeededRandom
import Testing

@testable import SSHConfig

/// Answers shared by shape against the system's own ssh, host by host.
@Suite(.enabled(if: ConfigFolder.hasSSH))
struct ResolverTests {
    private let folder: ConfigFolder

    init() throws { folder = try ConfigFolder() }

    private static let hosts = [
        "web1", "web2", "web3.prod", "db1.prod.example", "Web1", "10.0.0.1", "fe80::1", "a", "bastion",
    ]

    private func check(_ config: String, hosts: [String] = hosts, user: String? = nil) throws -> Int {
        let resolver = SSHConfigResolver(.file(try folder.write(config)))
        let queries = hosts.map { SSHConfigQuery(host: $0, user: user) }
        let report = resolver.resolve(queries)
        for query in queries {
            #expect(report.settings[query] == resolver.direct(query), "\(query.host) under\n\(config)")
        }
        return report.calls
    }

    @Test(arguments: [
        ("", 2),
        ("User audit\nPort 2222\n", 2),
        ("Host *\n  IdentityFile ~/.ssh/%h-%r\n  ProxyCommand nc -x proxy %h %p # not %n\n", 2),
        ("Host web*\n  HostName %h.example.com\n  User w\nHost *\n  Port 7\n", 4),
        ("Host web1\n  HostName 10.1.1.1\nHost web2\n  HostName 10.1.1.2\nHost *\n  User u\n", 4),
        ("Host web* !web2\n  User w\nHost \"db1.prod.example\" 'a'\n  User=d\nhost = ba?tion\n\tport=\"33\"\n", 7),
        ("Match host *.prod,web1\n  User p\nMatch originalhost web2 user *\n  Port 4\nMatch all\n  Port 5\n", 5),
        ("Match !host web*\n  User other\n  ProxyJump bastion,ops@two:2222\n", 4),
        ("Host web1\n  HostName x.prod\nMatch host x.prod\n  User found\n", 3),
        ("Host a\n  User early\nMatch user early\n  Port 99\n", 3),
        ("Match exec \"test %h = web1\"\n  User executed\n", 9),
        ("Match host web1 exec \"true\"\n  User executed\n", 4),
        ("Match final host web1\n  User f\n", 9),
        ("CanonicalizeHostname no\nUser c\n", 9),
        ("UserKnownHostsFile ~/.ssh/known-%h /etc/kh\nIdentityAgent ~/agent-%n.sock\n", 9),
        ("UserKnownHostsFile ~/a ~/b\nGlobalKnownHostsFile /etc/x /etc/y\nIdentityAgent none\n", 2),
        ("Host web1\n  HostKeyAlias farm\nHost web2\n  HostKeyAlias field\nHost *\n  HostKeyAlias rest\n", 2),
        ("Host *\n  IdentitiesOnly yes\n  CertificateFile ~/c-%h\n  ConnectTimeout 7\n  AddressFamily inet6\n", 2),
        ("Host web2\n  ProxyJump none\n  ProxyCommand nc %h %p\nHost *\n  ProxyJump b\n", 3),
        ("Host web1 # web2\n  User w # v\n", 3),
        ("Compression yes\nSendEnv LANG\nHost web1\n  ForwardAgent yes\n", 2),
    ])
    func `agrees with ssh about`(config: String, calls: Int) throws {
        #expect(try check(config) == calls, "calls of ssh for\n\(config)")
    }

    @Test func `reads what is included, where it is included`() throws {
        try folder.write("Host web1\n  User one\nHost *\n  Port 11\n", to: "part-1")
        try folder.write("User two\nMatch host a\n  Port 12\n", to: "part-2")
        _ = try check("Include \(folder.path)/part-*\nHost *\n  User last\n")
        _ = try check("Host web*\n  Include \(folder.path)/part-*\n  Port 13\nHost *\n  User last\n")
        _ = try check("Host nobody\n  Include \(folder.path)/part-1\n  Port 13\nHost *\n  User last\n")
        _ = try check("Include \(folder.path)/missing-*\nInclude \(folder.path)/part-2 \(folder.path)/part-1\n")
    }

    @Test func `an account that is given decides what Match user finds`() throws {
        let config = "Match user audit\n  Port 44\n  IdentityFile /keys/%r\nHost *\n  User other\n"
        _ = try check(config, user: "audit")
        _ = try check(config, user: "someone")
    }

    @Test func `passes on what ssh says of a file it refuses`() throws {
        let file = try folder.write("Host *\n  Colour red\n")
        let query = SSHConfigQuery(host: "web1")
        let report = SSHConfigResolver(.file(file)).resolve([query, SSHConfigQuery(host: "web2")])
        #expect(
            report.settings[query]
                == .failure(
                    .refused(
                        "\(file): line 2: Bad configuration option: colour / "
                            + "\(file): terminating, 1 bad configuration options")))
        #expect(report.calls == 2)
    }

    @Test func `gives up on a command of Match that does not end, and ends it`() throws {
        let file = try folder.write("Match exec \"sleep 1000\"\n  User x\n")
        let query = SSHConfigQuery(host: "web1")
        let started = ContinuousClock.now
        let report = SSHConfigResolver(.file(file), timeLimit: .milliseconds(300)).resolve([query])
        #expect(report.settings[query] == .failure(.refused("it did not end within 0.3 seconds")))
        #expect(ContinuousClock.now - started < .seconds(5))
    }

    @Test func `shares one answer among thousands of hosts`() throws {
        var config = ""
        for number in 0..<2000 { config += "Host cp\(number)\n  HostName 10.1.\(number / 250).\(number % 250)\n" }
        config += "Host *\n  User audit\n"
        let resolver = SSHConfigResolver(.file(try folder.write(config)))
        let queries = (0..<2000).map { SSHConfigQuery(host: "cp\($0)") }
        let report = resolver.resolve(queries)
        #expect(report.calls == 2)
        #expect(try report.settings[queries[777]]?.get().hostName == "10.1.3.27")
        #expect(report.settings[queries[777]] == resolver.direct(queries[777]))
    }

    @Test(arguments: 0..<25)
    func `agrees with ssh about any file`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        try folder.write(RandomConfig.text(&random, lines: 6, include: nil), to: "extra")
        let config = RandomConfig.text(&random, lines: 14, include: "\(folder.path)/extra")
        _ = try check(config, user: Bool.random(using: &random) ? "audit" : nil)
    }
}

/// Files that ssh reads without complaint.
enum RandomConfig {
    private static let patterns = [
        "web1", "web*", "*", "!web2", "*.prod", "*.prod.*", "?", "10.0.*", "db?.prod.example", "Web*", "\"web3.prod\"",
        "fe80::*", "!*.prod",
    ]
    private static let matches = [
        "all", "host web*", "host *.prod,!web1", "originalhost web1,web2", "user root", "user audit,x",
        "localuser root", "!user root host web*", "exec \"test %n = web1\"", "host web1 exec \"false\"",
        "Host *.EXAMPLE", "!originalhost a", "host 10.9.*",
    ]
    private static let directives = [
        "HostName %h.example", "HostName 10.9.8.7", "HostName=Upper.%h", "User audit", "User x", "Port 2222",
        "Port = 2", "IdentityFile ~/.ssh/%r@%h", "IdentityFile /k/%%x", "IdentitiesOnly yes", "IdentityAgent none",
        "IdentityAgent ~/%r.sock", "IdentityAgent ~/%h.sock", "CertificateFile \"~/with space\"", "ProxyJump b1,b2:22",
        "ProxyJump none", "ProxyCommand nc %h %p", "ProxyCommand none", "UserKnownHostsFile ~/kh", "HostKeyAlias al",
        "HostKeyAlias other", "ConnectTimeout 5", "AddressFamily inet", "GlobalKnownHostsFile /a /b", "# a comment",
        "Compression yes", "UserKnownHostsFile /kh-%n",
    ]

    static func text(_ random: inout SeededGenerator, lines: Int, include: String?) -> String {
        var text = ""
        for _ in 0..<lines {
            switch Int.random(in: 0..<8, using: &random) {
            case 0, 1:
                let count = Int.random(in: 1...3, using: &random)
                let list = (0..<count).compactMap { _ in patterns.randomElement(using: &random) }
                text += "Host \(list.joined(separator: " "))\n"
            case 2: text += "Match \(matches.randomElement(using: &random) ?? "all")\n"
            case 3 where include != nil: text += "Include \(include ?? "")\n"
            default: text += "  \(directives.randomElement(using: &random) ?? "")\n"
            }
        }
        return text
    }
}
