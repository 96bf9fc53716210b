package import Hardening

/// A stored sweep's disagreements and rare values.
package struct DriftHistory: Sendable {
    package let sweep: StoredSweep
    /// In the order of clusters, components and flags.
    package let courses: [DriftCourse]
    package let outliers: [FlagOutlier]
}

extension SweepStore {
    /// What masters of one cluster disagree on and since when, and what is rare in the fleet.
    ///
    /// - Parameter depth: how many finished sweeps of the whole inventory are looked at before this one.
    package func drift(
        of sweep: StoredSweep, by rule: FlagOutlier.Rule, depth: Int
    ) throws(StoreError) -> DriftHistory {
        let contents = try contents(of: sweep)
        let clusters = try contents.clusters(from: self, policy: .none)
        let drifting = Set(clusters.filter { !$0.drift.isEmpty }.map(\.name))
        var past: [(started: String, clusters: [String: ClusterRecord])] = []
        var before = sweep
        while !drifting.isEmpty, past.count < depth, let parent = try parent(of: before) {
            let records = try self.contents(of: parent).clusters(from: self, policy: .none) {
                drifting.contains($0.cluster)
            }
            past.append((parent.started, Dictionary(records.map { ($0.name, $0) }) { first, _ in first }))
            before = parent
        }
        let courses = clusters.flatMap { cluster in
            DriftCourse.courses(
                of: cluster, at: sweep.started, past: past.map { ($0.started, $0.clusters[cluster.name]) })
        }
        return DriftHistory(sweep: sweep, courses: courses, outliers: FlagOutlier.all(in: clusters, by: rule))
    }
}
