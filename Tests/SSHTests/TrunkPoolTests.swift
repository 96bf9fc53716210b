import Foundation
import Glibc
import SSH
import Testing

/// How many sessions a bastion has to carry, whatever becomes of the hosts behind it.
@Suite(.enabled(if: Server.isAvailable), .serialized)
struct TrunkPoolTests {
    @Test func `hosts that nobody answers for use up eight sessions at a time, and the others get through`()
        async throws
    {
        let bastion = try Server.bastion()
        let host = try Server(address: "127.0.0.2")
        let hole = try BlackHole()
        let targets = try (0..<20).map { id in
            var target = behind([try bastion.target()], try host.target(id: id, command: "sleep 2; echo here"))
            if id % 4 != 3 {
                target.address = "127.0.0.1"
                target.port = hole.port
            }
            return target
        }
        let started = ContinuousClock.now
        let counts = Task {
            var most = 0
            while !Task.isCancelled {
                most = max(most, Processes.connections(to: bastion.port).count)
                try? await Task.sleep(for: .milliseconds(20))
            }
            return most
        }
        let outcomes = try await EngineRun.outcomes(targets, limits: .with { $0.connect = .seconds(2) })
        counts.cancel()
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        for outcome in outcomes {
            if outcome.id % 4 == 3 {
                #expect(outcome.output?.text == "here\n")
            } else {
                #expect(
                    outcome.failure
                        == SSHFailure(
                            phase: .proxy, reason: .timedOut,
                            detail: "127.0.0.1:\(hole.port): the bastion did not say whether it can connect within "
                                + "2.0 s"))
            }
        }
        let most = await counts.value
        #expect((2...8).contains(most))
        // Two a second, and no more than there are hosts.
        #expect(Double(bastion.logins) <= min(20, 2 + 2 * seconds))
    }

    @Test func `a session goes on where the bastion answers after all`() async throws {
        let bastion = try Server.bastion()
        let host = try Server(address: "127.0.0.2")
        let hole = try BlackHole()
        let engine = try SSHEngine(lanes: 1, limits: .with { $0.connect = .seconds(2) }, hostKeyPolicy: .strict)
        func outcome(_ target: SSHTarget) async -> SSHOutcome {
            await withCheckedContinuation { continuation in
                engine.submit(target) { continuation.resume(returning: $0) }
            }
        }
        let login = try bastion.target()
        // It keeps the session.
        let kept = behind([login], try host.target(id: 1, command: "sleep 60"))
        async let long = outcome(kept)
        host.waitForSessions("sleep 60", count: 1)
        bastion.stopListening()
        var dead = behind([login], try host.target(id: 2))
        dead.address = "127.0.0.1"
        dead.port = hole.port
        #expect(await outcome(dead).failure?.reason == .timedOut)
        // The bastion's system asks again 1, 3 and 7 seconds after the first time.
        hole.open()
        #expect(await outcome(behind([login], try host.target(id: 3))).output?.text == "here\n")
        engine.shutdown()
        #expect(await long.failure?.reason == .cancelled)
    }

    @Test func `a bastion that says nothing any more is given up, and its hosts are reached through a new session`()
        async throws
    {
        let bastion = try Server.bastion()
        let host = try Server(address: "127.0.0.2")
        let login = try bastion.target()
        let engine = try SSHEngine(
            lanes: 1,
            limits: .with {
                $0.handshake = .seconds(10)
                $0.connect = .seconds(100)
            }, hostKeyPolicy: .strict)
        let (stream, continuation) = AsyncStream.makeStream(of: SSHOutcome.self)
        for id in 0..<3 {
            engine.submit(behind([login], try host.target(id: id, command: "sleep 60"))) { continuation.yield($0) }
        }
        host.waitForSessions("sleep 60", count: 3)
        let frozen = bastion.freeze()
        // Their channels are to be closed, about which the bastion says nothing.
        for id in 0..<3 { engine.cancel(id: id) }
        engine.submit(behind([login], try host.target(id: 3))) { continuation.yield($0) }
        var outcomes: [Int: SSHOutcome] = [:]
        for await outcome in stream {
            outcomes[outcome.id] = outcome
            if outcomes.count == 4 { break }
        }
        engine.shutdown()
        for pid in frozen { kill(pid, SIGKILL) }
        #expect((0..<3).map { outcomes[$0]?.failure?.reason } == [.cancelled, .cancelled, .cancelled])
        #expect(outcomes[3]?.output?.text == "here\n")
        #expect(bastion.logins == 2)
    }
}
