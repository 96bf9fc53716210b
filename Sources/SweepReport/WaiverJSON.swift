import Hardening
import StrictJSON

extension JSONText {
    /// The member `waiver` of a finding, null where there is none.
    mutating func waiver(_ waiver: FindingWaiver?) {
        guard let waiver else { return field("waiver", nil as String?) }
        line("waiver") { json in
            json.field("id", waiver.id)
            json.field("reason", waiver.reason)
            json.field("owner", waiver.owner)
            json.field("expires", waiver.expires)
            json.field("ticket", waiver.ticket)
            json.field("expired", waiver.isExpired)
        }
    }

    /// The member `waivers`; none where the run has none.
    mutating func waivers(_ uses: [WaiverUse]?) {
        guard let uses else { return }
        array("waivers", uses) { json, use in
            json.line { json in
                json.field("id", use.waiver.id)
                json.field("check", use.waiver.check)
                json.field("reason", use.waiver.reason)
                json.field("owner", use.waiver.owner)
                json.field("expires", use.waiver.expires)
                json.field("ticket", use.waiver.ticket)
                json.field("expired", use.isExpired)
                json.field("findings", use.findings)
                json.field("otherValues", use.otherValues)
                json.field("remarks", use.remarks.map(\.rawValue))
            }
        }
    }
}
