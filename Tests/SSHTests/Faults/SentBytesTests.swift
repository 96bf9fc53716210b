import FleetSweep
import Foundation
import Glibc
import Hardening
import Synchronization
import Testing

@testable import SSH

/// What README.md says is sent to a host is what a host gets, and all of it.
struct SentBytesTests {
    private let section: Substring

    init() throws {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let readme = try Workshop().read("/\(root)/README.md")
        let parts = readme.split(separator: "### What is sent to a host\n")
        section = try #require(parts.last?.split(separator: "\n###").first)
        try #require(parts.count == 2)
    }

    /// The cells of the table rows whose first cell passes.
    private func rows(where isWanted: (String) -> Bool) -> [[String]] {
        section.split(separator: "\n").filter { $0.hasPrefix("|") }.map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
        }.filter { isWanted($0[0]) }
    }

    private var messages: [Int] { rows { Int($0) != nil }.compactMap { Int($0[0]) } }

    /// The words in backticks.
    private func names(_ list: String) -> [String] {
        let cell = rows { $0 == list }.first?[1] ?? ""
        return cell.split(separator: "`").map(String.init).filter { !$0.contains(" ") }
    }

    /// A server that takes down what it gets, and lists `rows` more processes.
    private func recorder(rows: Int = 0) throws -> (account: Account, server: Server) {
        let account = try Account()
        let listing = WholeListing(mark: "recorded")
        let filler = String(repeating: WholeListing.row(99, String(repeating: "x", count: 60)), count: rows)
        let path = try account.write(listing.rows + filler + WholeListing.marker, to: "listing")
        chmod(account.home, 0o777)
        let script = try account.write(
            """
            cd '\(account.home)'
            printf %s "$SSH_ORIGINAL_COMMAND" > command
            env | sed 's/=.*//' | sort > environment
            cat <&0 > input 2> /dev/null &
            cat '\(path)'

            """, to: "forced")
        let server = try account.server(options: ["ForceCommand exec /bin/sh '\(script)'", "LogLevel DEBUG3"])
        return (account, server)
    }

    /// The server's log up to the end of its only session.
    private func log(_ server: Server) -> [Substring] {
        func lines() -> [Substring] { server.log.split(whereSeparator: \.isNewline) }
        for _ in 0..<500 where !lines().contains(where: { $0.hasSuffix("receive packet: type 1") }) { usleep(10_000) }
        return lines()
    }

    /// The numbers of the messages that a server got. It does not log the type of 93, but what it says.
    private func messages(in log: [Substring]) -> [Int] {
        log.compactMap { line in
            if line.contains(": rcvd adjust ") { return 93 }
            return line.split(separator: "receive packet: type ").last.flatMap { Int($0.prefix { $0.isNumber }) }
        }
    }

    @Test(.enabled(if: Server.isAvailable), arguments: [0, 3000])
    func `are these messages in this order`(rows: Int) async throws {
        let (account, server) = try recorder(rows: rows)
        let records = try await FaultSweep.records([SweptHost(server, also: [account])], limits: .with { _ in })
        WholeListing(mark: "recorded").expect(records[0])
        #expect(records[0].evidence?.bytes ?? 0 >= rows * 80)
        let log = log(server)
        let received = messages(in: log)
        #expect(messages == [20, 30, 21, 5, 50, 50, 90, 98, 1])
        #expect(received == messages)
        // One channel, one request on it.
        #expect(log.filter { $0.contains("server_input_channel_open: ctype") }.count == 1)
        #expect(log.contains { $0.contains("server_input_channel_open: ctype session rchan 0 win 2097152 max 32768") })
        let requests = log.filter { $0.contains("server_input_channel_req: ") }
        #expect(requests.count == 1 && requests[0].hasSuffix("request exec reply 1"))
        // No question which methods there are.
        #expect(log.filter { $0.contains("userauth-request for user") }.count == 2)
        #expect(!log.contains { $0.contains("method none") })
        #expect(log.contains { $0.contains("Received disconnect from 127.0.0.1 port ") && $0.hasSuffix(":11: ") })
        let version = log.first { $0.contains("remote software version ") }
        #expect(version?.hasSuffix("remote software version kubesweep_libssh2_\(SSHLibrary.version)") == true)
    }

    @Test(.enabled(if: Server.isAvailable))
    func `are this command, no input and no environment`() async throws {
        let (account, server) = try recorder()
        let records = try await FaultSweep.records([SweptHost(server, also: [account])])
        WholeListing(mark: "recorded").expect(records[0])
        _ = log(server)
        func recorded(_ name: String) throws -> String { try Workshop().read("\(account.home)/\(name)") }
        let block = try #require(
            section.split(separator: "\n```\n", omittingEmptySubsequences: false).dropFirst().first)
        #expect(try recorded("command") == block)
        #expect(try recorded("input") == "")
        // What sshd and the shell set by themselves.
        let own: Set = [
            "HOME", "LOGNAME", "MAIL", "PATH", "PWD", "OLDPWD", "SHELL", "SHLVL", "SSH_CLIENT", "SSH_CONNECTION",
            "SSH_ORIGINAL_COMMAND", "USER", "_",
        ]
        #expect(Set(try recorded("environment").split(separator: "\n").map(String.init)).subtracting(own) == [])
    }

    @Test(.enabled(if: Server.isAvailable))
    func `are ps -ef where the inventory says that a command is forced`() async throws {
        let (account, server) = try recorder()
        var host = try SweptHost(server, also: [account])
        host.forcedCommand = true
        WholeListing(mark: "recorded").expect(try await FaultSweep.records([host])[0])
        #expect(try Workshop().read("\(account.home)/command") == "ps -ef")
        #expect(section.contains("With `forced_command: true` it is `ps -ef`"))
    }

    /// A way of a session that is not the usual one, and what the server gets then.
    struct Beyond: Sendable, CustomTestStringConvertible {
        /// What README.md says of it.
        var words: String
        var options: [String] = []
        /// Of the user's keys; the stranger's is nowhere authorized.
        var keys = ["ed25519"]
        /// What the forced command does before its listing.
        var script = ""
        /// Of the usual messages this one, and these in its place.
        var change: (from: Int, to: [Int])
        var testDescription: String { words }
    }

    @Test(
        .enabled(if: Server.isAvailable),
        arguments: [
            Beyond(
                words: "each key that is refused costs one message 50 more", keys: ["stranger", "ed25519"],
                change: (50, [50, 50])),
            Beyond(
                words: "Key exchange by groups has messages of its own (34 and 32)",
                options: ["KexAlgorithms diffie-hellman-group-exchange-sha256"], change: (30, [34, 32])),
            // Of both, by whoever has sent so much; here in the middle of the listing.
            Beyond(
                words: "A server that changes keys is\nanswered (20, 30, 21)", options: ["RekeyLimit 40K"],
                script: "seq 10000", change: (98, [98, 20, 30, 21])),
            Beyond(
                words: "a listing of more than 448 KiB is made room for (93)",
                script: "seq 90000", change: (98, [98, 93])),
            Beyond(
                words: "a server that asks whether anybody is there is told no more than that (82, 100)",
                options: ["ClientAliveInterval 1"], script: "sleep 3", change: (98, [98, 100])),
        ])
    func `are these besides, where a session is not the usual one`(test: Beyond) async throws {
        #expect(section.contains(test.words))
        let account = try Account()
        let script = try account.write("\(test.script)\n", to: "forced")
        let server = try account.server(
            options: ["ForceCommand exec /bin/sh '\(script)'", "LogLevel DEBUG3"] + test.options)
        let keys = try TestKeys.get()
        let target = server.target(
            keys: try test.keys.map { try PrivateKey(path: $0 == "stranger" ? keys.stranger : keys.user($0)) },
            knownHosts: "\(server.knownName) \(try keys.hostLine("ed25519"))\n", command: "true", user: Account.name)
        let outcome = try await EngineRun.outcome(target)
        #expect(outcome.failure == nil)
        var received = messages(in: log(server))
        // How often depends on when sshd looks.
        if test.change.to.last == 100 { received = received.withoutRuns(of: 100) }
        if test.change.to.last == 93 { received = received.withoutRuns(of: 93) }
        if test.change.to.last == 21 { received = received.withoutRepeats(of: [20, 30, 21]) }
        let place = try #require(messages.firstIndex(of: test.change.from))
        var expected = messages
        expected.replaceSubrange(place...place, with: test.change.to)
        #expect(received == expected)
    }

    @Test(.enabled(if: Server.isAvailable)) func `are a question more where every key is refused`() async throws {
        #expect(section.contains("and if all are, another asks which methods the server accepts"))
        let server = try Server(options: ["LogLevel DEBUG3"])
        let keys = try TestKeys.get()
        let target = server.target(
            keys: [try PrivateKey(path: keys.stranger)],
            knownHosts: "\(server.knownName) \(try keys.hostLine("ed25519"))\n", command: "true")
        let outcome = try await EngineRun.outcome(target)
        #expect(outcome.failure?.reason == .authenticationRejected)
        // "A connection that is given up is told so once (1) or reset."
        let received = messages(in: log(server))
        #expect(received == [20, 30, 21, 5, 50, 50, 1])
    }

    /// Without a channel it is the connection that is asked.
    @Test func `are a refusal where the server asks whether anybody is there`() async throws {
        let answers = Mutex<[[UInt8]]>([])
        var question = WireWriter()
        question.string("keepalive@openssh.com".utf8)
        let name = question.bytes
        let peer = try ScriptedPeer { wire in
            guard let server = ServerSide(wire), server.startCommand() else { return }
            server.send([80] + name + [1])
            if let answer = server.receive() { answers.withLock { $0.append(answer) } }
            server.send([98, 0, 0, 0, 0] + name + [1])
            if let answer = server.receive() { answers.withLock { $0.append(answer) } }
            server.endCommand()
        }
        let keys = try TestKeys.get()
        let target = SSHTarget(
            id: 1, knownHostsName: "peer", address: "127.0.0.1", port: peer.port, user: "audit",
            identities: [Identity(try PrivateKey(path: keys.user("ed25519")))],
            knownHosts: KnownHosts(text: "[peer]:\(peer.port) \(try keys.hostLine("ed25519"))\n"), command: "true")
        let outcome = try await EngineRun.outcome(target)
        #expect(outcome.output?.exitStatus == 0)
        #expect(answers.withLock { $0 } == [[82], [100, 0, 0, 0, 0]])
    }

    /// All that is sent in the clear, byte for byte.
    @Test func `are this version line and these algorithms`() async throws {
        let recorded = Mutex<[UInt8]>([])
        let peer = try ScriptedPeer { wire in
            wire.send("SSH-2.0-x\r\n")
            wire.send(ClearPackets.keyExchangeInit(.ordinary))
            while true {
                let bytes = wire.read()
                if bytes.isEmpty { return }
                recorded.withLock { $0 += bytes }
            }
        }
        let target = SSHTarget(
            id: 1, knownHostsName: "peer", address: "127.0.0.1", port: peer.port, user: "audit",
            identities: [Identity(try PrivateKey(path: TestKeys.get().user("ed25519")))], knownHosts: KnownHosts(),
            command: "true")
        let outcome = try await EngineRun.outcome(target, limits: .with { $0.handshake = .seconds(2) })
        #expect(outcome.failure?.reason == .timedOut)
        let bytes = recorded.withLock { $0 }
        let version = Array("SSH-2.0-kubesweep_libssh2_\(SSHLibrary.version)\r\n".utf8)
        #expect(bytes.starts(with: version))
        #expect(rows { $0.isEmpty }.map { $0[2] } == ["`SSH-2.0-kubesweep_libssh2_<version>`"])
        let payloads = ClearPackets.payloads(bytes.dropFirst(version.count))
        #expect(payloads.map { $0.first } == [20, 30])
        #expect(messages.starts(with: [20, 30]))
        let offer = try #require(payloads.first)

        // Whatever the library has: what `algorithms` says, and nothing else in the packet.
        let all = try #require(SSHLibrary.algorithms)
        let lists = ClearPackets.Lists(names: [
            all.keyExchange, all.hostKey, all.cipher, all.cipher, all.mac, all.mac, ["none"], ["none"], [], [],
        ])
        let expected = try #require(ClearPackets.payloads(ClearPackets.keyExchangeInit(lists)).first)
        #expect(offer.count == expected.count)
        #expect(offer.dropFirst(17) == expected.dropFirst(17))
        // The ephemeral key, in a string, and no byte more.
        #expect(payloads.last?.dropFirst().prefix(4) == [0, 0, 0, 32])
        #expect(payloads.last?.count == 37)

        guard SSHLibrary.version.hasPrefix("1.10.") else { return }
        #expect(names("key exchange") == all.keyExchange)
        #expect(names("host key") == all.hostKey)
        #expect(names("ciphers") == all.cipher)
        #expect(names("MACs") == all.mac)
        #expect(names("compression") == ["none"])
    }
}

extension [Int] {
    /// One of several of these in a row.
    fileprivate func withoutRuns(of number: Int) -> [Int] {
        indices.filter { $0 == 0 || self[$0] != number || self[$0 - 1] != number }.map { self[$0] }
    }

    /// One of several of these sequences in a row.
    fileprivate func withoutRepeats(of sequence: [Int]) -> [Int] {
        var result: [Int] = []
        for number in self {
            result.append(number)
            if result.suffix(2 * sequence.count) == (sequence + sequence)[...] { result.removeLast(sequence.count) }
        }
        return result
    }
}
