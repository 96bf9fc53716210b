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

    static func outcome(
        _ target: SSHTarget, limits: SSHLimits = .forTests, policy: HostKeyPolicy = .strict
    ) async throws -> SSHOutcome {
        try await outcomes([target], lanes: 1, limits: limits, policy: policy)[0]
    }
}

extension SSHLimits {
    /// Long enough for a loaded machine where waiting is not the subject.
    static let forTests = SSHLimits()

    /// For a hundred shells at once on a few cores.
    static let patient = SSHLimits.with {
        $0.handshake = .seconds(100)
        $0.authentication = .seconds(100)
        $0.execute = .seconds(100)
        $0.firstByte = .seconds(100)
        $0.host = .seconds(100)
    }

    static func with(_ change: (inout SSHLimits) -> Void) -> SSHLimits {
        var limits = SSHLimits()
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
