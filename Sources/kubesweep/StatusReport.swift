import Hardening
import StrictJSON
import SweepHistory
import SweepReport

/// The state of the schedule for people and programs.
enum StatusReport {
    static func text(_ status: SweepStatus) -> String {
        var text = "\(status.problem.map { printable($0, limit: 500) } ?? "the last sweep is recent enough")\n"
        if let last = status.last {
            let age = status.age.map { ", \(Age(seconds: max(0, $0)).text) ago" } ?? ""
            text += "last       \(printable(last.id)), ended \(printable(last.ended ?? "never"))\(age)\n"
            text += "hosts      \(last.summary.judged) of \(last.summary.hosts) judged\n"
        }
        if let holder = status.underWay { text += "under way  \(printable(holder))\n" }
        for notice in status.notices where notice.failure != nil { text += "notice     \(notice.sentence)\n" }
        return text
    }

    /// The document `kubesweep.status/1`.
    static func json(_ status: SweepStatus) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("schema", "kubesweep.status/1")
            json.field("recent", status.problem == nil)
            json.field("problem", status.problem)
            json.field("maxAgeSeconds", status.maxAge.seconds)
            if let last = status.last {
                json.object("last") { json in
                    json.field("id", last.id)
                    json.field("started", last.started)
                    json.field("ended", last.ended)
                    json.field("ageSeconds", status.age)
                    json.field("complete", last.identity.isComplete)
                    json.line("hosts") { json in
                        json.field("total", last.summary.hosts)
                        json.field("evaluated", last.summary.judged)
                    }
                }
            } else {
                json.field("last", nil as String?)
            }
            json.field("underWay", status.underWay)
            json.array("failedNotices", status.notices.filter { $0.failure != nil }) { json, notice in
                json.line { json in
                    json.field("channel", notice.channel)
                    json.field("sent", notice.sent)
                    json.field("failure", notice.failure)
                }
            }
        }
        json.end()
        return json.bytes
    }
}
