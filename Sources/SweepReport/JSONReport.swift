package import Hardening
import ProcessTable
import StrictJSON

/// The JSON documents `kubesweep.sweep/1` and `kubesweep.evaluation/1`. Their schemas stand in `Resources`; within a
/// major number keys are only added.
package enum JSONReport {
    /// One document with a newline at its end.
    package static func render(_ record: SweepRecord) -> [UInt8] {
        let hosts = record.hosts
        var json = JSONText(
            capacity: capacity(hosts.lazy.flatMap(\.processes), hosts.lazy.map(\.evidence?.document)))
        json.object { json in
            json.field("schema", "kubesweep.sweep/1")
            json.object("tool") { json in
                json.field("name", record.tool.name)
                json.field("version", record.tool.version)
                json.field("libssh2", record.tool.libssh2)
            }
            json.policy(record.policy)
            json.object("inventory") { json in
                json.field("digest", record.inventory.digest)
                json.field("hosts", record.inventory.hosts)
            }
            json.object("sweep") { json in
                json.field("id", record.sweep.id)
                json.field("started", record.sweep.started)
                json.field("ended", record.sweep.ended)
                json.field("complete", record.sweep.isComplete)
            }
            json.summary("hosts", states: hosts.map(\.state), counts: record.counts, hosts.lazy.flatMap(\.processes))
            json.array("clusters", record.clusters) { json, cluster in json.object { $0.cluster(cluster) } }
        }
        json.end()
        return json.bytes
    }

    /// One document with a newline at its end.
    package static func render(_ record: EvaluationRecord) -> [UInt8] {
        var json = JSONText(
            capacity: capacity(record.files.lazy.flatMap(\.processes), record.files.lazy.map(\.document)))
        json.object { json in
            json.field("schema", "kubesweep.evaluation/1")
            json.policy(record.policy)
            json.field("kubernetesVersion", record.claimed?.description)
            json.summary(
                "files", states: record.files.map(\.state), counts: record.counts,
                record.files.lazy.flatMap(\.processes))
            json.array("files", record.files) { json, file in
                json.object { json in
                    json.field("file", file.name)
                    json.field("state", file.state.rawValue)
                    json.failure(file.failure)
                    json.field("listing", file.wholeness?.word)
                    json.field("processTable", json: file.document?.bytes)
                    json.field("notes", file.notes)
                    json.processes(file.processes)
                }
            }
        }
        json.end()
        return json.bytes
    }

    /// Nearly all of a document is findings, about this many bytes each, and the evidence.
    private static func capacity(
        _ processes: some Sequence<ProcessRecord>, _ evidence: some Sequence<EvidenceDocument?>
    ) -> Int {
        let findings = processes.reduce(4096) { $0 + 512 + $1.findings.count * 320 }
        return evidence.reduce(findings) { $0 + ($1?.bytes.count ?? 0) }
    }
}

extension JSONText {
    fileprivate mutating func policy(_ policy: PolicyIdentity) {
        object("policy") { json in
            json.field("name", policy.name)
            json.field("digest", policy.digest)
            json.field("explicit", policy.isExplicit)
            json.field("disabled", policy.disabled)
        }
    }

    fileprivate mutating func summary(
        _ noun: StaticString, states: [HostState], counts: VerdictCounts, _ processes: some Sequence<ProcessRecord>
    ) {
        object("summary") { json in
            json.line(noun) { json in
                json.field("total", states.count)
                json.fields(HostState.allCases.map { state in (state.rawValue, states.count { $0 == state }) })
            }
            json.line("findings") { $0.counts(counts) }
            json.line("failed") { json in
                json.fields(failures(in: processes).map { ($0.severity.rawValue, $0.count) })
            }
            json.field("coverage", tenths: counts.coverageTenths)
        }
    }

    private mutating func counts(_ counts: VerdictCounts) {
        field("pass", counts.pass)
        field("fail", counts.fail)
        field("unknown", counts.unknown)
        field("notApplicable", counts.notApplicable)
        field("waived", 0)
        field("unseen", counts.unseen)
    }

    fileprivate mutating func cluster(_ cluster: ClusterRecord) {
        field("name", cluster.name)
        field("kubernetesVersion", cluster.kubernetesVersion)
        field("distribution", cluster.distribution)
        field("labels", cluster.labels)
        summary(
            "hosts", states: cluster.hosts.map(\.state), counts: cluster.counts,
            cluster.hosts.lazy.flatMap(\.processes))
        array("checks", cluster.checks) { json, check in
            json.line { json in
                json.field("check", check.check)
                json.field("severity", check.severity.rawValue)
                json.field("verdict", check.worst.word)
                json.field("reason", check.worst.reason)
                json.line("counts") { $0.counts(check.counts) }
            }
        }
        array("drift", cluster.drift) { json, drift in
            json.object { json in
                json.field("component", drift.component.rawValue)
                json.field("flag", drift.flag)
                json.array("values", drift.values) { json, side in
                    json.object { json in
                        json.field("value", side.value)
                        json.field("hosts", side.hosts)
                    }
                }
            }
        }
        array("hosts", cluster.hosts) { json, host in json.object { $0.host(host) } }
    }

    private mutating func host(_ host: HostRecord) {
        field("name", host.name)
        field("address", host.address)
        field("state", host.state.rawValue)
        failure(host.failure)
        if let evidence = host.evidence {
            object("evidence") { json in
                json.field("digest", evidence.digest)
                json.field("hostKey", evidence.hostKey)
                json.field("complete", evidence.wholeness.isWhole)
                json.field("listing", evidence.wholeness.word)
                json.field("bytes", evidence.bytes)
                json.field("milliseconds", evidence.milliseconds)
                json.field("processTable", json: evidence.document.bytes)
            }
        } else {
            field("evidence", nil as String?)
        }
        field("notes", host.notes)
        processes(host.processes)
    }

    fileprivate mutating func failure(_ failure: HostFailure?) {
        guard let failure else { return field("failure", nil as String?) }
        object("failure") { json in
            json.field("phase", failure.phase)
            json.field("reason", failure.reason)
            json.field("detail", failure.detail)
            json.field("hint", failure.hint)
        }
    }

    fileprivate mutating func processes(_ processes: [ProcessRecord]) {
        array("processes", processes) { json, process in
            json.object { json in
                json.field("component", process.component.rawValue)
                json.field("pid", process.pid)
                json.field("user", process.user)
                json.field("kubernetesVersion", process.releases?.description)
                json.field("notes", process.notes)
                json.array("findings", process.findings) { json, finding in
                    json.line { json in
                        json.field("check", finding.check)
                        json.field("severity", finding.severity.rawValue)
                        json.field("verdict", finding.verdict.word)
                        json.field("reason", finding.verdict.reason)
                        json.field("observed", finding.observed)
                        json.field("expected", finding.expected)
                        json.field("waiver", nil as String?)
                        json.field("note", finding.note)
                    }
                }
            }
        }
    }
}
