import Glibc
import Synchronization
import Testing

@testable import SSH

struct NameTests {
    private static let answer: Resolver.Answer = .success(
        [SocketAddress(literal: "127.0.0.1", port: 22)].compactMap { $0 })

    @Test(.timeLimit(.minutes(1))) func `names that nobody answers for hold up no other`() async throws {
        let gate = Gate()
        let resolver = try Resolver { name in
            if name.hasPrefix("slow") { gate.wait() }
            return Self.answer
        }
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        for number in 0..<20 { resolver.resolve("slow\(number)") { _ in continuation.yield("slow") } }
        for number in 0..<500 { resolver.resolve("quick\(number)") { _ in continuation.yield("quick") } }
        var order: [String] = []
        for await name in stream {
            order.append(name)
            if order.count == 500 { gate.open() }
            if order.count == 520 { break }
        }
        #expect(order == Array(repeating: "quick", count: 500) + Array(repeating: "slow", count: 20))
        resolver.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `more silent names than there are threads hold up no other for long`() async throws {
        let gate = Gate()
        let resolver = try Resolver(threadLimit: 128) { name in
            if name.hasPrefix("slow") { gate.wait() }
            return Self.answer
        }
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        for number in 0..<100 { resolver.resolve("slow\(number)") { _ in continuation.yield("slow") } }
        for number in 0..<20 { resolver.resolve("quick\(number)") { _ in continuation.yield("quick") } }
        var order: [String] = []
        for await name in stream {
            order.append(name)
            if order.count == 20 { gate.open() }
            if order.count == 120 { break }
        }
        #expect(order == Array(repeating: "quick", count: 20) + Array(repeating: "slow", count: 100))
        resolver.stop()
    }

    @Test func `whoever waits is told when a name is asked, also where another has asked before`() async throws {
        let gate = Gate()
        let resolver = try Resolver { _ in
            gate.wait()
            return Self.answer
        }
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        for caller in ["first", "second"] {
            resolver.resolve("one", begins: { continuation.yield("\(caller) begins") }) { _ in
                continuation.yield("\(caller) has it")
            }
        }
        var events: [String] = []
        for await event in stream {
            events.append(event)
            if events.count == 2 {
                #expect(events.sorted() == ["first begins", "second begins"])
                gate.open()
            }
            if events.count == 4 { break }
        }
        #expect(events.suffix(2).sorted() == ["first has it", "second has it"])
        resolver.stop()
    }

    /// Targets whose names are answered, or not, by this.
    private func outcomes(
        _ targets: [SSHTarget], limits: SSHLimits, lookUp: @escaping @Sendable (String) -> Resolver.Answer
    ) async throws -> [SSHOutcome] {
        let engine = try SSHEngine(
            lanes: 2, limits: limits, hostKeyPolicy: .strict, clientSoftware: "kubesweep", lookUp: lookUp)
        let (stream, continuation) = AsyncStream.makeStream(of: SSHOutcome.self)
        for target in targets { engine.submit(target) { continuation.yield($0) } }
        var outcomes: [SSHOutcome] = []
        for await outcome in stream {
            outcomes.append(outcome)
            if outcomes.count == targets.count { break }
        }
        engine.shutdown()
        return outcomes.sorted { $0.id < $1.id }
    }

    @Test(.enabled(if: Server.isAvailable))
    func `a host's time begins when its name is asked`() async throws {
        let keys = try TestKeys.get()
        let server = try Server()
        let gate = Gate()
        defer { gate.open() }
        let targets = try (0..<100).map { number in
            var target = server.target(
                id: number, keys: [try PrivateKey(path: keys.user("ed25519"))],
                knownHosts: "\(server.knownName) \(try keys.hostLine("ed25519"))\n", command: "echo here")
            target.address = number < 80 ? "slow\(number)" : "quick\(number)"
            return target
        }
        // 80 names and 32 threads: the quick ones are asked after two seconds, which is longer than any may take.
        let outcomes = try await outcomes(targets, limits: .with { $0.resolve = .milliseconds(1500) }) { name in
            if name.hasPrefix("slow") { gate.wait() }
            return Self.answer
        }
        for outcome in outcomes.prefix(80) {
            #expect(
                outcome.failure
                    == SSHFailure(
                        phase: .resolve, reason: .timedOut, detail: "no answer from the name service within 1.5 s"))
        }
        #expect(outcomes.dropFirst(80).map { $0.output?.text } == Array(repeating: "here\n", count: 20))
        #expect(outcomes.map(\.times.held).max() ?? .zero > .seconds(1))
    }

    @Test(arguments: [
        (
            ResolveError(isAbsent: true, text: "Name or service not known"), SSHFailureReason.nameNotFound,
            "cp1.test: Name or service not known"
        ),
        (
            ResolveError(isAbsent: false, text: "Temporary failure in name resolution"), .nameServiceFailed,
            "cp1.test: Temporary failure in name resolution"
        ),
    ])
    func `a name that does not exist is told from a service that fails`(
        error: ResolveError, reason: SSHFailureReason, detail: String
    ) async throws {
        var target = SSHTarget(
            id: 1, knownHostsName: "h", address: "cp1.test", user: "root", identities: [],
            knownHosts: KnownHosts(), command: "true")
        target.identities = [Identity(try PrivateKey(path: TestKeys.get().user("ed25519")))]
        let outcomes = try await outcomes([target], limits: .forTests) { _ in .failure(error) }
        #expect(outcomes.map(\.failure) == [SSHFailure(phase: .resolve, reason: reason, detail: detail)])
    }

    @Test func `a name is asked once, however many hosts have it`() async throws {
        let asked = Atomic<Int>(0)
        let gate = Gate()
        let resolver = try Resolver { _ in
            asked.add(1, ordering: .relaxed)
            gate.wait()
            return Self.answer
        }
        let (stream, continuation) = AsyncStream.makeStream(of: Bool.self)
        for _ in 0..<100 { resolver.resolve("one") { _ in continuation.yield(true) } }
        gate.open()
        var answers = 0
        for await _ in stream {
            answers += 1
            if answers == 100 { break }
        }
        // Known by now.
        resolver.resolve("one") { _ in continuation.yield(true) }
        #expect(asked.load(ordering: .relaxed) == 1)
        resolver.stop()
    }
}

/// Threads wait until it is opened.
private final class Gate: Sendable {
    private let isOpen = Atomic<Bool>(false)

    func wait() { while !isOpen.load(ordering: .acquiring) { usleep(1000) } }
    func open() { isOpen.store(true, ordering: .releasing) }
}
