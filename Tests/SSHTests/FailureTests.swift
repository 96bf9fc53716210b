import Glibc
import Testing

@testable import SSH

/// How hostile, broken and absent peers are told apart.
struct FailureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var script: @Sendable (ScriptedPeer.Wire) -> Void
        var phase: SSHPhase
        var reason: SSHFailureReason
        /// With ADDRESS for the peer's; nil where it depends on which packet comes first.
        var detail: String?

        init(
            _ name: String, _ phase: SSHPhase, _ reason: SSHFailureReason, _ detail: String?,
            script: @escaping @Sendable (ScriptedPeer.Wire) -> Void
        ) {
            testDescription = name
            self.phase = phase
            self.reason = reason
            self.detail = detail
            self.script = script
        }
    }

    private static let kexInit: [UInt8] = {
        var payload: [UInt8] = [20] + [UInt8](repeating: 7, count: 16)
        for list in [
            "curve25519-sha256", "ssh-ed25519", "aes128-gcm@openssh.com,evil\u{1b}[31m", "aes128-ctr", "hmac-sha2-256",
            "hmac-sha2-256", "none", "none", "", "",
        ] {
            var writer = WireWriter()
            writer.string(list.utf8)
            payload += writer.bytes
        }
        payload += [0, 0, 0, 0, 0]
        let padding = 8 - (payload.count + 5) % 8 + 8
        var writer = WireWriter()
        writer.uint32(UInt32(payload.count + padding + 1))
        return writer.bytes + [UInt8(padding)] + payload + [UInt8](repeating: 0, count: padding)
    }()

    static let cases: [Case] = [
        Case("silent", .handshake, .timedOut, "ADDRESS: connected, but no SSH version line came within 0.4 s") {
            $0.wait()
        },
        Case("closes at once", .handshake, .throttled, "ADDRESS closed the connection before its version line") { _ in
        },
        Case(
            "resets at once", .handshake, .throttled,
            "ADDRESS broke the connection (Connection reset by peer) before its version line"
        ) { $0.reset() },
        Case(
            "sheds load", .handshake, .throttled,
            "ADDRESS closed the connection before its version line; it said: Not allowed at this time"
        ) { $0.send("Not allowed at this time\r\n") },
        Case(
            "is a web server", .handshake, .protocolError,
            "ADDRESS closed the connection before its version line; it said: HTTP/1.1 400 ?[31mBad"
        ) { $0.send("HTTP/1.1 400 \u{1b}[31mBad\r\n\r\n") },
        Case(
            "endless lines", .handshake, .protocolError, "ADDRESS: more than 64 lines came and no SSH version line"
        ) { wire in while wire.send("hello\r\n") {} },
        Case(
            "endless line", .handshake, .protocolError, "ADDRESS: more than 16384 bytes came and no SSH version line"
        ) { wire in while wire.send([UInt8](repeating: 65, count: 1000)) {} },
        Case(
            "long version line", .handshake, .protocolError, "ADDRESS: the SSH version line is longer than 255 bytes"
        ) { wire in
            wire.send("SSH-2.0-" + String(repeating: "x", count: 300) + "\r\n")
            wire.wait()
        },
        Case(
            "protocol version 1", .handshake, .protocolError,
            "ADDRESS: the server speaks another protocol version: SSH-1.5-old"
        ) { wire in
            wire.send("SSH-1.5-old\n")
            wire.wait()
        },
        Case(
            "one byte at a time", .handshake, .timedOut, "ADDRESS: connected, but no SSH version line came within 0.4 s"
        ) { wire in
            for byte in Array("SSH-2.0-slow-slow-slow-slow-slow".utf8) {
                guard wire.send([byte]) else { return }
                usleep(30_000)
            }
        },
        Case("silent after the banner", .handshake, .timedOut, "ADDRESS: the key exchange did not end within 0.4 s") {
            $0.send("SSH-2.0-x\r\n")
            $0.wait()
        },
        Case("closes after the banner", .handshake, .connectionLost, "ADDRESS closed the connection") {
            $0.send("SSH-2.0-x\r\n")
            shutdown($0.descriptor, Int32(SHUT_WR))
            $0.wait()
        },
        Case("resets in the key exchange", .handshake, .connectionLost, nil) {
            $0.send("\r\nWelcome\r\nSSH-2.0-x\r\n")
            $0.read()
            $0.reset()
        },
        Case(
            "shares no cipher", .handshake, .algorithmsDoNotMatch,
            "no common ciphers: the server has aes128-gcm@openssh.com, evil?[31m; "
                + "libssh2 \(SSHLibrary.version) was allowed CIPHERS"
        ) {
            $0.send("SSH-2.0-x\r\n")
            $0.send(kexInit)
            $0.wait()
        },
    ]

    @Test(arguments: cases)
    func `classifies a peer that`(test: Case) async throws {
        let keys = try TestKeys.get()
        let peer = try ScriptedPeer(test.script)
        let target = SSHTarget(
            id: 7, knownHostsName: "peer", address: "127.0.0.1", port: peer.port, user: "root",
            identities: [Identity(try PrivateKey(path: keys.user("ed25519")))], knownHosts: KnownHosts(),
            command: "true")
        // Who says something may be slow to say it on a busy machine.
        let limit = test.reason == .timedOut ? Duration.milliseconds(400) : .seconds(30)
        let outcome = try await EngineRun.outcome(target, limits: .with { $0.handshake = limit })
        let failure = try #require(outcome.failure)
        #expect(outcome.id == 7)
        #expect(failure.phase == test.phase)
        #expect(failure.reason == test.reason)
        let ciphers = SSHLibrary.algorithms?.cipher.joined(separator: ", ") ?? ""
        guard let detail = test.detail else { return }
        #expect(
            failure.detail
                == detail.replacing("ADDRESS", with: "127.0.0.1:\(peer.port)").replacing("CIPHERS", with: ciphers))
    }

    @Test func `survives garbage after the banner`() async throws {
        let keys = try TestKeys.get()
        let key = try PrivateKey(path: keys.user("ed25519"))
        let peer = try ScriptedPeer { wire in
            wire.send("SSH-2.0-x\r\n")
            wire.send((0..<600).map { _ in UInt8.random(in: 0...255) })
            wire.wait()
        }
        let targets = (0..<50).map { id in
            SSHTarget(
                id: id, knownHostsName: "peer", address: "127.0.0.1", port: peer.port, user: "root",
                identities: [Identity(key)], knownHosts: KnownHosts(), command: "true")
        }
        let outcomes = try await EngineRun.outcomes(targets, limits: .with { $0.handshake = .milliseconds(500) })
        #expect(outcomes.map(\.id) == Array(0..<50))
        #expect(outcomes.allSatisfy { $0.failure?.phase == .handshake })
    }

    @Test func `survives a damaged key exchange packet`() async throws {
        let keys = try TestKeys.get()
        let key = try PrivateKey(path: keys.user("ed25519"))
        let peer = try ScriptedPeer { wire in
            var packet = Self.kexInit
            for _ in 0..<4 { packet[Int.random(in: 5..<packet.count)] = UInt8.random(in: 0...255) }
            wire.send("SSH-2.0-x\r\n")
            wire.send(packet)
            wire.wait()
        }
        let targets = (0..<50).map { id in
            SSHTarget(
                id: id, knownHostsName: "peer", address: "127.0.0.1", port: peer.port, user: "root",
                identities: [Identity(key)], knownHosts: KnownHosts(), command: "true")
        }
        let outcomes = try await EngineRun.outcomes(targets, limits: .with { $0.handshake = .milliseconds(500) })
        #expect(outcomes.map(\.id) == Array(0..<50))
        #expect(outcomes.allSatisfy { $0.failure?.phase == .handshake })
    }

    private func target(
        address: String = "127.0.0.1", port: UInt16 = 22, user: String = "root", name: String = "peer",
        keys: [PrivateKey]? = nil
    ) throws -> SSHTarget {
        SSHTarget(
            id: 1, knownHostsName: name, address: address, port: port, user: user,
            identities: try (keys ?? [PrivateKey(path: TestKeys.get().user("ed25519"))]).map(Identity.init),
            knownHosts: KnownHosts(), command: "true")
    }

    @Test func `tells a refused connection`() async throws {
        let port = try Loopback.freePort("127.0.0.1")
        let failure = try await EngineRun.outcome(try target(port: port)).failure
        #expect(
            failure
                == SSHFailure(
                    phase: .connect, reason: .connectionRefused, detail: "127.0.0.1:\(port): Connection refused"))
    }

    @Test func `resolves a name and tries its addresses`() async throws {
        let port = try Loopback.freePort("127.0.0.1")
        let outcome = try await EngineRun.outcome(try target(address: "localhost", port: port))
        #expect(outcome.failure?.reason == .connectionRefused)
        #expect(["127.0.0.1", "::1"].contains(outcome.peerAddress))
    }

    @Test func `gives up on a connection that nobody answers`() async throws {
        // With a full backlog Linux drops further SYNs.
        let (descriptor, port) = try Loopback.listen("127.0.0.1", backlog: 0)
        defer { close(descriptor) }
        var fillers: [Int32] = []
        defer { fillers.forEach { close($0) } }
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            _ = Loopback.withSockaddr(Loopback.address("127.0.0.1", port)) { connect(filler, $0, $1) }
            fillers.append(filler)
        }
        let failure = try await EngineRun.outcome(
            try target(port: port), limits: .with { $0.connect = .milliseconds(300) }
        ).failure
        #expect(
            failure
                == SSHFailure(
                    phase: .connect, reason: .timedOut,
                    detail: "127.0.0.1:\(port): no answer to the connection request within 0.3 s"))
    }

    @Test func `refuses a target that cannot be meant`() async throws {
        let broken: [(SSHTarget, String)] = [
            (try target(port: 0), "port 0 cannot be connected to"),
            (try target(user: "root\0x"), "the user name holds a NUL byte"),
            (try target(user: ""), "no user name is given"),
            (try target(address: ""), "the host has no address"),
            (try target(name: ""), "the host has no name"),
            (try target(keys: []), "no private key is given"),
        ]
        for (target, detail) in broken {
            let failure = try await EngineRun.outcome(target).failure
            #expect(failure == SSHFailure(phase: .waiting, reason: .targetInvalid, detail: detail))
        }
    }

    @Test func `the limit for one host ends any phase`() async throws {
        let peer = try ScriptedPeer { $0.wait() }
        let failure = try await EngineRun.outcome(
            try target(port: peer.port), limits: .with { $0.host = .milliseconds(300) }
        ).failure
        #expect(
            failure
                == SSHFailure(
                    phase: .handshake, reason: .timedOut,
                    detail: "127.0.0.1:\(peer.port): connected, but no SSH version line came within 0.3 s, "
                        + "the limit for one host"))
    }

    @Test func `cancels what runs and what waits`() async throws {
        let peer = try ScriptedPeer { $0.wait() }
        let targets = try (0..<6).map { id in
            var target = try target(port: peer.port)
            target.id = id
            return target
        }
        let outcomes = try await EngineRun.outcomes(targets, lanes: 1, limits: .with { $0.connecting = 2 }) { engine in
            usleep(200_000)
            engine.cancel(id: 0)
            engine.cancel(id: 5)
            usleep(200_000)
            engine.cancelAll(reason: "interrupted")
        }
        #expect(outcomes.map(\.id) == Array(0..<6))
        #expect(outcomes.allSatisfy { $0.failure?.reason == .cancelled })
        #expect(
            outcomes.map { $0.failure?.detail } == [
                "cancelled", "interrupted", "interrupted", "interrupted", "interrupted", "cancelled",
            ])
        #expect(
            outcomes.map { $0.failure?.phase } == [.handshake, .handshake, .handshake, .waiting, .waiting, .waiting])
    }

    @Test func `gives outcomes also after shutdown`() async throws {
        let engine = try SSHEngine(lanes: 1, limits: SSHLimits(), hostKeyPolicy: .strict)
        engine.shutdown()
        let target = try target()
        let outcome = await withCheckedContinuation { continuation in
            engine.submit(target) { continuation.resume(returning: $0) }
        }
        #expect(
            outcome.failure
                == SSHFailure(phase: .waiting, reason: .cancelled, detail: "the engine was shut down"))
    }
}
