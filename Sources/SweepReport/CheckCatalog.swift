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

    /// What the check wants, why, how to get there and what that may break; then how it is decided, version by version.
    package static func explain(_ check: Check, _ parameters: [Parameter], _ preview: CheckPreview) -> String {
        var text = "\(printable(check.id)): \(printable(check.title))\n"
        text += "severity   \(check.severity.rawValue)\n"
        text += "component  \(printable(check.component))\n"
        text += paragraph("expected", check.expected)
        let cis = check.cis.map { "\($0.id) in \($0.benchmark)" }.joined(separator: ", ")
        if !cis.isEmpty { text += paragraph("CIS", cis) }
        text += paragraph("why", check.rationale)
        text += paragraph("fix", check.remediation)
        if !check.breaks.isEmpty { text += paragraph("breaks", check.breaks) }
        for parameter in parameters where check.parameters.contains(parameter.name) {
            let standard =
                parameter.isOverridden ? "set by the policy; \(parameter.standardText) by default" : "default"
            text += paragraph("parameter", "\(parameter.name) = \(parameter.text) (\(standard)): \(parameter.title)")
        }
        return text + "\n" + preview.eras.map(explain).joined(separator: "\n")
    }

    private static func explain(_ era: CheckPreview.Era) -> String {
        var text = "in \(era.releases)\n"
        for flag in era.flags { text += paragraph("flag", "--\(flag.name): \(words(flag))", under: "  ") }
        for (index, step) in era.steps.enumerated() {
            let isLast = step.verdict == nil && index > 0
            let label = step.condition == nil ? "always" : isLast ? "else" : "if"
            text += paragraph(
                label, [step.condition, words(step)].compactMap(\.self).joined(separator: ": "), under: "  ")
        }
        let note = era.bareNote.map { "; \($0)" } ?? ""
        text += paragraph("without", "a line with none of these flags: \(words(era.bareLine))\(note)", under: "  ")
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

    private static func words(_ flag: CheckPreview.FlagInEra) -> String {
        if !flag.exists { return "not there in this version" }
        let inert = flag.isInert ? ", without effect" : ""
        guard let standard = flag.standard else { return "default not known\(inert)" }
        return (standard.isEmpty ? "empty by default" : "default \(standard)") + inert
    }

    private static func words(_ step: CheckPreview.Step) -> String {
        guard let verdict = step.verdict else { return "pass, otherwise fail" }
        return words(verdict) + (step.severity.map { ", \($0.rawValue)" } ?? "") + (step.note.map { "; \($0)" } ?? "")
    }

    private static func words(_ verdict: Verdict) -> String {
        verdict.word + (verdict.reason.map { "(\($0))" } ?? "")
    }

    /// A labelled paragraph in lines of at most 100 columns.
    private static func paragraph(_ label: String, _ text: String, under edge: String = "") -> String {
        var label = label
        var lines = ""
        for line in wrapped(printable(text, limit: 4000), width: 89 - edge.count) {
            lines += edge + (line.isEmpty ? "\(label)\n" : "\(padded(label, to: 9))  \(line)\n")
            label = ""
        }
        return lines
    }
}
