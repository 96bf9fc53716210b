import Glibc
import Hardening
import SSH
import Testing

/// A host that sends and sends is given up by its amount, long before a clock would, and takes no memory.
@Suite(.enabled(if: Server.isAvailable), .serialized)
struct FloodTests {
    @Test func `floods of every kind at once take neither memory nor time`() async throws {
        // All but the one that is none.
        let floods = try Fault.floods.dropLast().map { try $0.host() }
        let limits = SSHLimits.with {
            $0.handshake = .seconds(60)
            $0.output = .seconds(3)
        }
        let meter = ResidentMeter()
        let start = ContinuousClock.now
        let records = try await FaultSweep.records([try SweptHost.good("first")] + floods, limits: limits)
        // Without an end they would have their minute and more, and gigabytes.
        #expect(ContinuousClock.now - start < .seconds(50))
        #expect(await meter.stop() < 64 << 10)
        WholeListing(mark: "first").expect(records[0])
        #expect(records.dropFirst().allSatisfy { $0.failure != nil })
    }

    /// What a bastion sends without end, and reads nothing meanwhile.
    struct BastionFlood: CustomTestStringConvertible {
        var packet: [UInt8]
        var words: String
        var testDescription: String { words }

        static let all = [
            BastionFlood(
                packet: [200] + [UInt8](repeating: 120, count: 30_000),
                words: "sent more than 4 MiB that nobody asked for"),
            // SSH_MSG_GLOBAL_REQUEST, to be answered (RFC 4254 §4).
            BastionFlood(
                packet: [80, 0, 0, 0, 1, UInt8(ascii: "x"), 1],
                words: "sent questions and questions, and takes no answer"),
        ]
    }

    @Test(arguments: BastionFlood.all)
    func `neither does one from a bastion, and hosts behind another are reached`(flood: BastionFlood) async throws {
        let keys = try TestKeys.get()
        let hostile = try ScriptedPeer { wire in
            guard let server = ServerSide(wire), server.letIn(), server.receive()?.first == 90 else { return }
            while server.send(flood.packet) {}
        }
        let (good, host) = (try Server(address: "127.0.0.2"), try Server(address: "127.0.0.3"))
        func login(_ address: String, _ port: UInt16, id: Int = 0) throws -> SSHTarget {
            SSHTarget(
                id: id, knownHostsName: address, address: address, port: port, user: "root",
                identities: [Identity(try PrivateKey(path: keys.user("ed25519")))],
                knownHosts: KnownHosts(text: "[\(address)]:\(port) \(try keys.hostLine("ed25519"))\n"),
                command: "echo here")
        }
        let targets = try (0..<4).map { number in
            var target = try login(host.address, host.port, id: number)
            let isGood = number % 2 == 0
            target.bastions = [
                isGood
                    ? try login(good.address, good.port) : try login("127.0.0.1", hostile.port)
            ]
            target.route = ProxyJump(isGood ? "good" : "hostile", configFile: "none").map(SSHRoute.jump) ?? .direct
            return target
        }
        let meter = ResidentMeter()
        // It is the amount that ends it, not the time to open a channel, however slow the machine is.
        let outcomes = try await EngineRun.outcomes(targets, limits: .with { $0.connect = .seconds(60) })
        #expect(await meter.stop() < 64 << 10)
        #expect(outcomes.map { $0.output?.text } == ["here\n", nil, "here\n", nil])
        for failure in [outcomes[1].failure, outcomes[3].failure] {
            #expect(failure?.detail.contains(flood.words) == true, "\(failure as Any)")
        }
    }
}

/// How far this process's resident memory grows, looked at now and then.
final class ResidentMeter: Sendable {
    private let task: Task<Int, Never>

    init() {
        let before = Self.resident
        task = Task {
            var most = before
            while !Task.isCancelled {
                most = max(most, Self.resident)
                try? await Task.sleep(for: .milliseconds(20))
            }
            return max(most, Self.resident) - before
        }
    }

    /// KiB.
    func stop() async -> Int {
        task.cancel()
        return await task.value
    }

    /// KiB.
    static var resident: Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self).split(
            separator: " ")
        return (words.count > 1 ? Int(words[1]) ?? 0 : 0) * (Int(sysconf(Int32(_SC_PAGESIZE))) >> 10)
    }
}
