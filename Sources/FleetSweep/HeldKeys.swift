import SSH

/// What one agent lists.
struct HeldKeys: Sendable {
    private(set) var identities: [Identity] = []
    /// Why it lists nothing.
    private(set) var problem: String?

    init() {}

    init(_ path: String, limit: Duration, until end: SweepEnd) async {
        do {
            let client = try AgentClient(path: path, answerLimit: limit)
            end.onRaise { client.stop() }
            switch await client.keys() {
            case .success(let keys): identities = keys.compactMap { Identity($0, in: client) }
            case .failure(let error): problem = error.message
            }
        } catch {
            problem = "the agent cannot be asked: \(error.message)"
        }
    }

    func identity(_ publicKey: HostKey) -> Identity? { identities.first { $0.publicKey == publicKey } }

    /// Keys, each behind its certificates, by whether the agent holds them too; those in the agent's order.
    func divide(_ keys: [[Identity]]) -> (inAgent: [Identity], others: [Identity]) {
        let placed = keys.map { key in
            (key: key, place: identities.firstIndex { $0.publicKey == key.last?.publicKey })
        }
        let inAgent = placed.filter { $0.place != nil }.sorted { $0.place ?? 0 < $1.place ?? 0 }
        return (inAgent.flatMap(\.key), placed.filter { $0.place == nil }.flatMap(\.key))
    }

    /// All of these at once, so that one that is silent holds up no other.
    static func of(
        _ paths: [String], limit: Duration, until end: SweepEnd
    ) async -> [String: HeldKeys] {
        await withTaskGroup(of: (String, HeldKeys).self) { group in
            for path in paths { group.addTask { (path, await HeldKeys(path, limit: limit, until: end)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }
}
