package import Hardening

/// What a policy says of a sweep that was judged by another.
package struct ReplayedSweep: Sendable {
    package let sweep: StoredSweep
    /// Over all hosts whose evidence is there; the others' checks count as unseen.
    package let counts: VerdictCounts
    /// Without those that are waived.
    package let failures: [Severity: Int]
    /// Hosts on which each check fails and is not waived, by the checks' ids; none where there are none.
    package let failing: [String: Int]
    /// Hosts whose evidence cannot be read any more.
    package let unreadable: Int
}

extension SweepStore {
    /// Judges a sweep's evidence by another policy, under the waivers that the sweep had. Nothing is written.
    package func replay(_ sweep: StoredSweep, by judge: Judge) throws(StoreError) -> ReplayedSweep {
        let contents = try contents(of: sweep)
        let waivers = try contents.waiverList(self)
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
            let replayed = ClusterRecord(
                name: cluster.name, kubernetesVersion: cluster.kubernetesVersion, distribution: cluster.distribution,
                labels: cluster.labels, hosts: hosts, policy: judge.policy)
            clusters.append(waivers.map { replayed.applying($0, at: sweep.identity.ended) } ?? replayed)
        }
        var failures: [Severity: Int] = [:]
        var failing: [String: Int] = [:]
        for host in clusters.flatMap(\.hosts) {
            let failed = host.processes.flatMap(\.findings).filter(\.countsAsFailure)
            for finding in failed { failures[finding.severity, default: 0] += 1 }
            for check in Set(failed.map(\.check)) { failing[check, default: 0] += 1 }
        }
        return ReplayedSweep(
            sweep: sweep, counts: clusters.reduce(VerdictCounts()) { $0 + $1.counts }, failures: failures,
            failing: failing, unreadable: unreadable)
    }
}
