import Hardening

extension Attribution {
    /// `the host`, `the host and the policy together`, …
    var words: String {
        let names = causes.map(\.words)
        switch relation {
        case .alone: return names.joined()
        case .either: return names.joined(separator: " or ") + ", each by itself"
        case .together: return names.joined(separator: " and ") + " together"
        }
    }
}

extension ChangeCause {
    fileprivate var words: String {
        switch self {
        case .host: "the host changed"
        case .policy: "the policy changed"
        case .inventory: "the inventory changed"
        case .waiver: "waivers changed or expired"
        case .tool: "another release of kubesweep"
        case .coverage: "more or less was seen"
        case .unproven: "the cause cannot be proved"
        }
    }
}

extension FindingChange.Kind {
    var words: String {
        switch self {
        case .new: "new"
        case .resolved: "resolved"
        case .inapplicable: "does not apply any more"
        case .changedValue: "changed value"
        case .changedSeverity: "changed severity"
        case .unknown: "not known any more"
        case .answered: "answered"
        case .gone: "gone"
        case .unseen: "not seen"
        case .waived: "waived"
        case .unwaived: "waived no more"
        }
    }

    /// What got worse stands first.
    var rank: Int {
        switch self {
        case .new: 0
        case .unwaived: 1
        case .changedSeverity: 2
        case .changedValue: 3
        case .unknown: 4
        case .unseen: 5
        case .gone: 6
        case .inapplicable: 7
        case .waived: 8
        case .answered: 9
        case .resolved: 10
        }
    }
}
