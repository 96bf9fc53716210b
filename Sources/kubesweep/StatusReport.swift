import FleetSweep
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
        if let lost = status.lost { text += "not seen   \(words(lost))\n" }
        if let holder = status.underWay { text += "under way  \(printable(holder))\n" }
        for notice in status.notices where notice.failure != nil { text += "notice     \(notice.sentence)\n" }
        return text
    }

    private static func words(_ lost: LostHosts) -> String {
        let hosts = lost.count == 1 ? "1 host" : "\(lost.count) hosts"
        guard let seen = lost.lastSeen else { return "\(hosts), never" }
        let never = lost.never == 0 ? "" : ", \(lost.never) never"
        let age = age(seen).map { ", \(Age(seconds: $0).text) ago" } ?? ""
        let place = "\(printable(lost.longest.cluster))/\(printable(lost.longest.host))"
        return "\(hosts)\(never); for the longest time \(place), last seen \(printable(seen))\(age)"
    }

    private static func age(_ time: String) -> Int? {
        UTCTime(text: time).map { max(0, UTCTime.now.seconds(since: $0)) }
    }

    /// The document `kubesweep.status/1`.
    static func json(_ status: SweepStatus) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("schema", "kubesweep.status/1")
            json.field("healthy", status.problem == nil)
            json.field("recent", status.lateness == nil)
            json.field("problem", status.lateness)
            json.field("shortfall", status.shortfall)
            json.field("maxAgeSeconds", status.maxAge.seconds)
            json.field("minJudged", tenths: Int((status.minJudged * 10).rounded()))
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
            if let lost = status.lost {
                json.object("notSeen") { json in
                    json.field("hosts", lost.count)
                    json.field("never", lost.never)
                    json.line("longest") { json in
                        json.field("cluster", lost.longest.cluster)
                        json.field("host", lost.longest.host)
                        json.field("lastSeen", lost.lastSeen)
                        json.field("ageSeconds", lost.lastSeen.flatMap(age))
                    }
                }
            } else {
                json.field("notSeen", nil as String?)
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
