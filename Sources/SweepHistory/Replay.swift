package import Hardening

/// What a policy says of a sweep that was judged by another.
package struct ReplayedSweep: Sendable {
    package let sweep: StoredSweep
    /// Over all hosts whose evidence is there; the others' checks count as unseen.
    package let counts: VerdictCounts
    package let failures: [Severity: Int]
    /// Hosts on which each check fails, by the checks' ids; none where it fails nowhere.
    package let failing: [String: Int]
    /// Hosts whose evidence cannot be read any more.
    package let unreadable: Int
}

extension SweepStore {
    /// Judges a sweep's evidence by another policy. Nothing is written.
    package func replay(_ sweep: StoredSweep, by judge: Judge) throws(StoreError) -> ReplayedSweep {
        let contents = try contents(of: sweep)
        var unreadable = 0
        var clusters: [ClusterRecord] = []
        for cluster in try contents.clusters(from: self, policy: judge.policy) {
            let claimed = cluster.kubernetesVersion.flatMap { Release($0) }
            let hosts = cluster.hosts.map { host in
                var host = host
                guard let record = host.evidence else { return host }
                guard let evidence = try? record.document.evidence() else {
                    unreadable += 1
                    host.processes = []
                    host.presence = Presence(unseen: judge.policy.components)
                    return host
                }
                host.processes = judge.judge(evidence, claimed: claimed)
                host.presence = judge.presence(in: evidence)
                return host
            }
            clusters.append(ClusterRecord(name: cluster.name, hosts: hosts, policy: judge.policy))
        }
        var failures: [Severity: Int] = [:]
        var failing: [String: Int] = [:]
        for host in clusters.flatMap(\.hosts) {
            let failed = host.processes.flatMap(\.findings).filter { $0.verdict == .fail }
            for finding in failed { failures[finding.severity, default: 0] += 1 }
            for check in Set(failed.map(\.check)) { failing[check, default: 0] += 1 }
        }
        return ReplayedSweep(
            sweep: sweep, counts: clusters.reduce(VerdictCounts()) { $0 + $1.counts }, failures: failures,
            failing: failing, unreadable: unreadable)
    }
}
