/// One of two sweeps that are compared.
package struct DiffSide: Sendable {
    package var sweep: SweepIdentity
    package var tool: ToolIdentity
    package var policy: PolicyIdentity
    /// Judges by the sweep's policy, with the facts of the program that compares; nil where that policy cannot be read
    /// any more.
    package var judge: Judge?
    /// The whole inventory as it was.
    package var fleet: FleetRecord
    /// The clusters in which the two sides may differ, with all hosts that had a turn.
    package var clusters: [ClusterRecord]
    package var waivers: DiffWaivers
    /// Where the sweep was ended early: the hosts that it left out are among the clusters' as abandoned.
    package var early: EarlyEnd?

    package init(
        sweep: SweepIdentity, tool: ToolIdentity, policy: PolicyIdentity, judge: Judge?, fleet: FleetRecord,
        clusters: [ClusterRecord], waivers: DiffWaivers = .none, early: EarlyEnd? = nil
    ) {
        self.sweep = sweep
        self.tool = tool
        self.policy = policy
        self.judge = judge
        self.fleet = fleet
        self.clusters = clusters
        self.waivers = waivers
        self.early = early
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
    /// - Parameters:
    ///   - cluster: with the labels of its side.
    ///   - moment: RFC 3339, UTC, at which waivers may have expired.
    package let state:
        @Sendable (_ finding: Finding, _ cluster: FleetCluster, _ host: FleetHost, _ moment: String)
            -> DiffWaiver

    package static let none = DiffWaivers(digest: "") { _, _, _, _ in .none }

    package init(
        digest: String,
        state: @escaping @Sendable (Finding, FleetCluster, FleetHost, String) -> DiffWaiver
    ) {
        self.digest = digest
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
