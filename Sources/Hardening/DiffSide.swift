/// One of two sweeps that are compared.
package struct DiffSide: Sendable {
    package var basis: SweepBasis
    /// The whole inventory as it was.
    package var fleet: FleetRecord
    /// Of the inventory, the hosts that the sweep looked at; nil is all of them.
    package var selection: Set<HostPlace>?
    /// The clusters in which the two sides may differ, with all hosts that had a turn.
    package var clusters: [ClusterRecord]
    package var keys: ProvedKeys
    /// Where the sweep was ended early: the hosts that it left out are among the clusters' as abandoned.
    package var early: EarlyEnd?

    package var sweep: SweepIdentity { basis.sweep }
    package var tool: ToolIdentity { basis.tool }
    package var policy: PolicyIdentity { basis.policy }

    /// - Parameter keys: nil are those of the clusters.
    package init(
        _ basis: SweepBasis, fleet: FleetRecord, selection: Set<HostPlace>? = nil, clusters: [ClusterRecord],
        keys: ProvedKeys? = nil, early: EarlyEnd? = nil
    ) {
        self.basis = basis
        self.fleet = fleet
        self.selection = selection
        self.clusters = clusters
        self.keys = keys ?? ProvedKeys(clusters.hosts.compactMapValues { $0.evidence?.hostKey })
        self.early = early
    }
}

/// What a sweep judged by.
package struct SweepBasis: Sendable {
    package var sweep: SweepIdentity
    package var tool: ToolIdentity
    package var policy: PolicyIdentity
    /// Judges by the sweep's policy, with the facts of the program that compares; nil where that policy cannot be read
    /// any more.
    package var judge: Judge?
    package var waivers: DiffWaivers
    /// Of the judge, over all hosts that are compared.
    let precedents = Precedents()

    package init(
        sweep: SweepIdentity, tool: ToolIdentity, policy: PolicyIdentity, judge: Judge?, waivers: DiffWaivers = .none
    ) {
        self.sweep = sweep
        self.tool = tool
        self.policy = policy
        self.judge = judge
        self.waivers = waivers
    }
}

/// A host as a sweep recorded it, and what it was judged by. Behind one reference: a copy would count references to all of
/// it, and comparing hands it on for every process and finding.
package final class HostSighting: Sendable {
    package let host: HostRecord
    /// As the sweep's inventory has its cluster; nil where it does not name it.
    package let cluster: FleetCluster?
    package let basis: SweepBasis

    package init(_ host: HostRecord, of cluster: FleetCluster?, by basis: SweepBasis) {
        self.host = host
        self.cluster = cluster
        self.basis = basis
    }
}

/// A host's place in a fleet. Names are unique within a cluster.
package struct HostPlace: Sendable, Hashable, Comparable {
    package var cluster: String
    package var host: String

    package init(cluster: String, host: String) {
        self.cluster = cluster
        self.host = host
    }

    package static func < (a: HostPlace, b: HostPlace) -> Bool { (a.cluster, a.host) < (b.cluster, b.host) }
}

/// What the waivers of one side say of a failed finding.
package struct DiffWaivers: Sendable {
    /// Equal for equal files.
    package let digest: String
    /// Whether any of them is over a check, wherever it fails.
    package let concern: @Sendable (_ check: String) -> Bool
    /// - Parameters:
    ///   - cluster: with the labels of its side.
    ///   - moment: RFC 3339, UTC, at which waivers may have expired.
    package let state:
        @Sendable (_ finding: Finding, _ cluster: FleetCluster, _ host: FleetHost, _ moment: String)
            -> DiffWaiver

    package static let none = DiffWaivers(digest: "", concern: { _ in false }) { _, _, _, _ in .none }

    package init(
        digest: String, concern: @escaping @Sendable (String) -> Bool = { _ in true },
        state: @escaping @Sendable (Finding, FleetCluster, FleetHost, String) -> DiffWaiver
    ) {
        self.digest = digest
        self.concern = concern
        self.state = state
    }
}

package enum DiffWaiver: Sendable, Equatable {
    case none
    /// By the waiver's id.
    case active(String)
    case expired(String)

    var isActive: Bool {
        switch self {
        case .active: true
        case .none, .expired: false
        }
    }
}

extension [ClusterRecord] {
    /// By their places.
    package var hosts: [HostPlace: HostRecord] {
        var hosts: [HostPlace: HostRecord] = [:]
        for cluster in self {
            for host in cluster.hosts { hosts[HostPlace(cluster: cluster.name, host: host.name)] = host }
        }
        return hosts
    }
}
