import Synchronization

/// Looks names up as the engine does, for whoever wants to know the addresses without connecting.
package final class AddressLookup: Sendable {
    private let resolver: Resolver

    package init() throws(SSHEngineError) { resolver = try Resolver() }

    deinit { resolver.stop() }

    /// Why a name has no address, in words and as the engine would report it.
    package struct Failure: Error, Sendable, Equatable {
        package var reason: SSHFailureReason
        package var detail: String
    }

    /// The addresses that would be tried, in their order; an IP literal is its own.
    package func addresses(
        of name: String, family: AddressFamily, limit: Duration
    ) async -> Result<[String], Failure> {
        if let literal = SocketAddress(literal: name, port: 0) { return Self.accepted([literal], name, family) }
        let answer = await answer(for: name, limit: limit)
        switch answer {
        case nil:
            let seconds = Double(limit.clampedNanoseconds / 100_000_000) / 10
            return .failure(
                Failure(reason: .timedOut, detail: "no answer from the name service within \(seconds) s"))
        case .failure(let error):
            return .failure(
                Failure(
                    reason: error.isAbsent ? .nameNotFound : .nameServiceFailed,
                    detail: "\(PeerText.printable(name.utf8)): \(error.text)"))
        case .success(let addresses): return Self.accepted(addresses, name, family)
        }
    }

    private static func accepted(
        _ addresses: [SocketAddress], _ name: String, _ family: AddressFamily
    ) -> Result<[String], Failure> {
        let accepted = addresses.filter(family.accepts)
        guard !accepted.isEmpty else {
            return .failure(
                Failure(
                    reason: .nameNotFound,
                    detail: "\(PeerText.printable(name.utf8)): no address of the family \(family.rawValue)"))
        }
        return .success(accepted.map(\.text))
    }

    /// Nil where the time is over; getaddrinfo(3) cannot be interrupted and ends by itself.
    private func answer(for name: String, limit: Duration) async -> Resolver.Answer? {
        let once = Once()
        return await withCheckedContinuation { continuation in
            let alarm = Task {
                try await Task.sleep(for: limit)
                if once.take() { continuation.resume(returning: nil) }
            }
            resolver.resolve(name) { answer in
                guard once.take() else { return }
                alarm.cancel()
                continuation.resume(returning: answer)
            }
        }
    }

    private final class Once: Sendable {
        private let isTaken = Mutex(false)

        /// True for the first caller only.
        func take() -> Bool {
            isTaken.withLock { taken in
                defer { taken = true }
                return !taken
            }
        }
    }
}
