import Glibc
import SSH
import Testing

/// Hosts behind real bastions that the engine itself logs in to.
@Suite(.enabled(if: Server.isAvailable), .serialized)
struct TunnelTests {
    private let keys: TestKeys

    init() throws { keys = try TestKeys.get() }

    @Test func `hosts behind one bastion cost it one login and this program no process`() async throws {
        let bastion = try Server.bastion()
        let hosts = [try Server(address: "127.0.0.2"), try Server(address: "127.0.0.3")]
        let targets = try hosts.enumerated().map { number, host in
            behind([try bastion.target()], try host.target(id: number, command: "echo $SSH_CONNECTION"))
        }
        let outcomes = try await EngineRun.outcomes(targets)
        for (outcome, host) in zip(outcomes, hosts) {
            #expect(outcome.failure == nil)
            #expect(outcome.output?.text.hasPrefix("127.0.0.1 ") == true)
            #expect(outcome.output?.text.hasSuffix("\(host.address) \(host.port)\n") == true)
            #expect(outcome.hostKey?.knownHostsText == (try keys.hostLine("ed25519")))
            #expect(outcome.times.proxy > .zero)
            #expect(outcome.times.connect == .zero)
        }
        #expect(bastion.logins == 1)
    }

    @Test func `reaches a host through a chain of bastions`() async throws {
        let outer = try Server.bastion()
        let inner = try Server.bastion(address: "127.0.0.2")
        let host = try Server(address: "127.0.0.3")
        let targets = try (0..<4).map {
            behind([try outer.target(), try inner.target()], try host.target(id: $0))
        }
        let outcomes = try await EngineRun.outcomes(targets)
        #expect(outcomes.map(\.failure) == [nil, nil, nil, nil])
        #expect(outcomes.map { $0.output?.text } == [String](repeating: "here\n", count: 4))
        #expect(outer.logins == 1)
        #expect(inner.logins == 1)
    }

    @Test func `more hosts than one session carries pass with sshd's own limits`() async throws {
        let bastion = try Server.bastion(["MaxStartups 10:30:100", "MaxSessions 10"])
        let host = try Server(address: "127.0.0.2")
        let targets = try (0..<80).map {
            behind([try bastion.target()], try host.target(id: $0, command: "sleep 3; echo here"))
        }
        let outcomes = try await EngineRun.outcomes(targets)
        #expect(outcomes.compactMap(\.failure) == [])
        #expect(outcomes.map { $0.output?.text } == [String](repeating: "here\n", count: 80))
        #expect((2...8).contains(bastion.logins))
    }

    @Test func `sessions with bastions take no place of a host`() async throws {
        let bastion = try Server.bastion()
        let host = try Server(address: "127.0.0.2")
        let targets = try (0..<5).map { behind([try bastion.target()], try host.target(id: $0)) }
        let outcomes = try await EngineRun.outcomes(
            targets, lanes: 1,
            limits: .with {
                $0.connecting = 1
                $0.handshaking = 1
                $0.connected = 1
            })
        #expect(outcomes.map { $0.output?.text } == [String](repeating: "here\n", count: 5))
    }

    /// What every host says, of this many lines.
    private static func lines(_ count: Int) -> String { (1...count).map { "line \($0)\n" }.joined() }

    @Test(arguments: [["RekeyLimit 64K"], ["RekeyLimit 16K"]])
    func `nothing is lost where keys are exchanged again in the middle`(options: [String]) async throws {
        let bastion = try Server(options: ["LogLevel DEBUG1"] + options)
        let host = try Server(address: "127.0.0.2", options: options)
        let targets = try (0..<12).map {
            behind([try bastion.target()], try host.target(id: $0, command: "seq -f 'line %.0f' 1 50000"))
        }
        let outcomes = try await EngineRun.outcomes(targets)
        let expected = Self.lines(50_000)
        #expect(outcomes.compactMap(\.failure) == [])
        #expect(outcomes.allSatisfy { $0.output?.text == expected })
        #expect(outcomes.allSatisfy { $0.output?.sawClose == true })
        // 12 times 590 KB in parts of 64 KB.
        #expect(bastion.log.split(separator: "rekeying").count > 50)
    }

    @Test func `a wrong host key behind a bastion is refused as anywhere`() async throws {
        let bastion = try Server.bastion()
        let host = try Server(address: "127.0.0.2")
        var wrong = behind([try bastion.target()], try host.target(id: 1))
        wrong.knownHosts = KnownHosts(text: "\(host.knownName) \(try keys.workshop.publicKey(keys.stranger))\n")
        var unknown = behind([try bastion.target()], try host.target(id: 2))
        unknown.knownHosts = KnownHosts(text: "")
        let right = behind([try bastion.target()], try host.target(id: 3))
        let outcomes = try await EngineRun.outcomes([wrong, unknown, right])
        #expect(outcomes.map(\.failure?.reason) == [.hostKeyChanged, .hostKeyUnknown, nil])
        #expect(outcomes.map(\.failure?.phase) == [.hostKey, .hostKey, nil])
        #expect(outcomes.map { $0.output?.text } == [nil, nil, "here\n"])
    }

    @Test(arguments: [HostKeyPolicy.strict, .acceptNew])
    func `a bastion that shows another key is not signed in to`(policy: HostKeyPolicy) async throws {
        let bastion = try Server.bastion()
        let host = try Server(address: "127.0.0.2")
        var login = try bastion.target()
        let stranger = try keys.workshop.publicKey(keys.stranger)
        login.knownHosts = KnownHosts(text: "\(bastion.knownName) \(stranger)\n")
        let targets = try (0..<5).map { behind([login], try host.target(id: $0)) }
        let outcomes = try await EngineRun.outcomes(targets, policy: policy)
        for failure in outcomes.map(\.failure) {
            #expect(failure?.phase == .proxy)
            #expect(failure?.reason == .bastionUnreachable)
            #expect(failure?.detail.hasPrefix("bastion bastion1: the host showed ssh-ed25519 SHA256:") == true)
            #expect(failure?.hint.contains("ssh-keygen -R '\(bastion.knownName)'") == true)
        }
        #expect(bastion.logins == 0)
        // It tells of the end a moment later.
        for _ in 0..<500 where !bastion.log.contains("[preauth]") { usleep(10_000) }
        #expect(bastion.log.split(separator: "[preauth]").count - 1 == 1)
    }

    @Test func `a bastion that is not known is not trusted on first use`() async throws {
        let bastion = try Server.bastion()
        let host = try Server(address: "127.0.0.2")
        var login = try bastion.target()
        login.knownHosts = KnownHosts(text: "")
        let failure = try await EngineRun.outcome(behind([login], try host.target()), policy: .acceptNew).failure
        // ssh, which is asked then, knows no such name.
        #expect(failure?.reason == .bastionUnreachable)
        #expect(bastion.logins == 0)
    }

    @Test(arguments: ["AllowTcpForwarding no", "PermitOpen 127.0.0.9:22"])
    func `tells a bastion that forbids forwarding`(option: String) async throws {
        let bastion = try Server.bastion([option])
        let host = try Server(address: "127.0.0.2")
        let outcomes = try await EngineRun.outcomes(
            try (0..<3).map { behind([try bastion.target()], try host.target(id: $0)) })
        for outcome in outcomes {
            #expect(
                outcome.failure
                    == SSHFailure(
                        phase: .proxy, reason: .forwardingRefused,
                        detail: "bastion bastion1 to 127.0.0.2:\(host.port): "
                            + "open failed: administratively prohibited: open failed"))
        }
        #expect(bastion.logins == 1)
    }

    @Test func `tells a host that the bastion cannot reach, while others are reached`() async throws {
        let bastion = try Server.bastion()
        let host = try Server(address: "127.0.0.2")
        var dead = behind([try bastion.target()], try host.target(id: 1))
        dead.port = try Loopback.freePort("127.0.0.2")
        var nameless = behind([try bastion.target()], try host.target(id: 2))
        nameless.address = "no-such-host.invalid"
        let outcomes = try await EngineRun.outcomes(
            [dead, nameless, behind([try bastion.target()], try host.target(id: 3))])
        #expect(
            outcomes[0].failure
                == SSHFailure(
                    phase: .proxy, reason: .connectionRefused,
                    detail: "bastion bastion1 to 127.0.0.2:\(dead.port): "
                        + "open failed: connect failed: Connection refused",
                    hint: "check the way from the bastion to the host: bastion1"))
        #expect(outcomes[1].failure?.phase == .proxy)
        #expect(outcomes[1].failure?.detail.contains("open failed: connect failed: ") == true)
        #expect(outcomes[2].output?.text == "here\n")
    }

    @Test func `a host that closes before its version line sheds load, as without a bastion`() async throws {
        let bastion = try Server.bastion()
        let peer = try ScriptedPeer { _ in }
        let host = try Server(address: "127.0.0.2")
        var target = behind([try bastion.target()], try host.target())
        target.address = "127.0.0.1"
        target.port = peer.port
        let failure = try await EngineRun.outcome(target).failure
        #expect(failure?.phase == .handshake)
        #expect(failure?.reason == .throttled)
        #expect(failure?.detail == "127.0.0.1:\(peer.port) closed the connection before its version line")
    }

    @Test func `a host that stays silent holds up no other`() async throws {
        let bastion = try Server.bastion()
        let peer = try ScriptedPeer { $0.wait() }
        let host = try Server(address: "127.0.0.2")
        let targets = try (0..<12).map { id in
            var target = behind([try bastion.target()], try host.target(id: id))
            if id % 4 == 0 {
                target.address = "127.0.0.1"
                target.port = peer.port
            }
            return target
        }
        let served = try await EngineRun.served(targets, count: 9, limits: .forTests)
        #expect(served == Set((0..<12).filter { $0 % 4 != 0 }))
        #expect(bastion.logins <= 2)

        let failure = try await EngineRun.outcome(targets[0], limits: .with { $0.handshake = .seconds(4) }).failure
        #expect(failure?.phase == .handshake)
        #expect(
            failure?.detail == "127.0.0.1:\(peer.port): connected, but no SSH version line came within 4.0 s")
    }

    @Test func `a host about which the bastion says nothing holds up no other`() async throws {
        let bastion = try Server.bastion()
        let host = try Server(address: "127.0.0.2")
        let hole = try BlackHole()
        let targets = try (0..<20).map { id in
            var target = behind([try bastion.target()], try host.target(id: id))
            if id < 3 {
                target.address = "127.0.0.1"
                target.port = hole.port
            }
            return target
        }
        let served = try await EngineRun.served(targets, count: 17, limits: .with { $0.connect = .seconds(100) })
        #expect(served == Set(3..<20))
        #expect((4...8).contains(bastion.logins))

        let failure = try await EngineRun.outcome(targets[0], limits: .with { $0.connect = .seconds(2) }).failure
        #expect(
            failure
                == SSHFailure(
                    phase: .proxy, reason: .timedOut,
                    detail: "127.0.0.1:\(hole.port): the bastion did not say whether it can connect within 2.0 s"))
    }

    @Test func `a dead bastion fails its own hosts at once and no other`() async throws {
        let host = try Server(address: "127.0.0.2")
        var login = try host.target()
        login.address = "127.0.0.1"
        login.port = try Loopback.freePort("127.0.0.1")
        login.knownHosts = KnownHosts(text: "[host.test]:\(login.port) \(try keys.hostLine("ed25519"))\n")
        let targets = try (0..<60).map {
            $0 < 50 ? behind([login], try host.target(id: $0)) : try host.target(id: $0)
        }
        let started = ContinuousClock.now
        let outcomes = try await EngineRun.outcomes(targets)
        #expect(ContinuousClock.now - started < .seconds(90))
        for outcome in outcomes.prefix(50) {
            #expect(
                outcome.failure
                    == SSHFailure(
                        phase: .proxy, reason: .bastionUnreachable,
                        detail: "bastion bastion1: 127.0.0.1:\(login.port): Connection refused, tried 3 times",
                        hint: "check that the bastion is up: ssh -o BatchMode=yes -F none bastion1 true"))
        }
        #expect(outcomes.dropFirst(50).map { $0.output?.text } == [String](repeating: "here\n", count: 10))
    }

    @Test func `hosts of a bastion that is killed are told so, and others are whole`() async throws {
        let bastion = try Server.bastion()
        let host = try Server(address: "127.0.0.2")
        let targets = try (0..<30).map { id in
            let target = try host.target(id: id, command: id < 20 ? "echo half; sleep 90; echo done" : "echo here")
            return id < 20 ? behind([try bastion.target()], target) : target
        }
        var limits = SSHLimits.forTests
        limits.output = .seconds(100)
        let outcomes = try await EngineRun.outcomes(targets, limits: limits) { _ in
            host.waitForSessions("sleep 90", count: 20)
            bastion.kill()
        }
        for outcome in outcomes.prefix(20) {
            #expect(outcome.output == nil)
            #expect(outcome.failure?.reason == .connectionLost)
            #expect(
                outcome.failure?.detail
                    == "127.0.0.2:\(host.port) was cut off: the connection to bastion bastion1 was lost "
                    + "(127.0.0.1:\(bastion.port) closed the connection) after 5 bytes of output")
        }
        #expect(outcomes.dropFirst(20).map { $0.output?.text } == [String](repeating: "here\n", count: 10))
    }

    @Test func `a login that only ssh can make is left to ssh, and said`() async throws {
        // libssh2 has no such key exchange.
        let bastion = try Server.bastion(["KexAlgorithms sntrup761x25519-sha512@openssh.com"])
        let host = try Server(address: "127.0.0.2")
        let setup = try BastionSetup(bastion)
        let engine = try SSHEngine(lanes: 1, limits: .forTests, hostKeyPolicy: .strict)
        for id in 1...3 {
            var target = try host.target(id: id)
            target.route = setup.jump()
            target.bastions = [try bastion.target()]
            let outcome = await withCheckedContinuation { continuation in
                engine.submit(target) { continuation.resume(returning: $0) }
            }
            #expect(outcome.output?.text == "here\n")
        }
        engine.shutdown()
        #expect(engine.bastionNotes.count == 1)
        #expect(
            engine.bastionNotes.first?.hasPrefix(
                "bastion bastion: left to ssh, one process a host; no common key exchange methods") == true)
        #expect(bastion.logins == 1)
    }

    /// What the engine's own login ends with.
    enum Refusal: CaseIterable {
        case key, hostKey
    }

    @Test(arguments: Refusal.allCases)
    func `a login that is refused is not made again by ssh, which would get in`(_ refusal: Refusal) async throws {
        let bastion = try Server.bastion()
        let host = try Server(address: "127.0.0.2")
        var login = try bastion.target()
        switch refusal {
        case .key: login.identities = [Identity(try PrivateKey(path: keys.stranger))]
        case .hostKey:
            login.knownHosts = KnownHosts(text: "host.test \(try keys.workshop.publicKey(keys.stranger))\n")
        }
        let setup = try BastionSetup(bastion)
        let engine = try SSHEngine(lanes: 1, limits: .forTests, hostKeyPolicy: .strict)
        for id in 1...3 {
            var target = try host.target(id: id)
            target.route = setup.jump()
            target.bastions = [login]
            let outcome = await withCheckedContinuation { continuation in
                engine.submit(target) { continuation.resume(returning: $0) }
            }
            #expect(outcome.failure?.reason == .bastionUnreachable)
            let words =
                refusal == .key ? "the server refused user root with ssh-ed25519" : "the host showed ssh-ed25519"
            #expect(outcome.failure?.detail.hasPrefix("bastion bastion: \(words)") == true)
            #expect(outcome.failure?.hint.hasPrefix("check that the bastion is up") == false)
        }
        engine.shutdown()
        #expect(engine.bastionNotes == [])
        #expect(bastion.logins == 0)
        // It tells of the end a moment later.
        for _ in 0..<500 where !bastion.log.contains("[preauth]") { usleep(10_000) }
        let ends = bastion.log.split(whereSeparator: \.isNewline).filter { $0.hasSuffix("[preauth]") }
        #expect(Set(ends.map { $0.split(separator: " port ").last?.prefix { $0.isNumber } }).count == 1)
    }

    @Test func `targets that are cancelled at any moment spoil no other`() async throws {
        let bastion = try Server.bastion()
        let host = try Server(address: "127.0.0.2")
        let targets = try (0..<60).map {
            behind([try bastion.target()], try host.target(id: $0, command: "sleep 0.2; echo \($0)"))
        }
        let outcomes = try await EngineRun.outcomes(targets, lanes: 1) { engine in
            for id in 0..<60 where id % 2 == 0 {
                usleep(.random(in: 0...60_000))
                engine.cancel(id: id)
            }
        }
        for outcome in outcomes {
            if outcome.failure?.reason == .cancelled, outcome.id % 2 == 0 { continue }
            #expect(outcome.output?.text == "\(outcome.id)\n")
            #expect(outcome.hostKey?.knownHostsText == (try keys.hostLine("ed25519")))
        }
    }

    @Test func `an engine that is shut down in the middle leaves no login behind`() async throws {
        let bastion = try Server.bastion()
        let host = try Server(address: "127.0.0.2")
        let engine = try SSHEngine(lanes: 2, limits: .forTests, hostKeyPolicy: .strict)
        let (stream, continuation) = AsyncStream.makeStream(of: SSHOutcome.self)
        for id in 0..<20 {
            let target = behind([try bastion.target()], try host.target(id: id, command: "sleep 30"))
            engine.submit(target) { continuation.yield($0) }
        }
        for _ in 0..<500 where bastion.logins == 0 { usleep(10_000) }
        usleep(100_000)
        engine.shutdown()
        continuation.finish()
        var reasons: [SSHFailureReason?] = []
        for await outcome in stream { reasons.append(outcome.failure?.reason) }
        #expect(reasons == [SSHFailureReason?](repeating: .cancelled, count: 20))
        for _ in 0..<500 where !bastion.log.contains("Received disconnect from 127.0.0.1") { usleep(10_000) }
        #expect(bastion.log.contains("Received disconnect from 127.0.0.1"))
    }
}
