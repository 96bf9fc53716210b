package import Hardening
import ProcessTable
import StrictJSON

/// What programs and webhooks are told of a sweep: the JSON document `kubesweep.notice/1`, of a bounded size.
package enum NoticeReport {
    /// Bytes. A receiver's limit is seldom below it, and quoted it is still one line that curl reads (100 KiB).
    package static let sizeLimit = 32 << 10
    /// Bytes of one text from outside.
    private static let textLimit = 300

    /// - Parameters:
    ///   - early: where the sweep was ended early.
    ///   - warnings: what is wrong with its coverage.
    ///   - diff: nil where there is nothing to compare with, for which `reason` gives the words.
    /// - Returns: one document with a newline at its end, with as many changes as there is room for.
    package static func json(
        _ record: SweepRecord, early: EarlyEnd? = nil, warnings: [String] = [], diff: SweepDiff?, reason: String?
    ) -> [UInt8] {
        var shown = min(200, max(diff?.findings.count ?? 0, diff?.sights.count ?? 0))
        while true {
            let bytes = json(record, early, warnings, diff, reason, shown: shown)
            if bytes.count <= sizeLimit || shown == 0 { return bytes }
            shown /= 2
        }
    }

    private static func json(
        _ record: SweepRecord, _ early: EarlyEnd?, _ warnings: [String], _ diff: SweepDiff?, _ reason: String?,
        shown: Int
    ) -> [UInt8] {
        let findings = diff?.findings ?? []
        let sights = diff?.sights ?? []
        var json = JSONText(capacity: sizeLimit)
        json.object { json in
            json.field("schema", "kubesweep.notice/1")
            json.field("tool", "\(record.tool.name) \(record.tool.version)")
            json.field("policy", cut(record.policy.name))
            json.field("sweep", record.sweep.id)
            json.field("started", record.sweep.started)
            json.field("ended", record.sweep.ended)
            json.field("complete", record.sweep.isComplete)
            json.early(early)
            json.field("warnings", warnings.map(cut))
            json.field("comparedWith", diff?.older.sweep.id)
            json.field("notCompared", reason.map(cut))
            json.field("changed", diff.map { !$0.isEmpty } ?? true)
            json.field("headline", diff.map(DiffOutline.headline))
            json.field("regressions", diff?.regressions.count)
            json.line("hosts") { json in
                json.field("total", record.hosts.count)
                json.field("evaluated", record.hosts.count { $0.state == .evaluated })
                json.field("lost", sights.count { !$0.isBack })
                json.field("back", sights.count { $0.isBack })
            }
            json.line("findings") { json in
                let counts = record.counts
                json.field("pass", counts.pass)
                json.field("fail", counts.fail)
                json.field("unknown", counts.unknown)
                json.field("notApplicable", counts.notApplicable)
                json.field("waived", counts.waived)
                json.field("unseen", counts.unseen)
            }
            json.field("changes", findings.count)
            json.field("flags", diff?.flags.count)
            json.field("truncated", shown < findings.count || shown < sights.count)
            json.array("firstChanges", Array(findings.prefix(shown))) { json, change in
                json.line { json in
                    json.field("kind", change.kind.rawValue)
                    json.field("severity", change.severity.rawValue)
                    json.field("check", cut(change.check))
                    json.field("cluster", cut(change.place.cluster))
                    json.field("host", cut(change.place.host))
                    json.field("component", change.component.rawValue)
                    json.field("waiver", change.waiver.map(cut))
                    json.field("causes", change.attribution.causes.map(\.rawValue))
                    json.field("observed", (change.newer ?? change.older).map { cut($0.observed) })
                }
            }
            json.array("firstSights", Array(sights.prefix(shown))) { json, change in
                json.line { json in
                    json.field("cluster", cut(change.place.cluster))
                    json.field("host", cut(change.place.host))
                    json.field("back", change.isBack)
                    json.field("reason", change.failure.map { cut($0.reason) })
                }
            }
        }
        json.end()
        return json.bytes
    }

    /// JSON strings need no escaping by us, but a bound; what steers a terminal is shown as in the reports.
    private static func cut(_ text: String) -> String { printable(text, limit: textLimit) }
}
