import SSH
import Synchronization

/// Runs targets through an engine and waits for their outcomes.
enum EngineRun {
    static func outcomes(
        _ targets: [SSHTarget], lanes: Int = 2, limits: SSHLimits = .forTests, policy: HostKeyPolicy = .strict,
        whileRunning: (SSHEngine) -> Void = { _ in }
    ) async throws -> [SSHOutcome] {
        let engine = try SSHEngine(lanes: lanes, limits: limits, hostKeyPolicy: policy)
        let (stream, continuation) = AsyncStream.makeStream(of: SSHOutcome.self)
        for target in targets { engine.submit(target) { continuation.yield($0) } }
        whileRunning(engine)
        var outcomes: [SSHOutcome] = []
        if !targets.isEmpty {
            for await outcome in stream {
                outcomes.append(outcome)
                if outcomes.count == targets.count { break }
            }
        }
        engine.shutdown()
        return outcomes.sorted { $0.id < $1.id }
    }

    /// The identifiers of those that end well while the others are still waited for, until there are `count`; then the
    /// others are given up. For hosts that must not be held up by others: it does not hang on how fast the machine is.
    static func served(
        _ targets: [SSHTarget], count: Int, lanes: Int = 2, limits: SSHLimits
    ) async throws -> Set<Int> {
        let engine = try SSHEngine(lanes: lanes, limits: limits, hostKeyPolicy: .strict)
        let (stream, continuation) = AsyncStream.makeStream(of: SSHOutcome.self)
        for target in targets { engine.submit(target) { continuation.yield($0) } }
        var served: Set<Int> = []
        var ended = 0
        for await outcome in stream {
            ended += 1
            if outcome.output != nil { served.insert(outcome.id) }
            if ended == count { break }
        }
        engine.shutdown()
        return served
    }

    static func outcome(
        _ target: SSHTarget, limits: SSHLimits = .forTests, policy: HostKeyPolicy = .strict
    ) async throws -> SSHOutcome {
        try await outcomes([target], lanes: 1, limits: limits, policy: policy)[0]
    }
}

extension SSHLimits {
    /// Where waiting is not the subject: a hundred shells at once on a few busy cores take their time.
    static let forTests: SSHLimits = {
        var limits = SSHLimits()
        limits.proxy = .seconds(100)
        limits.handshake = .seconds(100)
        limits.authentication = .seconds(100)
        limits.execute = .seconds(100)
        limits.firstByte = .seconds(100)
        limits.host = .seconds(100)
        return limits
    }()

    static func with(_ change: (inout SSHLimits) -> Void) -> SSHLimits {
        var limits = forTests
        change(&limits)
        return limits
    }
}

extension SSHOutcome {
    var failure: SSHFailure? {
        if case .failure(let failure) = result { return failure }
        return nil
    }

    var output: CommandOutput? { try? result.get() }
}

extension CommandOutput {
    var text: String { String(decoding: stdout, as: UTF8.self) }
}
