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
        var shown = min(200, diff.map { lists($0).max() ?? 0 } ?? 0)
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
        let inventory = diff.map { InventoryItem.all($0.fleet) } ?? []
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
            json.line("drift") { json in
                json.fields(
                    DriftChange.Kind.allCases.map { kind in
                        (kind.rawValue, diff?.drifts.count { $0.kind == kind } ?? 0)
                    })
            }
            json.line("processes") { json in
                json.field("started", diff?.processes.count(where: \.isThere) ?? 0)
                json.field("gone", diff?.processes.count { !$0.isThere } ?? 0)
            }
            json.field("hostKeys", diff?.hostKeys.count)
            json.field("inventory", diff.map { _ in inventory.count })
            json.field("truncated", diff.map { lists($0).contains { shown < $0 } } ?? false)
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
            if let diff { json.rest(diff, inventory, shown: shown) } else { json.noRest() }
        }
        json.end()
        return json.bytes
    }

    /// The lengths of the lists that a notice begins to tell.
    private static func lists(_ diff: SweepDiff) -> [Int] {
        [
            diff.findings.count, diff.sights.count, diff.drifts.count, diff.processes.count, diff.hostKeys.count,
            InventoryItem.all(diff.fleet).count,
        ]
    }

    /// JSON strings need no escaping by us, but a bound; what steers a terminal is shown as in the reports.
    fileprivate static func cut(_ text: String) -> String { printable(text, limit: textLimit) }
}

extension JSONText {
    /// What a comparison tells beside findings and hosts that were seen or not.
    fileprivate mutating func rest(_ diff: SweepDiff, _ inventory: [InventoryItem], shown: Int) {
        array("firstDrift", Array(diff.drifts.prefix(shown))) { json, change in
            json.line { json in
                json.field("kind", change.kind.rawValue)
                json.field("cluster", NoticeReport.cut(change.cluster))
                json.field("component", change.drift.component.rawValue)
                json.field("flag", NoticeReport.cut(change.drift.flag))
            }
        }
        array("firstProcesses", Array(diff.processes.prefix(shown))) { json, change in
            json.line { json in
                json.place(change.place)
                json.field("component", change.component.rawValue)
                json.field("there", change.isThere)
            }
        }
        array("firstHostKeys", Array(diff.hostKeys.prefix(shown))) { json, change in
            json.line { json in
                json.place(change.place)
                json.field("older", NoticeReport.cut(change.from))
                json.field("newer", NoticeReport.cut(change.to))
            }
        }
        array("firstInventory", Array(inventory.prefix(shown))) { json, item in
            json.line { json in
                json.field("kind", item.kind.rawValue)
                json.field("cluster", NoticeReport.cut(item.cluster))
                json.field("host", item.host.map(NoticeReport.cut))
                json.field("older", item.older.map(NoticeReport.cut))
            }
        }
    }

    fileprivate mutating func noRest() {
        for key in ["firstDrift", "firstProcesses", "firstHostKeys", "firstInventory"] as [StaticString] {
            field(key, [] as [String])
        }
    }

    private mutating func place(_ place: HostPlace) {
        field("cluster", NoticeReport.cut(place.cluster))
        field("host", NoticeReport.cut(place.host))
    }
}
