import ProcessTable

/// One check over all hosts of a cluster.
package struct CheckRollup: Sendable, Equatable {
    package let check: String
    /// The highest severity among the failures, else the check's own.
    package let severity: Severity
    /// The worst of all: a failure, else something unknown (a host that was not seen is `unseen`), else a pass.
    package let worst: Verdict
    package let counts: VerdictCounts

    init(_ check: Check, over hosts: [HostRecord]) {
        var counts = VerdictCounts()
        var worst: Verdict?
        var failed: Severity?
        func weigh(_ verdict: Verdict) {
            if worst.map({ verdict.weight > $0.weight }) ?? true { worst = verdict }
        }
        let component = Component(rawValue: check.component)
        var absences = 0
        for host in hosts {
            var wasJudged = false
            for process in host.processes {
                for finding in process.findings where finding.check == check.id {
                    wasJudged = true
                    counts.add(finding.verdict)
                    weigh(finding.verdict)
                    if finding.verdict == .fail { failed = max(failed ?? finding.severity, finding.severity) }
                }
            }
            if !wasJudged, let component, host.presence.absent.contains(component) {
                counts.notApplicable += 1
                absences += 1
                weigh(.notApplicable(.noSuchProcess))
            } else if !wasJudged {
                counts.unseen += 1
                weigh(.unknown(.unseen))
            }
        }
        if absences == hosts.count, component?.isNeededByEveryCluster ?? true {
            counts = VerdictCounts(unseen: hosts.count)
            worst = .unknown(.unseen)
        }
        self.check = check.id
        self.severity = failed ?? check.severity
        self.worst = worst ?? .unknown(.unseen)
        self.counts = counts
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
