package import Hardening

/// A policy's checks for people.
package enum CheckCatalog {
    /// One line a check, in the policy's order; the integrity checks, which run with every policy, last.
    package static func list(_ policy: Policy) -> String {
        let integrity = IntegrityCheck.all.filter { policy.disabled[$0.id] == nil }
        let rows =
            policy.checks.map { ($0.severity, $0.id, $0.title) } + integrity.map { ($0.severity, $0.id, $0.title) }
        let width = rows.map(\.1.count).max() ?? 0
        var text = ""
        for (severity, id, title) in rows {
            text += "\(padded(severity.rawValue, to: 8))  \(padded(printable(id), to: width))  \(printable(title))\n"
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
        text += paragraph("expected", check.expected)
        let cis = check.cis.map { "\($0.id) in \($0.benchmark)" }.joined(separator: ", ")
        if !cis.isEmpty { text += paragraph("CIS", cis) }
        text += paragraph("why", check.rationale)
        text += paragraph("fix", check.remediation)
        if !check.breaks.isEmpty { text += paragraph("breaks", check.breaks) }
        for rule in check.rules {
            guard let note = rule.note else { continue }
            let reason = rule.verdict.reason.map { "(\($0))" } ?? ""
            text += paragraph("special", "\(rule.verdict.word)\(reason): \(note)")
        }
        return text
    }

    /// The same for an integrity check.
    package static func explain(_ check: IntegrityCheck) -> String {
        var text = "\(check.id): \(check.title)\n"
        text += "severity   \(check.severity.rawValue)\n"
        text += "component  every component; an integrity check, which runs with every policy\n"
        text += paragraph("expected", check.expected)
        text += paragraph("why", check.rationale)
        text += paragraph("fix", check.remediation)
        if !check.breaks.isEmpty { text += paragraph("breaks", check.breaks) }
        return text
    }

    /// A labelled paragraph in lines of at most 100 columns.
    private static func paragraph(_ label: String, _ text: String) -> String {
        var label = label
        var lines = ""
        for line in wrapped(printable(text, limit: 4000), width: 89) {
            lines += line.isEmpty ? "\(label)\n" : "\(padded(label, to: 9))  \(line)\n"
            label = ""
        }
        return lines
    }
}
