import Hardening
import HostInventory
import SSH
import StrictYAML
import Synchronization
import Testing

@testable import FleetSweep

struct KeyringTests {
    private let folder: KeyFolder

    init() throws { folder = try KeyFolder() }

    private func host(_ name: String, key: String? = nil) -> Host {
        Host(
            cluster: "c", name: name, address: name, identityFile: key, place: Place(file: "f", line: 1, column: 1))
    }

    private func keyring(
        _ hosts: [Host], _ options: Keyring.Options = Keyring.Options(), _ passphrases: PassphraseSource = .none,
        agent: String = "none"
    ) async -> Keyring {
        let fleet = Fleet(source: "f", clusters: [Cluster(name: "c", hosts: hosts)])
        var reaching = FleetAccess.Options()
        reaching.sshConfig = "none"
        reaching.agent = agent
        let access = await FleetAccess(for: fleet, reaching)
        return await Keyring(for: fleet, reachedBy: access, options, passphrases: passphrases)
    }

    private func named(_ paths: String...) -> Keyring.Options {
        var options = Keyring.Options()
        options.identityFiles = paths
        return options
    }

    private func names(_ keyring: Keyring, _ host: Host) throws -> [String] {
        try keyring.identities(for: host).offered.map(\.name)
    }

    private func source(_ answers: [String], asked: Asked = Asked()) -> PassphraseSource {
        PassphraseSource(attempts: 3) { path, attempt in
            asked.note("\(path.split(separator: "/").last ?? "") \(attempt)")
            guard attempt <= answers.count else { return nil }
            var bytes = Array(answers[attempt - 1].utf8)
            return Passphrase(taking: &bytes)
        }
    }

    private final class Asked: Sendable {
        private let state = Mutex<[String]>([])
        var all: [String] { state.withLock { $0 } }
        func note(_ text: String) { state.withLock { $0.append(text) } }
    }

    @Test func `an option's keys win over the inventory's, in their order`() async throws {
        let (a, b, c) = (try folder.key("a"), try folder.key("b"), try folder.key("c"))
        let hosts = [host("one", key: a), host("two", key: b)]
        let plain = await keyring(hosts)
        #expect(try names(plain, hosts[0]) == [a])
        #expect(try names(plain, hosts[1]) == [b])
        let options = await keyring(hosts, named(c, a))
        #expect(try names(options, hosts[0]) == [c, a])
        #expect(try names(options, hosts[1]) == [c, a])
        #expect(try names(await keyring(hosts, named(c, c)), hosts[0]) == [c])
    }

    @Test func `a key that cannot be used is told of, and fails a host only where there is no other`() async throws {
        let good = try folder.key("good")
        let one = host("one")
        let keyring = await keyring([one], named("/nonexistent/key", good))
        let (offered, notes) = try keyring.identities(for: one)
        #expect(offered.map(\.name) == [good])
        #expect(notes == ["key not used: /nonexistent/key: No such file or directory"])
        let alone = await self.keyring([one], named("/nonexistent/key"))
        #expect(
            throws: HostFailure(
                phase: "credentials", reason: "keyUnusable", detail: "/nonexistent/key: No such file or directory",
                hint: "give the path of a private key that this user may read")
        ) { try alone.identities(for: one) }
    }

    @Test func `a passphrase is asked for once, however many hosts use the key`() async throws {
        let (open, locked) = (try folder.key("open"), try folder.key("locked", passphrase: "secret"))
        let hosts = (0..<20).map { host("h\($0)", key: $0 % 2 == 0 ? open : locked) }
        let asked = Asked()
        let keyring = await keyring(hosts, Keyring.Options(), source(["wrong", "secret"], asked: asked))
        #expect(asked.all == ["locked 1", "locked 2"])
        for host in hosts { #expect(try names(keyring, host) == [host.identityFile]) }
    }

    @Test func `a key stays locked after the last wrong passphrase, and where none is given`() async throws {
        let locked = try folder.key("locked", passphrase: "secret")
        let one = host("one", key: locked)
        let asked = Asked()
        let wrong = await keyring([one], Keyring.Options(), source(["a", "b", "c", "d"], asked: asked))
        #expect(asked.all == ["locked 1", "locked 2", "locked 3"])
        let failures = [
            (wrong, "\(locked): the passphrase does not open this key"),
            (await keyring([one]), "\(locked): the key is encrypted and no passphrase was given"),
        ]
        for (keyring, detail) in failures {
            do throws(HostFailure) {
                _ = try keyring.identities(for: one)
                Issue.record("offered")
            } catch {
                #expect(error.phase == "credentials")
                #expect(error.reason == "keyLocked")
                #expect(error.detail == detail)
            }
        }
    }

    @Test func `a certificate beside the key is offered before it, unless its time is over`() async throws {
        let (authority, key) = (try folder.key("authority"), try folder.key("key"))
        let one = host("one", key: key)
        try folder.keygen(["-q", "-s", authority, "-I", "audit", "-n", "root", key + ".pub"])
        let keyring = await keyring([one])
        #expect(try names(keyring, one) == [key + "-cert.pub", key])
        #expect(keyring.warnings == [])
        try folder.keygen(
            ["-q", "-s", authority, "-I", "audit", "-n", "root", "-V", "20200101:20200102", key + ".pub"])
        let late = await self.keyring([one])
        #expect(try names(late, one) == [key])
        #expect(late.warnings == ["\(key)-cert.pub: not used: the certificate audit is not valid now"])
    }

    @Test func `a certificate may be named, and goes with its key only`() async throws {
        let (authority, key, other) = (try folder.key("authority"), try folder.key("key"), try folder.key("other"))
        try folder.keygen(["-q", "-s", authority, "-I", "audit", "-n", "root", key + ".pub"])
        let named = try folder.rename(key + "-cert.pub", to: "elsewhere")
        let hosts = [host("one", key: key), host("two", key: other)]
        var options = Keyring.Options()
        options.certificateFiles = [named, "/nonexistent/cert"]
        let keyring = await keyring(hosts, options)
        #expect(try names(keyring, hosts[0]) == [named, key])
        #expect(try names(keyring, hosts[1]) == [other])
        #expect(keyring.warnings == ["not used: /nonexistent/cert: No such file or directory"])
    }

    @Test func `a public half needs an agent`() async throws {
        let path = try folder.key("key") + ".pub"
        let one = host("one", key: path)
        for (keyring, detail, warnings) in [
            (await keyring([one]), "\(path): this is a public key, and no agent holds its private half", []),
            (
                await keyring([one], agent: "/nonexistent/agent"),
                "\(path): this is a public key, and the agent cannot be reached: /nonexistent/agent: "
                    + "No such file or directory",
                ["the agent cannot be reached: /nonexistent/agent: No such file or directory"]
            ),
        ] {
            #expect(keyring.warnings == warnings)
            do throws(HostFailure) {
                _ = try keyring.identities(for: one)
                Issue.record("offered")
            } catch {
                #expect(error.detail == detail)
            }
        }
    }

    @Test func `an agent is left alone where every key is at hand`() async throws {
        let one = host("one", key: try folder.key("key"))
        #expect(await keyring([one], agent: "/nonexistent/agent").warnings == [])
    }

    @Test func `the key that was let in last goes first, for its cluster and user`() async throws {
        let one = host("one")
        let keyring = await keyring([one], named(try folder.key("a"), try folder.key("b"), try folder.key("c")))
        let keys = try keyring.identities(for: one).offered
        let memory = KeyMemory()
        func order(_ cluster: String, _ user: String) -> [String] {
            memory.ordered(keys, cluster: cluster, user: user).map { String($0.name.suffix(1)) }
        }
        #expect(order("x", "u") == ["a", "b", "c"])
        memory.note(keys[1], cluster: "x", user: "u")
        #expect(order("x", "u") == ["b", "a", "c"])
        #expect(order("x", "v") == ["a", "b", "c"])
        #expect(order("y", "u") == ["a", "b", "c"])
    }
}
