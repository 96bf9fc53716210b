import Hardening
import StrictJSON
import SweepHistory
import SweepReport

/// What a policy says of stored sweeps, the oldest first.
enum ReplayReport {
    static func text(_ sweeps: [ReplayedSweep], by policy: PolicyIdentity) -> String {
        var text =
            "policy \(printable(policy.name)) over \(sweeps.count == 1 ? "1 sweep" : "\(sweeps.count) sweeps")\n\n"
        text += "SWEEP                  FAIL THEN  FAIL NOW  WAIVED THEN  WAIVED NOW  UNKNOWN NOW  COVERAGE\n"
        for replayed in sweeps {
            let (then, now) = (replayed.sweep.summary.counts, replayed.counts)
            text += "\(aligned(printable(replayed.sweep.id), 21))  \(aligned(then.fail, 9))"
            text += "  \(aligned(now.fail, 8))  \(aligned(then.waived, 11))  \(aligned(now.waived, 10))"
            text += "  \(aligned(now.unknown + now.unseen, 11))  \(tenths(now.coverage)) %"
            text += replayed.unreadable == 0 ? "\n" : "  (\(replayed.unreadable) hosts' evidence cannot be read)\n"
        }
        guard let last = sweeps.last else { return text }
        let title = "FAILING IN THE LAST SWEEP"
        let width = (last.failing.keys.map(\.utf8.count) + [title.utf8.count]).max() ?? 0
        text += "\n\(title.padding(width))  HOSTS  SINCE\n"
        for (check, hosts) in last.failing.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            text += "\(printable(check).padding(width))  \(aligned(hosts, 5))  \(since(check, sweeps))\n"
        }
        if last.failing.isEmpty { text += "none\n" }
        return text
    }

    /// The first of the sweeps from which on the check failed somewhere without a break.
    private static func since(_ check: String, _ sweeps: [ReplayedSweep]) -> String {
        let failing = sweeps.reversed().prefix { $0.failing[check] != nil }
        guard let first = failing.last else { return "" }
        let started = printable(first.sweep.started)
        return failing.count == sweeps.count ? "before \(started)" : started
    }

    /// The document `kubesweep.replay/1`.
    static func json(_ sweeps: [ReplayedSweep], by policy: PolicyIdentity) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("schema", "kubesweep.replay/1")
            json.policy(policy)
            json.array("sweeps", sweeps) { json, replayed in
                json.object { json in
                    json.field("id", replayed.sweep.id)
                    json.field("started", replayed.sweep.started)
                    json.field("failedThen", replayed.sweep.summary.counts.fail)
                    json.field("waivedThen", replayed.sweep.summary.counts.waived)
                    json.line("findings") { json in
                        json.field("pass", replayed.counts.pass)
                        json.field("fail", replayed.counts.fail)
                        json.field("unknown", replayed.counts.unknown)
                        json.field("notApplicable", replayed.counts.notApplicable)
                        json.field("waived", replayed.counts.waived)
                        json.field("unseen", replayed.counts.unseen)
                    }
                    json.line("failed") { json in
                        json.fields(Severity.allCases.reversed().map { ($0.rawValue, replayed.failures[$0] ?? 0) })
                    }
                    json.field("unreadable", replayed.unreadable)
                    json.array("failing", replayed.failing.sorted { $0.key < $1.key }) { json, failing in
                        json.line { json in
                            json.field("check", failing.key)
                            json.field("hosts", failing.value)
                        }
                    }
                }
            }
        }
        json.end()
        return json.bytes
    }

    private static func tenths(_ percent: Double) -> String {
        let tenths = Int((percent * 10).rounded(.down))
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func aligned(_ number: Int, _ width: Int) -> String { aligned("\(number)", width) }

    private static func aligned(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }
}

extension String {
    fileprivate func padding(_ width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - utf8.count))
    }
}
