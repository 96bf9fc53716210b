import Hardening

extension TerminalReport {
    /// The waiver over what was just shown.
    mutating func waiver(_ waiver: FindingWaiver) {
        let end = waiver.isExpired ? "expired on" : "until"
        text.entry("waiver", "\(waiver.id) \(end) \(waiver.expires): \(waiver.reason) (\(waiver.waiver.answers))")
    }

    /// What is to be done about waivers; nothing where there are none.
    mutating func waivers(_ uses: [WaiverUse]?) {
        guard let uses else { return }
        let remarkable = uses.map { ($0, $0.remarks) }.filter { !$0.1.isEmpty }
        if remarkable.isEmpty { return }
        text.line(style.heading("WAIVERS") + "  \(remarkable.count) of \(uses.count) to look at")
        for (use, remarks) in remarkable.prefix(Self.waiverLimit) {
            text.line(
                "  \(style.heading(printable(use.waiver.id)))  \(printable(use.waiver.check))  "
                    + style.faint(printable("(\(use.waiver.answers))", limit: 100)))
            for remark in remarks { text.entry("", remark.words(use)) }
        }
        if remarkable.count > Self.waiverLimit {
            text.entry("and", "\(counted(remarkable.count - Self.waiverLimit, "more waiver")), not shown")
        }
        text.line()
    }

    private static let waiverLimit = 50
}

extension Waiver {
    /// Who answers for it, and where it is written down.
    fileprivate var answers: String { [owner, ticket].compactMap(\.self).joined(separator: ", ") }
}

extension WaiverRemark {
    fileprivate func words(_ use: WaiverUse) -> String {
        switch self {
        case .expired:
            "expired on \(use.waiver.expires)"
                + (use.findings == 0
                    ? "" : ": \(counted(use.findings, "finding")) of it count\(use.findings == 1 ? "s" : "") again")
        case .expiresSoon:
            "expires on \(use.waiver.expires), "
                + (use.daysLeft == 0 ? "within a day" : "in \(counted(use.daysLeft, "day"))")
        case .noSuchCheck: "the policy has no such check"
        case .noSuchPlace: "matches no host of the inventory"
        case .otherValue:
            "pins another value than \(counted(use.otherValues, "finding")) show\(use.otherValues == 1 ? "s" : ""): \(use.waiver.value ?? "")"
        case .shadowed: "needless: other waivers cover all that it covers"
        case .unused: "unused: nothing that it covers fails"
        }
    }
}
