import ProcessTable

/// One check over all hosts of a cluster.
package struct CheckRollup: Sendable, Equatable {
    package let check: String
    /// The highest severity among the failures, else the check's own.
    package let severity: Severity
    /// The worst of all: a failure, else something unknown (a host that was not seen is `unseen`), else a pass.
    package let worst: Verdict
    package let counts: VerdictCounts

    /// One for each check, in their order. Every finding is looked at once, however many checks there are.
    static func all(of checks: [Check], over hosts: [HostRecord]) -> [CheckRollup] {
        let positions = Dictionary(checks.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        var tallies = checks.map { Tally(component: Component(rawValue: $0.component)) }
        for host in hosts {
            for process in host.processes {
                for index in process.findings.indices {
                    guard let position = positions[process.findings[index].check] else { continue }
                    tallies[position].add(process.findings[index])
                }
            }
            for position in tallies.indices { tallies[position].end(host) }
        }
        return zip(checks, tallies).map { CheckRollup($0, $1, hostCount: hosts.count) }
    }

    private init(_ check: Check, _ tally: Tally, hostCount: Int) {
        let isMissing = tally.absences == hostCount && tally.component?.isNeededByEveryCluster ?? true
        self.check = check.id
        severity = tally.failed ?? check.severity
        worst = isMissing ? .unknown(.unseen) : tally.worst ?? .unknown(.unseen)
        counts = isMissing ? VerdictCounts(unseen: hostCount) : tally.counts
    }

    /// Nil where no host has a finding: an integrity check speaks only where something is wrong.
    init?(_ check: IntegrityCheck, over hosts: [HostRecord]) {
        let findings = hosts.flatMap(\.processes).flatMap(\.findings).filter { $0.check == check.id }
        guard let worst = findings.map(\.verdict).max(by: { $0.weight < $1.weight }) else { return nil }
        var counts = VerdictCounts()
        for finding in findings { counts.add(finding.verdict) }
        self.check = check.id
        self.severity = findings.filter { $0.verdict == .fail }.map(\.severity).max() ?? check.severity
        self.worst = worst
        self.counts = counts
    }
}

/// What one check has come to while hosts pass by.
private struct Tally {
    let component: Component?
    var counts = VerdictCounts()
    var worst: Verdict?
    /// The highest severity of a failure.
    var failed: Severity?
    /// Hosts that were seen not to run the component.
    var absences = 0
    /// On the host that passes by.
    private var wasJudged = false

    init(component: Component?) { self.component = component }

    mutating func add(_ finding: Finding) {
        wasJudged = true
        counts.add(finding.verdict)
        weigh(finding.verdict)
        if finding.verdict == .fail { failed = max(failed ?? finding.severity, finding.severity) }
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

    private mutating func weigh(_ verdict: Verdict) {
        if worst.map({ verdict.weight > $0.weight }) ?? true { worst = verdict }
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

    package init(pass: Int = 0, fail: Int = 0, unknown: Int = 0, notApplicable: Int = 0, unseen: Int = 0) {
        self.pass = pass
        self.fail = fail
        self.unknown = unknown
        self.notApplicable = notApplicable
        self.unseen = unseen
    }

    package mutating func add(_ verdict: Verdict) {
        switch verdict {
        case .pass: pass += 1
        case .fail: fail += 1
        case .unknown: unknown += 1
        case .notApplicable: notApplicable += 1
        }
    }

    package var total: Int { pass + fail + unknown + notApplicable + unseen }

    /// The decided part of all that should have been decided, in percent; 0 where nothing was asked.
    package var coverage: Double {
        total == 0 ? 0 : 100 * Double(pass + fail + notApplicable) / Double(total)
    }

    package static func + (a: VerdictCounts, b: VerdictCounts) -> VerdictCounts {
        VerdictCounts(
            pass: a.pass + b.pass, fail: a.fail + b.fail, unknown: a.unknown + b.unknown,
            notApplicable: a.notApplicable + b.notApplicable, unseen: a.unseen + b.unseen)
    }
}

extension ClusterRecord {
    package var counts: VerdictCounts { checks.reduce(VerdictCounts()) { $0 + $1.counts } }
}

extension SweepRecord {
    package var counts: VerdictCounts { clusters.reduce(VerdictCounts()) { $0 + $1.counts } }

    /// The highest severity that failed anywhere; nil where nothing did.
    package var worstFailure: Severity? {
        hosts.lazy.flatMap(\.processes).flatMap(\.findings).filter { $0.verdict == .fail }.map(\.severity).max()
    }
}
