/// What one waiver came to in a run.
package struct WaiverUse: Sendable, Equatable {
    package let waiver: Waiver
    package let isExpired: Bool
    /// Whole days that are left of it; 0 on its last day, and where it has expired.
    package let daysLeft: Int
    /// Failures that it lies over, or lay over until it expired.
    package internal(set) var findings = 0
    /// Failures that it would cover if they showed the value that it pins.
    package internal(set) var otherValues = 0
    /// It covers a failure that another waiver lies over.
    var isShadowed = false
    /// An answer was not seen where it might have been needed.
    var isUndecided = false
    /// It covers a host that the run asked, or one of the inventory.
    var hasPlace = false
    /// The run asked its check.
    let isAsked: Bool

    /// Days before its end from which on a waiver is said to expire soon.
    package static let soonDays = 30

    /// What somebody should look at.
    package var remarks: [WaiverRemark] {
        var remarks: [WaiverRemark] = []
        if isExpired { remarks.append(.expired) }
        if !isExpired, daysLeft < Self.soonDays { remarks.append(.expiresSoon) }
        if !isAsked { return remarks + [.noSuchCheck] }
        if !hasPlace { return remarks + [.noSuchPlace] }
        if otherValues > 0 { remarks.append(.otherValue) }
        if findings == 0, otherValues == 0, !isUndecided { remarks.append(isShadowed ? .shadowed : .unused) }
        return remarks
    }
}

package enum WaiverRemark: String, Sendable, CaseIterable {
    /// What it lay over counts again.
    case expired
    case expiresSoon
    /// The policy does not have its check.
    case noSuchCheck
    /// It covers no host of the inventory.
    case noSuchPlace
    /// A failure that it covers shows another value than it pins, and counts.
    case otherValue
    /// Other waivers cover all that it covers.
    case shadowed
    /// Nothing that it covers fails.
    case unused
}

/// Counts what becomes of waivers while hosts pass by, to which they were applied.
package struct WaiverTally: Sendable {
    package private(set) var uses: [WaiverUse]
    private let application: WaiverApplication
    /// For saved listings, which have no cluster.
    private let outside: ClusterWaivers

    /// - Parameters:
    ///   - moment: RFC 3339.
    ///   - asked: the ids of the policy's checks; nil where they are not known.
    package init(_ list: WaiverList, at moment: String, asked: Set<String>?) {
        application = WaiverApplication(list, at: moment)
        outside = application.in(cluster: "", labels: [:])
        let now = Moment(rfc3339: moment)
        uses = list.waivers.map { waiver in
            let seconds = max(0, now.map { waiver.end.seconds - $0.seconds } ?? 0)
            let isAsked = asked?.contains(waiver.check) ?? true
            return WaiverUse(
                waiver: waiver, isExpired: seconds == 0, daysLeft: seconds / Moment.day,
                isAsked: isAsked || IntegrityCheck.named(waiver.check) != nil)
        }
    }

    mutating func add(_ cluster: ClusterRecord) {
        let waivers = application.in(cluster: cluster.name, labels: cluster.labels)
        for host in cluster.hosts { add(host.name, host.address, host.state, host.processes, waivers) }
    }

    mutating func add(_ file: FileRecord) { add(file.name, "", file.state, file.processes, outside) }

    /// A host that was perhaps not asked.
    mutating func add(_ place: WaiverPlace) {
        for use in uses.indices where !uses[use].hasPlace {
            uses[use].hasPlace = uses[use].waiver.scope.covers(place)
        }
    }

    private mutating func add(
        _ host: String, _ address: String, _ state: HostState, _ processes: [ProcessRecord], _ waivers: ClusterWaivers
    ) {
        for position in waivers.byCheck.values.joined() where !uses[position].hasPlace || state != .evaluated {
            guard uses[position].waiver.scope.covers(host: host, address: address) else { continue }
            uses[position].hasPlace = true
            if state != .evaluated { uses[position].isUndecided = true }
        }
        for process in processes {
            for index in process.findings.indices where process.findings[index].verdict.weight > Verdict.pass.weight {
                count(process.findings[index], host, address, waivers)
            }
        }
    }

    /// A failure, or something unknown.
    private mutating func count(_ finding: Finding, _ host: String, _ address: String, _ waivers: ClusterWaivers) {
        for position in waivers.byCheck[finding.check] ?? [] {
            let waiver = uses[position].waiver
            // Patterns cost the most, so they are matched last, and only while the answer can still matter.
            func covers() -> Bool { waiver.scope.covers(host: host, address: address) }
            if finding.verdict != .fail {
                if !uses[position].isUndecided { uses[position].isUndecided = covers() }
            } else if finding.waiver?.id == waiver.id {
                uses[position].findings += 1
            } else if !waiver.takes(finding) {
                if finding.waiver == nil, covers() { uses[position].otherValues += 1 }
            } else if finding.waiver != nil, !uses[position].isShadowed {
                // Over a failure without a waiver this one would lie, if it covered the host.
                uses[position].isShadowed = covers()
            }
        }
    }
}
