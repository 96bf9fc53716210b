import Glibc
import SSH
import Testing

/// Against a real sshd on loopback.
@Suite(.enabled(if: Server.isAvailable), .serialized)
struct ServerTests {
    private let keys: TestKeys

    init() throws { keys = try TestKeys.get() }

    private func user(_ kind: String = "ed25519") throws -> PrivateKey { try PrivateKey(path: keys.user(kind)) }

    private func line(_ server: Server, _ kind: String = "ed25519") throws -> String {
        "\(server.knownName) \(try keys.hostLine(kind))\n"
    }

    private func fingerprint(_ path: String) throws -> String {
        let words = try Tool.run("/usr/bin/ssh-keygen", ["-lf", path + ".pub"]).split(separator: " ")
        return String(words[1])
    }

    @Test(arguments: TestKeys.kinds.map(\.name))
    func `logs in with each kind of user key`(kind: String) async throws {
        let server = try Server()
        let target = server.target(
            keys: [try user(kind)], knownHosts: try line(server),
            command: "printf 'a\\0b'; echo oops >&2; exit 3")
        let outcome = try await EngineRun.outcome(target)
        #expect(outcome.failure == nil)
        #expect(
            outcome.output
                == CommandOutput(
                    stdout: Array("a\0b".utf8), stderr: Array("oops\n".utf8), exitStatus: 3, sawEOF: true,
                    sawClose: true))
        #expect(outcome.hostKey?.fingerprint == (try fingerprint(keys.host("ed25519"))))
        #expect(!outcome.hostKeyIsNew)
        #expect(outcome.serverBanner?.hasPrefix("SSH-2.0-OpenSSH_") == true)
        #expect(outcome.peerAddress == "127.0.0.1")
        let times = outcome.times
        #expect([times.handshake, times.authenticate, times.execute, times.read].allSatisfy { $0 > .zero })
        #expect(
            times.total >= times.resolve + times.connect + times.handshake + times.authenticate + times.execute
                + times.read + times.close)
    }

    @Test(arguments: ["ed25519", "ecdsa256", "ecdsa384", "ecdsa521"])
    func `asks for the kind of host key that is known`(kind: String) async throws {
        let server = try Server(hostKeys: ["ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa"])
        let target = server.target(keys: [try user()], knownHosts: try line(server, kind), command: "echo ok")
        let outcome = try await EngineRun.outcome(target)
        #expect(outcome.output?.text == "ok\n")
        #expect(outcome.hostKey?.knownHostsText == (try keys.hostLine(kind)))
    }

    @Test func `a host known only by RSA is named as such where the library cannot verify RSA`() async throws {
        let server = try Server(hostKeys: ["ed25519", "rsa"])
        let target = server.target(keys: [try user()], knownHosts: try line(server, "rsa"), command: "echo ok")
        let outcome = try await EngineRun.outcome(target)
        if SSHLibrary.algorithms?.hostKey.contains("rsa-sha2-512") == true {
            #expect(outcome.output?.text == "ok\n")
        } else {
            #expect(outcome.failure?.phase == .hostKey)
            #expect(outcome.failure?.reason == .algorithmsDoNotMatch)
            #expect(
                outcome.failure?.detail
                    == "known_hosts has only ssh-rsa for this host, which libssh2 \(SSHLibrary.version) cannot verify; "
                    + "nothing was sent")
        }
    }

    @Test func `refuses an unknown host and shows how to add the very key seen`() async throws {
        let server = try Server()
        let target = server.target(keys: [try user()], knownHosts: "", command: "echo ok")
        let outcome = try await EngineRun.outcome(target)
        let print = try fingerprint(keys.host("ed25519"))
        #expect(
            outcome.failure
                == SSHFailure(
                    phase: .hostKey, reason: .hostKeyUnknown,
                    detail: "the host showed ssh-ed25519 \(print); no known_hosts line names \(server.knownName)",
                    hint: "verify the fingerprint on the host's console, then: echo '\(try line(server).dropLast())' "
                        + ">> ~/.ssh/known_hosts"))
        #expect(outcome.hostKey?.fingerprint == print)
    }

    @Test(arguments: [HostKeyPolicy.strict, .acceptNew])
    func `refuses a changed host key under every policy`(policy: HostKeyPolicy) async throws {
        let server = try Server()
        let other = try keys.workshop.publicKey(keys.user("ed25519"))
        let target = server.target(keys: [try user()], knownHosts: "\(server.knownName) \(other)\n", command: "echo ok")
        let failure = try await EngineRun.outcome(target, policy: policy).failure
        #expect(failure?.phase == .hostKey)
        #expect(failure?.reason == .hostKeyChanged)
        #expect(
            failure?.detail
                == "the host showed ssh-ed25519 \(try fingerprint(keys.host("ed25519"))); known_hosts:1 expects "
                + "ssh-ed25519 \(try fingerprint(keys.user("ed25519")))")
        #expect(failure?.hint.contains("ssh-keygen -R '\(server.knownName)' -f 'known_hosts'") == true)
    }

    @Test(arguments: [HostKeyPolicy.strict, .acceptNew])
    func `another type of key is never new`(policy: HostKeyPolicy) async throws {
        let server = try Server(hostKeys: ["ecdsa256"])
        let target = server.target(keys: [try user()], knownHosts: try line(server), command: "echo ok")
        let failure = try await EngineRun.outcome(target, policy: policy).failure
        #expect(failure?.phase == .handshake)
        #expect(failure?.reason == .algorithmsDoNotMatch)
        #expect(
            failure?.detail
                == "no common host key algorithms: the server has ecdsa-sha2-nistp256; libssh2 \(SSHLibrary.version) "
                + "was allowed ssh-ed25519")
    }

    @Test func `refuses a revoked key that a plain line allows`() async throws {
        let server = try Server()
        let known = try line(server) + "@revoked * \(try keys.hostLine("ed25519"))\n"
        let target = server.target(keys: [try user()], knownHosts: known, command: "echo ok")
        let failure = try await EngineRun.outcome(target, policy: .acceptNew).failure
        #expect(failure?.reason == .hostKeyRevoked)
        #expect(failure?.phase == .hostKey)
    }

    @Test(arguments: [HostKeyPolicy.strict, .acceptNew])
    func `a host known through an authority only is refused`(policy: HostKeyPolicy) async throws {
        let server = try Server()
        let known = "@cert-authority \(server.knownName) \(try keys.hostLine("ed25519"))\n"
        let target = server.target(keys: [try user()], knownHosts: known, command: "echo ok")
        #expect(try await EngineRun.outcome(target, policy: policy).failure?.reason == .hostKeyAuthorityUnsupported)
    }

    @Test func `trusts on first use and says so, and a second host must agree`() async throws {
        let server = try Server()
        var targets = [server.target(id: 1, keys: [try user()], knownHosts: "", command: "echo ok")]
        let first = try await EngineRun.outcomes(targets, policy: .acceptNew)
        #expect(first[0].output?.text == "ok\n")
        #expect(first[0].hostKeyIsNew)

        // One name and one port, so one name in known_hosts; two machines.
        let twin = try Server(hostKeys: ["ecdsa256"], address: "127.0.0.2", port: server.port)
        targets.append(twin.target(id: 2, keys: [try user()], knownHosts: "", command: "echo ok"))
        let both = try await EngineRun.outcomes(targets, policy: .acceptNew)
        #expect(both.filter { $0.output?.text == "ok\n" }.count == 1)
        #expect(both.compactMap(\.failure?.reason) == [.hostKeyChanged])
    }

    @Test func `says what the server accepts instead of a refused key`() async throws {
        let server = try Server(options: ["PasswordAuthentication yes"])
        let stranger = try PrivateKey(path: keys.stranger)
        let target = server.target(keys: [stranger], knownHosts: try line(server), command: "echo ok")
        let failure = try await EngineRun.outcome(target).failure
        #expect(
            failure
                == SSHFailure(
                    phase: .authenticate, reason: .authenticationRejected,
                    detail: "the server refused user root with ssh-ed25519 \(stranger.fingerprint) (\(stranger.name)); "
                        + "it accepts: publickey,password"))
    }

    @Test func `an expired account is told from a refused key`() async throws {
        // The eighth field is the day on which the account ends; PAM looks at it once the key is accepted.
        let server = try Server(options: ["UsePAM yes"], shadow: "root:*:19000:0:99999:7::1:\n")
        let key = try user()
        let target = server.target(keys: [key], knownHosts: try line(server), command: "echo ok")
        let failure = try await EngineRun.outcome(target).failure
        #expect(failure?.phase == .authenticate)
        #expect(failure?.reason == .accountRefused)
        #expect(
            failure?.detail
                == "127.0.0.1:\(server.port) closed the connection after it had accepted user root with "
                + "\(Identity(key).text)")
        #expect(failure?.reason.mayPassLater == false)
    }

    @Test func `a locked account is a refusal`() async throws {
        let server = try Server(shadow: "root:!:19000:0:99999:7:::\n")
        let target = try server.target(command: "echo ok")
        #expect(try await EngineRun.outcome(target).failure?.reason == .authenticationRejected)
    }

    @Test func `says what more the server wants than the key`() async throws {
        let server = try Server(options: ["AuthenticationMethods publickey,password", "PasswordAuthentication yes"])
        let key = try user()
        let target = server.target(keys: [key], knownHosts: try line(server), command: "echo ok")
        #expect(
            try await EngineRun.outcome(target).failure
                == SSHFailure(
                    phase: .authenticate, reason: .authenticationRejected,
                    detail: "the server refused user root with \(Identity(key).text), although it knows the key; "
                        + "it accepts: password"))
    }

    @Test func `offers five keys and says how many more there are`() async throws {
        let server = try Server(options: ["MaxAuthTries 6"])
        let stranger = try PrivateKey(path: keys.stranger)
        let target = server.target(
            keys: [PrivateKey](repeating: stranger, count: 7), knownHosts: try line(server), command: "echo ok")
        let failure = try await EngineRun.outcome(target).failure
        #expect(failure?.reason == .authenticationRejected)
        #expect(failure?.detail.contains("; 2 more not offered, since servers stop at 6 tries") == true)
    }

    @Test func `tries keys in order`() async throws {
        let server = try Server()
        let target = server.target(
            keys: [try PrivateKey(path: keys.stranger), try user("rsa"), try user()], knownHosts: try line(server),
            command: "echo ok")
        #expect(try await EngineRun.outcome(target).output?.text == "ok\n")
    }

    @Test func `too many refused keys are a refusal, not a lost connection`() async throws {
        let server = try Server(options: ["MaxAuthTries 1"])
        let stranger = try PrivateKey(path: keys.stranger)
        let target = server.target(keys: [stranger, stranger], knownHosts: try line(server), command: "echo ok")
        let failure = try await EngineRun.outcome(target).failure
        #expect(failure?.reason == .authenticationRejected)
        #expect(failure?.detail.contains("Too many authentication failures") == true)
    }

    @Test func `names the cipher list when the server has none in common`() async throws {
        let server = try Server(options: ["Ciphers aes256-gcm@openssh.com"])
        let outcome = try await EngineRun.outcome(try server.target(command: "echo ok"))
        let ciphers = SSHLibrary.algorithms?.cipher ?? []
        if ciphers.contains("aes256-gcm@openssh.com") {
            #expect(outcome.output?.text == "ok\n")
        } else {
            #expect(outcome.failure?.phase == .handshake)
            #expect(outcome.failure?.reason == .algorithmsDoNotMatch)
            #expect(
                outcome.failure?.detail
                    == "no common ciphers: the server has aes256-gcm@openssh.com; libssh2 \(SSHLibrary.version) was "
                    + "allowed \(ciphers.joined(separator: ", "))")
        }
    }

    @Test func `reports a forbidden session as the server's refusal`() async throws {
        let server = try Server(options: ["MaxSessions 0"])
        let failure = try await EngineRun.outcome(try server.target(command: "echo ok")).failure
        #expect(failure?.phase == .execute)
        #expect(failure?.reason == .commandRefused)
    }

    @Test func `many sessions at a time keep their answers apart`() async throws {
        let servers = try (0..<4).map { try Server(address: "127.0.1.\($0 + 1)") }
        let key = try user()
        let targets = try (0..<100).map { id in
            let server = servers[id % servers.count]
            return server.target(
                id: id, keys: [key], knownHosts: try line(server), command: "echo \(id); echo $SSH_CONNECTION")
        }
        let outcomes = try await EngineRun.outcomes(targets)
        #expect(outcomes.map(\.id) == Array(0..<100))
        for (outcome, target) in zip(outcomes, targets) {
            #expect(outcome.failure == nil)
            let words = outcome.output?.text.split(whereSeparator: \.isWhitespace).map(String.init) ?? []
            #expect(words.first == "\(target.id)")
            #expect(words.suffix(2) == [target.address, "\(target.port)"])
            #expect(outcome.peerAddress == target.address)
        }
    }

    @Test func `one place at each gate lets everybody through`() async throws {
        let server = try Server()
        let targets = try (0..<8).map { try server.target(id: $0, command: "echo \($0)") }
        let outcomes = try await EngineRun.outcomes(
            targets, lanes: 1,
            limits: .with {
                $0.connecting = 3
                $0.handshaking = 1
                $0.connected = 1
            })
        #expect(outcomes.map { $0.output?.text } == (0..<8).map { "\($0)\n" })
    }

    @Test func `waiting for a place does not count against the host`() async throws {
        let server = try Server()
        // The last waits longer than a host may take, while each takes a fraction of it, on a busy machine too.
        let targets = try (0..<6).map { try server.target(id: $0, command: "sleep 1.5; echo \($0)") }
        let outcomes = try await EngineRun.outcomes(
            targets, lanes: 1,
            limits: .with {
                $0.connected = 1
                $0.host = .seconds(7)
            })
        #expect(outcomes.map { $0.output?.text } == (0..<6).map { "\($0)\n" })
    }

    @Test func `a key known under the bare name is enough for another port`() async throws {
        let server = try Server()
        let known = "host.test \(try keys.hostLine("ed25519"))\n"
        let target = server.target(keys: [try user()], knownHosts: known, command: "echo ok")
        #expect(try await EngineRun.outcome(target).output?.text == "ok\n")
        let other = "host.test \(try keys.workshop.publicKey(keys.user("ed25519")))\n"
        let stranger = server.target(keys: [try user()], knownHosts: other, command: "echo ok")
        #expect(try await EngineRun.outcome(stranger).failure?.reason == .hostKeyUnknown)
    }

    @Test func `a session that the server times out is not told from exit status 0`() async throws {
        let server = try Server(options: ["ChannelTimeout session:command=1s"])
        let output = try await EngineRun.outcome(try server.target(command: "printf abc; sleep 30; exit 7")).output
        // Before libssh2#2516 there is no telling; hence the end mark in every listing that matters. sshd 9.2 may also time
        // out a channel at once, since one without traffic counts as idle for ever.
        #expect(output?.text == "abc" || output?.text == "")
        #expect(output?.exitStatus == 0 || output?.exitStatus == nil)
        #expect(output?.exitSignal == nil)
        #expect(output?.sawClose == true)
    }

    @Test func `a server that sheds load is told from one that is down`() async throws {
        let server = try Server(options: ["MaxStartups 1:100:1"])
        var holder: Int32 = -1
        var byte: UInt8 = 0
        // Its banner shows that sshd counts it; before that the connection that saw sshd start may still count.
        for _ in 0..<500 where byte != UInt8(ascii: "S") {
            if holder >= 0 { close(holder) }
            usleep(10_000)
            holder = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            _ = Loopback.withSockaddr(Loopback.address("127.0.0.1", server.port)) { connect(holder, $0, $1) }
            byte = 0
            _ = recv(holder, &byte, 1, 0)
        }
        defer { close(holder) }
        #expect(byte == UInt8(ascii: "S"))
        let failure = try await EngineRun.outcome(try server.target(command: "echo ok")).failure
        #expect(failure?.phase == .handshake)
        #expect(failure?.reason == .throttled)
    }

    @Test func `leaves no descriptor behind`() async throws {
        let server = try Server()
        func descriptors() throws -> Int {
            try Tool.run("/bin/ls", ["/proc/\(getpid())/fd"]).split(separator: "\n").count
        }
        let stranger = try PrivateKey(path: keys.stranger)
        func run() async throws {
            let targets = try (0..<12).map { id in
                let known = id % 3 == 0 ? "" : try line(server)
                return server.target(
                    id: id, keys: [id % 3 == 1 ? stranger : try user()], knownHosts: known, command: "echo ok")
            }
            let outcomes = try await EngineRun.outcomes(targets)
            #expect(outcomes.filter { $0.output?.text == "ok\n" }.map(\.id) == [2, 5, 8, 11])
        }
        // Other suites run beside this one and hold descriptors of their own for a while.
        var grown = [Int]()
        for _ in 0..<5 {
            let before = try descriptors()
            try await run()
            grown.append(try descriptors() - before)
        }
        #expect(grown.contains { $0 <= 0 })
    }

    @Test func `cancel ends a running command`() async throws {
        let server = try Server()
        let targets = try (0..<3).map { try server.target(id: $0, command: "echo begun; sleep 20") }
        let outcomes = try await EngineRun.outcomes(targets) { engine in
            usleep(1_000_000)
            engine.cancelAll(reason: "interrupted")
        }
        #expect(outcomes.map { $0.failure?.reason } == [.cancelled, .cancelled, .cancelled])
        #expect(outcomes.map { $0.failure?.phase } == [.read, .read, .read])
    }
}
