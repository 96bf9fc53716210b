import Hardening

/// One change of the inventory: what it is about, and what it was before where that has a name.
package struct InventoryItem {
    let kind: Kind
    let cluster: String
    var host: String?
    var older: String?

    package enum Kind: String, Sendable, CaseIterable {
        case addedCluster, removedCluster, renamedCluster, version, label, addedHost, removedHost, movedHost,
            readdressedHost
    }

    static func all(_ change: FleetChange) -> [InventoryItem] {
        change.addedClusters.map { InventoryItem(kind: .addedCluster, cluster: $0) }
            + change.removedClusters.map { InventoryItem(kind: .removedCluster, cluster: $0) }
            + change.renamedClusters.map { InventoryItem(kind: .renamedCluster, cluster: $0.to, older: $0.from) }
            + change.versions.map { InventoryItem(kind: .version, cluster: $0.cluster, older: $0.from) }
            + change.labels.map { InventoryItem(kind: .label, cluster: $0.cluster, older: $0.from) }
            + change.addedHosts.map { InventoryItem(kind: .addedHost, cluster: $0.cluster, host: $0.host) }
            + change.removedHosts.map { InventoryItem(kind: .removedHost, cluster: $0.cluster, host: $0.host) }
            + change.movedHosts.map { move in
                InventoryItem(
                    kind: .movedHost, cluster: move.to.cluster, host: move.to.host,
                    older: "\(move.from.cluster)/\(move.from.host)")
            }
            + change.readdressedHosts.map { host in
                InventoryItem(
                    kind: .readdressedHost, cluster: host.place.cluster, host: host.place.host, older: host.from)
            }
    }
}
