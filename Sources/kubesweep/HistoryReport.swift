import Hardening
import StrictJSON
import SweepHistory
import SweepReport

/// Lists of sweeps for people and programs.
enum HistoryReport {
    static func text(_ sweeps: [StoredSweep], total: Int) -> String {
        var text = "SWEEP                  STARTED               HOSTS      FAIL   UNKNOWN  POLICY\n"
        for sweep in sweeps {
            let hosts = "\(sweep.summary.judged)/\(sweep.summary.hosts)"
            let counts = sweep.summary.counts
            text += "\(printable(sweep.id).padded(21))  \(printable(sweep.started).padded(20))  \(hosts.padded(9))"
            text += "  \("\(counts.fail)".padded(5))  \("\(counts.unknown + counts.unseen)".padded(7))"
            text += "  \(printable(sweep.policy.name))\(marks(sweep))\n"
        }
        if total > sweeps.count { text += "and \(total - sweeps.count) older\n" }
        return text
    }

    private static func marks(_ sweep: StoredSweep) -> String {
        var marks: [String] = []
        if !sweep.isFinished { marks.append("not finished") }
        if sweep.isPartial { marks.append("part of the inventory") }
        if sweep.isBaseline { marks.append("baseline") }
        return marks.isEmpty ? "" : "  (\(marks.joined(separator: ", ")))"
    }

    static func text(_ sweep: StoredSweep, policy: PolicyDocument, clusters: Int, notices: [Notice]) -> String {
        let counts = sweep.summary.counts
        let sources = (policy.sources + policy.taken).map { printable($0.file) }.joined(separator: ", ")
        let told = notices.map { "\nnotice     \($0.sentence)" }.joined()
        return """
            sweep      \(printable(sweep.id))\(marks(sweep))
            started    \(printable(sweep.started))
            ended      \(printable(sweep.ended ?? "never"))\(sweep.endedBy.map { ", \(printable($0))" } ?? "")
            tool       \(sweep.tool.name) \(printable(sweep.tool.version)), libssh2 \(printable(sweep.tool.libssh2))
            policy     \(printable(sweep.policy.name)) \(printable(sweep.policy.digest))
                       of \(sources)
            inventory  \(sweep.inventory.hosts) hosts in \(clusters) clusters, \(printable(sweep.inventory.digest))
            hosts      \(sweep.summary.judged) of \(sweep.summary.hosts) judged
            findings   \(counts.fail) fail, \(counts.pass) pass, \(counts.unknown) unknown, \(counts.unseen) unseen, \
            \(counts.notApplicable) not applicable, \(counts.waived) waived\(told)

            """
    }

    /// The document `kubesweep.history/1`.
    static func json(_ sweeps: [StoredSweep], total: Int) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("schema", "kubesweep.history/1")
            json.field("total", total)
            json.array("sweeps", sweeps) { json, sweep in
                json.object { json in
                    json.field("id", sweep.id)
                    json.field("started", sweep.started)
                    json.field("ended", sweep.ended)
                    json.field("finished", sweep.isFinished)
                    json.field("endedBy", sweep.endedBy)
                    json.field("complete", sweep.identity.isComplete)
                    json.field("partial", sweep.isPartial)
                    json.field("baseline", sweep.isBaseline)
                    json.tool(sweep.tool)
                    json.policy(sweep.policy)
                    json.object("inventory") { json in
                        json.field("digest", sweep.inventory.digest)
                        json.field("hosts", sweep.inventory.hosts)
                    }
                    json.line("hosts") { json in
                        json.field("total", sweep.summary.hosts)
                        json.field("evaluated", sweep.summary.judged)
                    }
                    json.line("findings") { json in
                        let counts = sweep.summary.counts
                        json.field("pass", counts.pass)
                        json.field("fail", counts.fail)
                        json.field("unknown", counts.unknown)
                        json.field("notApplicable", counts.notApplicable)
                        json.field("waived", counts.waived)
                        json.field("unseen", counts.unseen)
                    }
                }
            }
        }
        json.end()
        return json.bytes
    }
}

extension Notice {
    /// Whether somebody was told, and why not.
    var sentence: String {
        let end = failure.map { "not told: \(printable($0))" } ?? "told"
        return "\(printable(channel)) \(end), \(printable(sent))"
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - utf8.count))
    }
}
