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
