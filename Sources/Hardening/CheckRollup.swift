import ProcessTable

/// One check over all hosts of a cluster.
package struct CheckRollup: Sendable, Equatable {
    package let check: String
    /// The highest severity among the failures that count, else among the waived ones, else the check's own.
    package let severity: Severity
    /// The worst of all: a failure, else something unknown (a host that was not seen is `unseen`), else a waived
    /// failure, else a pass.
    package let worst: Verdict
    package let counts: VerdictCounts

    /// The worst is a failure, and a waiver lies over each.
    package var isWaived: Bool { worst == .fail && counts.fail == 0 }

    /// One for each check, in their order, and one for each integrity check that has a finding: those speak only where
    /// something is wrong. Every finding is looked at once, however many checks there are.
    static func all(of checks: [Check], over hosts: [HostRecord]) -> [CheckRollup] {
        let asked = checks.map(\.id) + IntegrityCheck.all.map(\.id)
        var tallies =
            checks.map { Tally(component: Component(rawValue: $0.component)) }
            + IntegrityCheck.all.map { _ in Tally(component: nil) }
        for host in hosts {
            for process in host.processes {
                // Findings stand in the policy's order: the next one is most often the next check's.
                var next = 0
                for index in process.findings.indices {
                    let id = process.findings[index].check
                    guard let position = asked[next...].firstIndex(of: id) ?? asked[..<next].firstIndex(of: id) else {
                        continue
                    }
                    tallies[position].add(
                        process.findings[index].verdict, process.findings[index].severity,
                        isWaived: process.findings[index].isWaived)
                    next = position + 1
                }
            }
            for position in checks.indices { tallies[position].end(host) }
        }
        var rollups: [CheckRollup] = []
        rollups.reserveCapacity(asked.count)
        for position in checks.indices {
            rollups.append(
                CheckRollup(asked[position], checks[position].severity, tallies[position], hostCount: hosts.count))
        }
        for (check, tally) in zip(IntegrityCheck.all, tallies[checks.count...]) where tally.worst != nil {
            rollups.append(CheckRollup(check.id, check.severity, tally, hostCount: hosts.count))
        }
        return rollups
    }

    private init(_ check: String, _ own: Severity, _ tally: Tally, hostCount: Int) {
        let isMissing = tally.absences == hostCount && tally.component?.isNeededByEveryCluster ?? true
        self.check = check
        severity = tally.failed ?? tally.waived ?? own
        worst = isMissing ? .unknown(.unseen) : tally.worst?.verdict ?? .unknown(.unseen)
        counts = isMissing ? VerdictCounts(unseen: hostCount) : tally.counts
    }
}

/// What one check has come to while hosts pass by.
private struct Tally {
    let component: Component?
    var counts = VerdictCounts()
    private(set) var worst: (verdict: Verdict, weight: Int)?
    /// The highest severity of a failure that counts, and of a waived one.
    var failed: Severity?
    var waived: Severity?
    /// Hosts that were seen not to run the component.
    var absences = 0
    /// On the host that passes by.
    private var wasJudged = false

    init(component: Component?) { self.component = component }

    mutating func add(_ verdict: Verdict, _ severity: Severity, isWaived: Bool) {
        wasJudged = true
        counts.add(verdict, isWaived: isWaived)
        weigh(verdict, isWaived: isWaived)
        if isWaived {
            waived = max(waived ?? severity, severity)
        } else if verdict == .fail {
            failed = max(failed ?? severity, severity)
        }
    }

    /// A host without a finding of the check was seen not to need it, or was not seen.
    mutating func end(_ host: HostRecord) {
        defer { wasJudged = false }
        if wasJudged { return }
        if let component, host.presence.absent.contains(component) {
            counts.notApplicable += 1
            absences += 1
            weigh(.notApplicable(.noSuchProcess))
        } else {
            counts.unseen += 1
            weigh(.unknown(.unseen))
        }
    }

    private mutating func weigh(_ verdict: Verdict, isWaived: Bool = false) {
        // Accepted is more than a pass, and less than what nobody has seen.
        let weight = 2 * (isWaived ? Verdict.pass : verdict).weight + (isWaived ? 1 : 0)
        if worst.map({ weight > $0.weight }) ?? true { worst = (verdict, weight) }
    }
}

extension Component {
    /// A cluster whose hosts all lack it has it on a host that was not asked. etcd may belong to somebody else, and a
    /// control plane may do without kubelets.
    fileprivate var isNeededByEveryCluster: Bool {
        switch self {
        case .kubeAPIServer, .kubeControllerManager, .kubeScheduler: true
        case .etcd, .kubelet: false
        }
    }
}

/// How many findings have which verdict.
package struct VerdictCounts: Sendable, Equatable {
    package var pass = 0
    package var fail = 0
    package var unknown = 0
    package var notApplicable = 0
    /// Checks that a host in the selection should have answered and did not, because it was not seen.
    package var unseen = 0
    /// Failures under a waiver in force. They are not among `fail`.
    package var waived = 0

    package init(
        pass: Int = 0, fail: Int = 0, unknown: Int = 0, notApplicable: Int = 0, unseen: Int = 0, waived: Int = 0
    ) {
        self.pass = pass
        self.fail = fail
        self.unknown = unknown
        self.notApplicable = notApplicable
        self.unseen = unseen
        self.waived = waived
    }

    package mutating func add(_ finding: Finding) { add(finding.verdict, isWaived: finding.isWaived) }

    mutating func add(_ verdict: Verdict, isWaived: Bool) {
        switch verdict {
        case .pass: pass += 1
        case .fail where isWaived: waived += 1
        case .fail: fail += 1
        case .unknown: unknown += 1
        case .notApplicable: notApplicable += 1
        }
    }

    package var total: Int { pass + fail + waived + unknown + notApplicable + unseen }

    package var answered: Int { pass + fail + waived + notApplicable }

    /// The decided part of all that should have been decided, in percent; 0 where nothing was asked.
    package var coverage: Double { total == 0 ? 0 : 100 * Double(answered) / Double(total) }

    package static func + (a: VerdictCounts, b: VerdictCounts) -> VerdictCounts {
        VerdictCounts(
            pass: a.pass + b.pass, fail: a.fail + b.fail, unknown: a.unknown + b.unknown,
            notApplicable: a.notApplicable + b.notApplicable, unseen: a.unseen + b.unseen, waived: a.waived + b.waived)
    }
}

extension ClusterRecord {
    package var counts: VerdictCounts { checks.reduce(VerdictCounts()) { $0 + $1.counts } }
}

extension SweepRecord {
    package var counts: VerdictCounts { clusters.reduce(VerdictCounts()) { $0 + $1.counts } }

    /// The highest severity that failed anywhere without a waiver in force; nil where nothing did.
    package var worstFailure: Severity? {
        var worst: Severity?
        for cluster in clusters {
            for process in cluster.hosts.lazy.flatMap(\.processes) {
                process.forEachFailure { worst = max(worst ?? $0, $0) }
            }
        }
        return worst
    }
}
