package import Hardening

/// A policy's checks for people.
package enum CheckCatalog {
    /// One line a check, in the policy's order.
    package static func list(_ policy: Policy) -> String {
        let width = policy.checks.map(\.id.count).max() ?? 0
        var text = ""
        for check in policy.checks {
            text +=
                "\(padded(check.severity.rawValue, to: 8))  \(padded(printable(check.id), to: width))  \(printable(check.title))\n"
        }
        for (id, reason) in policy.disabled.sorted(by: { $0.key < $1.key }) {
            text += "off       \(padded(printable(id), to: width))  \(printable(reason))\n"
        }
        return text
    }

    /// What the check wants, why, how to get there and what that may break.
    package static func explain(_ check: Check) -> String {
        var text = "\(printable(check.id)): \(printable(check.title))\n"
        text += "severity   \(check.severity.rawValue)\n"
        text += "component  \(printable(check.component))\n"
        text += "expected   \(printable(check.expected, limit: 1000))\n"
        let cis = check.cis.map { "\($0.id) in \($0.benchmark)" }.joined(separator: ", ")
        if !cis.isEmpty { text += wrapped("CIS", cis) }
        text += wrapped("why", check.rationale)
        text += wrapped("fix", check.remediation)
        text += wrapped("breaks", check.breaks)
        for rule in check.rules {
            guard let note = rule.note else { continue }
            let reason = rule.verdict.reason.map { "(\($0))" } ?? ""
            text += wrapped("special", "\(rule.verdict.word)\(reason): \(note)")
        }
        return text
    }

    /// A labelled paragraph in lines of at most 100 characters.
    private static func wrapped(_ label: String, _ paragraph: String) -> String {
        var text = ""
        var line = padded(label, to: 9)
        for word in printable(paragraph, limit: 4000).split(separator: " ") {
            if line.count + 2 + word.count > 100, line.count > 9 {
                text += line + "\n"
                line = padded("", to: 9)
            }
            line += line.count == 9 ? "  \(word)" : " \(word)"
        }
        return text + line + "\n"
    }
}
