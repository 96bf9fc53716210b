package import Hardening
import ProcessTable
import StrictJSON

/// The JSON documents `kubesweep.sweep/1` and `kubesweep.evaluation/1`. Their schemas stand in `Resources`; within a
/// major number keys are only added.
package enum JSONReport {
    /// Puts one document with a newline at its end, in pieces: whole it would take more memory than the record.
    ///
    /// - Returns: whether all was put.
    package static func write(_ record: SweepRecord, _ put: (ArraySlice<UInt8>) -> Bool) -> Bool {
        let hosts = record.hosts
        var isPut = true
        var lines = FindingLines()
        var json = JSONText(capacity: 2 * pieceSize)
        json.object { json in
            json.field("schema", "kubesweep.sweep/1")
            json.tool(record.tool)
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
            json.summary("hosts", of: hosts, record.counts)
            json.waivers(record.waivers)
            json.array("clusters", record.clusters) { json, cluster in
                guard isPut else { return }
                json.object { $0.cluster(cluster, &lines) }
                isPut = json.handOver(beyond: pieceSize, put)
            }
        }
        json.end()
        return isPut && json.handOver(put)
    }

    /// Bytes. A cluster of three masters is about 50 KiB.
    private static let pieceSize = 64 << 10

    /// One file's element of an evaluation's `files`, with what separates it from the one before. An evaluation is
    /// written in pieces, because its summary stands in front of the files that make it.
    package static func element(_ file: FileRecord, isFirst: Bool) -> [UInt8] {
        var json = JSONText(elementAtDepth: 2, isFirst: isFirst, capacity: capacity(file))
        json.element { json in
            json.field("file", file.name)
            json.field("state", file.state.rawValue)
            json.failure(file.failure)
            json.field("listing", file.wholeness?.word)
            json.field("processTable", json: file.document?.bytes)
            json.field("notes", file.notes)
            var lines = FindingLines()
            json.processes(file.processes, &lines)
        }
        return json.bytes
    }

    /// What stands in front of an evaluation's files and behind them; the end has a newline at its end.
    package static func frame(
        _ policy: PolicyIdentity, claimed: Release?, _ summary: EvaluationSummary
    ) -> (head: ArraySlice<UInt8>, tail: ArraySlice<UInt8>) {
        var json = JSONText()
        var files = 0
        json.object { json in
            json.field("schema", "kubesweep.evaluation/1")
            json.policy(policy)
            json.field("kubernetesVersion", claimed?.description)
            json.summary("files", states: summary.states, counts: summary.counts, summary.failuresBySeverity)
            json.waivers(summary.waivers)
            files = json.gap("files", isEmpty: summary.fileCount == 0)
        }
        json.end()
        return (json.bytes[..<files], json.bytes[files...])
    }

    /// Nearly all of it is findings, about this many bytes each, and the evidence.
    private static func capacity(_ file: FileRecord) -> Int {
        file.processes.reduce(4096) { $0 + 512 + $1.findings.count * 320 } + (file.document?.bytes.count ?? 0)
    }
}

extension JSONText {
    fileprivate mutating func summary(_ noun: StaticString, of hosts: [HostRecord], _ counts: VerdictCounts) {
        summary(
            noun, states: hosts.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }, counts: counts,
            failures(in: hosts.lazy.flatMap(\.processes)))
    }

    fileprivate mutating func summary(
        _ noun: StaticString, states: [HostState: Int], counts: VerdictCounts,
        _ failures: [(severity: Severity, count: Int)]
    ) {
        object("summary") { json in
            json.line(noun) { json in
                json.field("total", states.values.reduce(0, +))
                json.fields(HostState.allCases.map { state in (state.rawValue, states[state] ?? 0) })
            }
            json.line("findings") { $0.counts(counts) }
            json.line("failed") { json in json.fields(failures.map { ($0.severity.rawValue, $0.count) }) }
            json.field("coverage", tenths: counts.coverageTenths)
        }
    }

    private mutating func counts(_ counts: VerdictCounts) {
        field("pass", counts.pass)
        field("fail", counts.fail)
        field("unknown", counts.unknown)
        field("notApplicable", counts.notApplicable)
        field("waived", counts.waived)
        field("unseen", counts.unseen)
    }

    fileprivate mutating func cluster(_ cluster: ClusterRecord, _ lines: inout FindingLines) {
        field("name", cluster.name)
        field("kubernetesVersion", cluster.kubernetesVersion)
        field("distribution", cluster.distribution)
        field("labels", cluster.labels)
        summary("hosts", of: cluster.hosts, cluster.counts)
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
        array("hosts", cluster.hosts) { json, host in json.object { $0.host(host, &lines) } }
    }

    private mutating func host(_ host: HostRecord, _ lines: inout FindingLines) {
        field("name", host.name)
        field("address", host.address)
        field("state", host.state.rawValue)
        field("attempts", host.attempts)
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
        processes(host.processes, &lines)
    }

    fileprivate mutating func processes(_ processes: [ProcessRecord], _ lines: inout FindingLines) {
        array("processes", processes) { json, process in
            json.object { json in
                json.field("component", process.component.rawValue)
                json.field("pid", process.pid)
                json.field("user", process.user)
                json.field("kubernetesVersion", process.releases?.description)
                json.field("notes", process.notes)
                json.array("findings", json: lines.lines(of: process))
            }
        }
    }
}
