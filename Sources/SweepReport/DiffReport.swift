package import Hardening

/// A diff for a terminal or a mail, as Markdown, and as the JSON document `kubesweep.diff/1`.
package enum DiffReport {
    /// Lines of a list of hosts.
    private static let listLimit = 4

    package static func text(_ diff: SweepDiff, style: TerminalStyle) -> String {
        let outline = DiffOutline(diff)
        var text = TerminalText()
        if let early = diff.newer.early {
            text.line(style.heading("CUT OFF") + "  \(printable(early.words, limit: 300))")
            text.line()
        }
        text.line(style.heading("kubesweep diff") + "  \(DiffOutline.headline(diff))")
        for (label, side) in [("older", diff.older), ("newer", diff.newer)] { text.entry(label, words(side)) }
        if let unchanged = DiffOutline.unchanged(diff) { text.entry("unchanged", unchanged) }
        for section in outline.sections {
            text.line()
            text.line(style.heading(section.title))
            for item in section.items {
                let severity = item.severity.map { style.severity($0, $0.rawValue) + "  " } ?? ""
                text.line("  \(padded(item.word, to: 10))  \(severity)\(printable(item.subject, limit: 300))")
                for detail in item.details {
                    if detail.isCommand {
                        text.hint(detail.text, label: detail.label)
                    } else {
                        text.entry(detail.label, detail.text)
                    }
                }
                if item.places.hostCount > 0 {
                    text.entry(
                        "on",
                        item.places.text(
                            width: TerminalText.width - TerminalText.indent, lines: listLimit, noun: "host"))
                }
            }
        }
        return text.text
    }

    /// For a comment on a change or a chat: at most `limit` items, the rest counted.
    package static func markdown(_ diff: SweepDiff, limit: Int = 200) -> String {
        let outline = DiffOutline(diff)
        var text = "# kubesweep diff\n\n"
        if let early = diff.newer.early {
            text += "**cut off:** \(markdownText(printable(early.words, limit: 300)))\n\n"
        }
        text += "\(DiffOutline.headline(diff))\n\n"
        for (label, side) in [("older", diff.older), ("newer", diff.newer)] {
            text += "- \(label): \(markdownText(printable(words(side), limit: 300)))\n"
        }
        if let unchanged = DiffOutline.unchanged(diff) { text += "- unchanged: \(unchanged)\n" }
        var rest = limit
        var left = 0
        for section in outline.sections {
            left += max(0, section.items.count - rest)
            if rest == 0 { continue }
            text += "\n## \(section.title)\n\n| | | what | details | where |\n|---|---|---|---|---|\n"
            for item in section.items.prefix(rest) {
                let details = item.details.map { detail in
                    let lines =
                        detail.isCommand
                        ? detail.text.split(separator: "\n").prefix(10).map { printable(String($0), limit: 4096) }
                        : [printable(detail.text, limit: TerminalText.valueLimit)]
                    return "\(markdownText(detail.label)): \(lines.map(markdownText).joined(separator: "<br>"))"
                }
                let places =
                    item.places.hostCount == 0
                    ? [] : item.places.text(width: 120, lines: listLimit, noun: "host").map(markdownText)
                let cells = [
                    item.word, item.severity?.rawValue ?? "", markdownText(printable(item.subject, limit: 300)),
                    details.joined(separator: "<br>"), places.joined(separator: "<br>"),
                ]
                text += "| \(cells.joined(separator: " | ")) |\n"
            }
            rest -= min(rest, section.items.count)
        }
        if left > 0 { text += "\nand \(left) more; the JSON report has all\n" }
        return text
    }

    private static func words(_ side: SweepDiff.Side) -> String {
        let digest = side.policy.digest.split(separator: ":").last.map { $0.prefix(12) } ?? ""
        return "\(side.sweep.id)  \(side.sweep.started)  kubesweep \(side.tool.version), policy \(side.policy.name)"
            + " \(digest)\(side.policy.isExplicit ? ", explicit" : "")"
    }

    /// Printable text with everything that Markdown or HTML would act on written as a character reference.
    private static func markdownText(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&", "<", ">", "|", "`", "*", "_", "[", "]", "\\", "#", "!", "~", "@", ":":
                result += "&#\(scalar.value);"
            case _ where scalar.value < 0x20: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
