import HostInventory
import SSH
import Synchronization

/// Which key the hosts of a cluster let in last, so that the next one is offered it first: each wrong one costs a round
/// trip and one of the server's tries.
final class KeyMemory: Sendable {
    private struct Account: Hashable, Sendable {
        var cluster: String
        var user: String
    }

    private let keys = Mutex<[Account: HostKey]>([:])

    func note(_ identity: Identity, cluster: String, user: String) {
        keys.withLock { $0[Account(cluster: cluster, user: user)] = identity.publicKey }
    }

    func ordered(_ identities: [Identity], cluster: String, user: String) -> [Identity] {
        let last = keys.withLock { $0[Account(cluster: cluster, user: user)] }
        guard let last, let index = identities.firstIndex(where: { $0.publicKey == last }) else { return identities }
        return [identities[index]] + identities[..<index] + identities[(index + 1)...]
    }
}
