import Glibc
import Hardening
import HostInventory
import SSH
import Testing

/// Hosts behind real bastions and proxy commands.
@Suite(.enabled(if: Server.isAvailable), .serialized)
struct ProxyTests {
    private let keys: TestKeys

    init() throws { keys = try TestKeys.get() }

    private func target(_ server: Server, id: Int = 1, route: SSHRoute, command: String = "echo here") throws
        -> SSHTarget
    {
        var target = server.target(
            id: id, keys: [try PrivateKey(path: keys.user("ed25519"))],
            knownHosts: "\(server.knownName) \(try keys.hostLine("ed25519"))\n", command: command)
        target.route = route
        return target
    }

    private func logins(_ server: Server) -> Int { server.log.split(separator: "Accepted publickey").count - 1 }

    private static func bastion(_ options: [String] = []) throws -> Server {
        try Server(options: ["LogLevel INFO"] + options)
    }

    @Test func `hosts behind one bastion cost it one login`() async throws {
        let bastion = try Self.bastion()
        let hosts = [try Server(address: "127.0.0.2"), try Server(address: "127.0.0.3")]
        let setup = try BastionSetup(bastion)
        let targets = try hosts.enumerated().map { number, host in
            try target(host, id: number, route: setup.jump(), command: "echo $SSH_CONNECTION")
        }
        let outcomes = try await EngineRun.outcomes(targets)
        for (outcome, host) in zip(outcomes, hosts) {
            #expect(outcome.failure == nil)
            // The host sees the bastion, and was reached at its own address.
            #expect(outcome.output?.text.hasSuffix("\(host.address) \(host.port)\n") == true)
            #expect(outcome.hostKey?.knownHostsText == (try keys.hostLine("ed25519")))
            #expect(outcome.times.proxy > .zero)
            #expect(outcome.times.connect == .zero)
        }
        #expect(logins(bastion) == 1)
    }

    @Test func `reaches a host through two bastions`() async throws {
        let outer = try Self.bastion()
        let inner = try Server(address: "127.0.0.2", options: ["LogLevel INFO"])
        let host = try Server(address: "127.0.0.3")
        let setup = try BastionSetup([
            ("outer", outer.address, outer.port), ("inner", inner.address, inner.port),
        ])
        let targets = try (0..<4).map { try target(host, id: $0, route: setup.jump("outer,inner")) }
        let outcomes = try await EngineRun.outcomes(targets)
        #expect(outcomes.map(\.failure) == [nil, nil, nil, nil])
        #expect(outcomes.map { $0.output?.text } == [String](repeating: "here\n", count: 4))
        #expect(logins(outer) == 1)
        #expect(logins(inner) == 1)
    }

    @Test func `a dead bastion fails its own hosts at once and no other`() async throws {
        let port = try Loopback.freePort("127.0.0.1")
        let host = try Server(address: "127.0.0.2")
        let setup = try BastionSetup([("bastion", "127.0.0.1", port)])
        let targets = try (0..<60).map { try target(host, id: $0, route: $0 < 50 ? setup.jump() : .direct) }
        let started = ContinuousClock.now
        let outcomes = try await EngineRun.outcomes(targets)
        #expect(ContinuousClock.now - started < .seconds(90))
        for outcome in outcomes.prefix(50) {
            #expect(
                outcome.failure
                    == SSHFailure(
                        phase: .proxy, reason: .bastionUnreachable,
                        detail: "bastion bastion: ssh could not log in, tried 3 times; it said: "
                            + "ssh: connect to host 127.0.0.1 port \(port): Connection refused",
                        hint: "check that the bastion is up: ssh -o BatchMode=yes -F \(setup.configFile) bastion true"))
        }
        #expect(outcomes.dropFirst(50).map { $0.output?.text } == [String](repeating: "here\n", count: 10))
    }

    @Test func `a bastion that refuses the login is asked once`() async throws {
        let bastion = try Self.bastion()
        let host = try Server(address: "127.0.0.2")
        let setup = try BastionSetup([("bastion", bastion.address, bastion.port)], identity: "stranger")
        let targets = try (0..<5).map { try target(host, id: $0, route: setup.jump()) }
        let outcomes = try await EngineRun.outcomes(targets)
        for outcome in outcomes {
            #expect(outcome.failure?.reason == .bastionUnreachable)
            #expect(
                outcome.failure?.detail
                    == "bastion bastion: ssh could not log in; it said: "
                    + "root@127.0.0.1: Permission denied (publickey).")
            #expect(
                outcome.failure?.hint
                    == "set User and IdentityFile for bastion in ssh_config, or load its key into the agent")
        }
        let words = "Connection closed by authenticating user"
        // sshd writes it when it notices the end, which may be after us.
        for _ in 0..<100 where !bastion.log.contains(words) { try await Task.sleep(for: .milliseconds(50)) }
        #expect(bastion.log.split(separator: words).count - 1 == 1)
    }

    @Test func `a bastion whose host key is not known is not logged in to`() async throws {
        let bastion = try Self.bastion()
        let host = try Server(address: "127.0.0.2")
        let setup = try BastionSetup([("bastion", bastion.address, bastion.port)], knows: false)
        let failure = try await EngineRun.outcome(try target(host, route: setup.jump())).failure
        #expect(failure?.phase == .proxy)
        #expect(failure?.reason == .bastionUnreachable)
        #expect(failure?.detail.contains("Host key verification failed.") == true)
        #expect(
            failure?.hint
                == "verify the bastion's host key and add it to the known_hosts file that ssh uses for bastion")
        #expect(logins(bastion) == 0)
    }

    @Test func `where ssh's connection was killed, the next host makes another`() async throws {
        let bastion = try Self.bastion()
        let host = try Server(address: "127.0.0.2")
        let setup = try BastionSetup(bastion)
        let engine = try SSHEngine(lanes: 1, limits: .forTests, hostKeyPolicy: .strict)
        for id in 1...3 {
            let target = try target(host, id: id, route: setup.jump())
            let outcome = await withCheckedContinuation { continuation in
                engine.submit(target) { continuation.resume(returning: $0) }
            }
            #expect(outcome.output?.text == "here\n")
            // It cannot remove its socket.
            guard id == 2 else { continue }
            let processes = Processes.connected(to: bastion.port)
            #expect(processes.count == 1)
            for pid in processes { kill(pid, SIGKILL) }
        }
        engine.shutdown()
        #expect(logins(bastion) == 2)
    }

    @Test func `connections that do not end when they are told to hold up the end once, not one after another`()
        async throws
    {
        let bastions = try (0..<4).map { _ in try Self.bastion() }
        let host = try Server(address: "127.0.0.2")
        let setup = try BastionSetup(bastions.enumerated().map { ("b\($0)", $1.address, $1.port) })
        let engine = try SSHEngine(lanes: 1, limits: .forTests, hostKeyPolicy: .strict)
        for id in bastions.indices {
            let target = try target(host, id: id, route: setup.jump("b\(id)"))
            let outcome = await withCheckedContinuation { continuation in
                engine.submit(target) { continuation.resume(returning: $0) }
            }
            #expect(outcome.output?.text == "here\n")
        }
        let processes = bastions.flatMap { Processes.connected(to: $0.port) }
        #expect(processes.count == 4)
        for pid in processes { kill(pid, SIGSTOP) }
        let started = ContinuousClock.now
        engine.shutdown()
        // Two seconds for all.
        #expect(ContinuousClock.now - started < .seconds(7))
        for pid in processes { kill(pid, SIGKILL) }
    }

    @Test func `tells a bastion that forbids forwarding`() async throws {
        let bastion = try Self.bastion(["AllowTcpForwarding no"])
        let host = try Server(address: "127.0.0.2")
        let setup = try BastionSetup(bastion)
        let failure = try await EngineRun.outcome(try target(host, route: setup.jump())).failure
        #expect(failure?.phase == .proxy)
        #expect(failure?.reason == .forwardingRefused)
        #expect(
            failure?.detail
                == "the proxy closed the connection before 127.0.0.2:\(host.port) said anything; it said: "
                + "Stdio forwarding request failed: Session open refused by peer; it said: "
                + "channel 2: open failed: administratively prohibited: open failed")
    }

    @Test func `tells a host that the bastion cannot reach, while others are reached`() async throws {
        let bastion = try Self.bastion()
        let host = try Server(address: "127.0.0.2")
        let setup = try BastionSetup(bastion)
        var dead = try target(host, id: 1, route: setup.jump())
        dead.port = try Loopback.freePort("127.0.0.2")
        let outcomes = try await EngineRun.outcomes([dead, try target(host, id: 2, route: setup.jump())])
        #expect(outcomes[0].failure?.phase == .proxy)
        #expect(outcomes[0].failure?.reason == .connectionRefused)
        #expect(outcomes[0].failure?.hint == "check the way from the bastion to the host: bastion")
        #expect(outcomes[1].output?.text == "here\n")
    }

    @Test func `a wrong host key behind a bastion is refused as anywhere`() async throws {
        let bastion = try Self.bastion()
        let host = try Server(hostKeys: ["ecdsa256"], address: "127.0.0.2")
        let setup = try BastionSetup(bastion)
        var target = try target(host, route: setup.jump())
        target.knownHosts = KnownHosts(text: "\(host.knownName) \(try keys.hostLine("ecdsa384"))\n")
        let other = try Server(hostKeys: ["ed25519"], address: "127.0.0.3")
        var changed = other.target(
            id: 2, keys: [try PrivateKey(path: keys.user("ed25519"))],
            knownHosts: "\(other.knownName) \(try keys.workshop.publicKey(keys.stranger))\n", command: "echo no")
        changed.route = setup.jump()
        let outcomes = try await EngineRun.outcomes([target, changed])
        #expect(outcomes[0].failure?.reason == .algorithmsDoNotMatch)
        #expect(outcomes[1].failure?.phase == .hostKey)
        #expect(outcomes[1].failure?.reason == .hostKeyChanged)
        #expect(outcomes.allSatisfy { $0.output == nil })
    }

    @Test func `a host key alias is looked up without the port`() async throws {
        let host = try Server(address: "127.0.0.2")
        var target = try target(host, route: .direct)
        // With its port the alias would be found too, with a wrong key.
        target.knownHosts = KnownHosts(
            text: """
                farm \(try keys.hostLine("ed25519"))
                [farm]:\(host.port) \(try keys.workshop.publicKey(keys.stranger))

                """)
        #expect(try await EngineRun.outcome(target).failure?.reason == .hostKeyUnknown)
        target.hostKeyAlias = "farm"
        #expect(try await EngineRun.outcome(target).output?.text == "here\n")
    }

    private func command(_ text: String) -> SSHRoute { .command(ProxyCommand(template: text, command: text)) }

    @Test func `a proxy command carries the connection`() async throws {
        let host = try Server(address: "127.0.0.2")
        let bastion = try Self.bastion()
        let setup = try BastionSetup(bastion)
        let route = command("ssh -F \(setup.configFile) -W [127.0.0.2]:\(host.port) bastion")
        let outcome = try await EngineRun.outcome(try target(host, route: route))
        #expect(outcome.output?.text == "here\n")
    }

    @Test(
        arguments: [
            ("exit 3", SSHFailureReason.proxyFailed, "the proxy closed the connection before PLACE said anything"),
            (
                "echo 'no way\u{1b}[31m' >&2", .proxyFailed,
                "the proxy closed the connection before PLACE said anything; it said: no way?[31m"
            ),
            (
                "/nonexistent/proxy", .proxyFailed,
                "the proxy closed the connection before PLACE said anything; it said: "
                    + "/bin/sh: 1: exec: /nonexistent/proxy: not found"
            ),
            (
                "echo 407 Proxy Authentication Required", .proxyFailed,
                "the proxy closed the connection before PLACE said anything; "
                    + "it sent: 407 Proxy Authentication Required?"
            ),
            (
                "yes", .proxyFailed,
                "the proxy led to no SSH server: more than 64 lines came and no SSH version line"
            ),
            (
                "sleep 1000", .timedOut, "PLACE: connected, but no SSH version line came within 0.5 s"
            ),
            (
                "sh -c 'trap \"\" TERM; yes x >&2'", .proxyFailed,
                "the proxy closed the connection before PLACE said anything; it said: x / x / x"
            ),
        ] as [(String, SSHFailureReason, String)])
    func `classifies a proxy command that`(script: String, reason: SSHFailureReason, detail: String) async throws {
        let host = try Server(address: "127.0.0.2")
        let text = script.contains("/") || script.hasPrefix("sh ") ? script : "sh -c \"\(script)\""
        let failure = try await EngineRun.outcome(
            try target(host, route: command(text)), limits: .with { $0.proxy = .milliseconds(500) }
        ).failure
        #expect(failure?.phase == .proxy)
        #expect(failure?.reason == reason)
        #expect(failure?.detail == detail.replacing("PLACE", with: "127.0.0.2:\(host.port)"))
    }

    @Test func `leaves no process behind, whatever the command does`() async throws {
        let host = try Server(address: "127.0.0.2")
        let mark = "kubesweep-proxy-\(getpid())"
        let route = command("sh -c 'trap \"\" TERM HUP; while :; do sleep 0.1; done' \(mark)")
        _ = try await EngineRun.outcome(
            try target(host, route: route), limits: .with { $0.proxy = .milliseconds(300) })
        #expect(try Processes.commandLines().filter { $0.contains(mark) } == [])
    }

    @Test func `a proxy command whose bastion is dead is given up after a few hosts`() async throws {
        let port = try Loopback.freePort("127.0.0.1")
        let host = try Server(address: "127.0.0.2")
        let setup = try BastionSetup([("bastion", "127.0.0.1", port)])
        let template = "ssh -F \(setup.configFile) -W [%h]:%p bastion"
        let engine = try SSHEngine(lanes: 1, limits: SSHLimits(), hostKeyPolicy: .strict)
        var details: [String] = []
        for id in 1...7 {
            let text = "ssh -F \(setup.configFile) -W [127.0.0.2]:\(host.port) bastion"
            let target = try target(host, id: id, route: .command(ProxyCommand(template: template, command: text)))
            let outcome = await withCheckedContinuation { continuation in
                engine.submit(target) { continuation.resume(returning: $0) }
            }
            #expect(outcome.failure?.reason == .bastionUnreachable)
            details.append(outcome.failure?.detail ?? "")
        }
        engine.shutdown()
        #expect(details.prefix(5).allSatisfy { $0.hasPrefix("the proxy closed") && $0.contains("Connection refused") })
        let words = "not tried: the proxy command failed for 5 hosts in a row: \(template); at last: \(details[4])"
        #expect(details.suffix(2) == [words, words])
    }

    @Test func `a proxy command that hangs is given up after a few hosts, and holds up no other`() async throws {
        var sweep = try BastionSweep([])
        sweep.limits.proxy = .seconds(2)
        try sweep.add("hung", hosts: 40, through: .command("sleep 1000"))
        try sweep.add("direct", hosts: 5, through: .none)
        let records = try await sweep.records()
        for record in records["direct"] ?? [] { #expect(record.state == .evaluated) }
        let failures = (records["hung"] ?? []).map(\.failure)
        #expect(failures.count == 40)
        #expect(failures.allSatisfy { $0?.phase == "proxy" && $0?.reason == "timedOut" })
        let tried = failures.filter { $0?.detail.hasPrefix("127.0.1.") == true }
        #expect((5...8).contains(tried.count))
        let words = "not tried: the proxy command failed for 5 hosts in a row: sleep 1000; at last: 127.0.1."
        #expect(failures.count { $0?.detail.hasPrefix(words) == true } == 40 - tried.count)
    }

    @Test func `sixty hosts pass a bastion with sshd's own MaxStartups`() async throws {
        let bastion = try Self.bastion(["MaxStartups 10:30:100"])
        let host = try Server(address: "127.0.0.2")
        let setup = try BastionSetup(bastion)
        let targets = try (0..<60).map { try target(host, id: $0, route: setup.jump()) }
        let outcomes = try await EngineRun.outcomes(targets)
        #expect(outcomes.compactMap(\.failure) == [])
        #expect(outcomes.allSatisfy { $0.output?.text == "here\n" })
        #expect(logins(bastion) == 1)
    }

    @Test func `an engine that is shut down leaves neither socket nor login`() async throws {
        let bastion = try Self.bastion()
        let host = try Server(address: "127.0.0.2")
        let setup = try BastionSetup(bastion)
        _ = try await EngineRun.outcome(try target(host, route: setup.jump()))
        #expect(try Processes.commandLines().filter { $0.contains(setup.configFile) } == [])
        for _ in 0..<500 where !bastion.log.contains("disconnected by user") { usleep(10_000) }
        #expect(bastion.log.contains("disconnected by user"))
    }
}
