/// How long masters of a cluster have disagreed on a flag, and whether the disagreement is on its way to an end.
package struct DriftCourse: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// Not there in the sweep before, or there is none before.
        case new
        /// Hosts go over from one value to another: since the drift began some did, and none went back.
        case rolling
        /// The same hosts have had the same values in every sweep since it began.
        case lasting
        /// Values went to and fro.
        case unsteady
    }

    package let cluster: String
    package let drift: FlagDrift
    package let kind: Kind
    /// When the first of the sweeps in a row that show it began, RFC 3339, UTC.
    package let since: String
    /// Sweeps in a row that show it, this one among them.
    package let sweeps: Int
    /// The sweeps that were looked at did not reach back to its beginning.
    package let isOlder: Bool

    /// - Parameter past: what the sweeps before this one showed of the cluster, the latest first; nil where the cluster
    ///   was not in one. A sweep that did not see the flags of all hosts that disagree now says nothing.
    package static func courses(
        of cluster: ClusterRecord, at started: String, past: [(started: String, cluster: ClusterRecord?)]
    ) -> [DriftCourse] {
        cluster.drift.map { drift in
            var since = started
            var sides = [drift]
            var isOlder = true
            let hosts = Set(drift.values.flatMap(\.hosts))
            for (began, record) in past {
                guard let record else { continue }
                let shown = record.hosts.filter { $0.state.isSeen && $0.showsFlags(of: drift.component) }.map(\.name)
                guard hosts.isSubset(of: shown) else { continue }
                guard
                    let before = record.drift.first(where: { $0.component == drift.component && $0.flag == drift.flag })
                else {
                    isOlder = false
                    break
                }
                since = began
                sides.append(before)
            }
            return DriftCourse(
                cluster: cluster.name, drift: drift, kind: kind(sides, hosts), since: since, sweeps: sides.count,
                isOlder: isOlder && !past.isEmpty)
        }
    }

    /// - Parameter sides: the latest first.
    private static func kind(_ sides: [FlagDrift], _ hosts: Set<String>) -> Kind {
        if sides.count == 1 { return .new }
        var went: Set<String> = []
        for host in hosts.sorted() {
            // The oldest first, and each value once as long as it stays.
            var values: [String?] = []
            for side in sides.reversed() {
                guard let value = side.values.first(where: { $0.hosts.contains(host) }).map(\.value) else { continue }
                if values.last != .some(value) { values.append(value) }
            }
            if values.count > 2 { return .unsteady }
            if values.count == 2 { went.insert(host) }
        }
        return went.isEmpty ? .lasting : .rolling
    }
}
