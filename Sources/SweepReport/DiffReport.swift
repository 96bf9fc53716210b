package import Hardening
import ProcessTable
import StrictJSON

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
        text.line(style.heading("kubesweep diff") + "  \(outline.headline)")
        for (label, side) in [("older", diff.older), ("newer", diff.newer)] { text.entry(label, words(side)) }
        for section in outline.sections {
            text.line()
            text.line(style.heading(section.title))
            for item in section.items {
                let severity = item.severity.map { style.severity($0, $0.rawValue) + "  " } ?? ""
                text.line("  \(padded(item.word, to: 10))  \(severity)\(printable(item.subject, limit: 300))")
                for detail in item.details { text.entry(detail.label, detail.text) }
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
        text += "\(outline.headline)\n\n"
        for (label, side) in [("older", diff.older), ("newer", diff.newer)] {
            text += "- \(label): \(markdownText(printable(words(side), limit: 300)))\n"
        }
        var rest = limit
        var left = 0
        for section in outline.sections {
            left += max(0, section.items.count - rest)
            if rest == 0 { continue }
            text += "\n## \(section.title)\n\n| | | what | details | where |\n|---|---|---|---|---|\n"
            for item in section.items.prefix(rest) {
                let details = item.details.map { detail in
                    "\(markdownText(detail.label)): \(markdownText(printable(detail.text, limit: TerminalText.valueLimit)))"
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

    /// One document with a newline at its end.
    package static func json(_ diff: SweepDiff) -> [UInt8] {
        var json = JSONText(capacity: 4096 + diff.findings.count * 700 + diff.flags.count * 160)
        json.object { json in
            json.field("schema", "kubesweep.diff/1")
            json.object("older") { $0.side(diff.older) }
            json.object("newer") { $0.side(diff.newer) }
            json.object("summary") { json in
                json.field("changed", !diff.isEmpty)
                json.line("findings") { json in
                    json.fields(
                        FindingChange.Kind.allCases.map { kind in
                            (kind.rawValue, diff.findings.count { $0.kind == kind })
                        })
                }
                json.line("causes") { json in
                    json.fields(
                        ChangeCause.allCases.map { cause in
                            (cause.rawValue, diff.findings.count { $0.attribution.causes.contains(cause) })
                        })
                }
            }
            json.object("inventory") { $0.fleet(diff.fleet) }
            json.array("sights", diff.sights) { json, change in
                json.object { json in
                    json.place(change.place)
                    json.field("older", change.older?.rawValue)
                    json.field("newer", change.newer?.rawValue)
                    json.failure(change.failure)
                }
            }
            json.array("findings", diff.findings) { json, change in json.object { $0.change(change) } }
            json.array("processes", diff.processes) { json, change in
                json.line { json in
                    json.place(change.place)
                    json.field("component", change.component.rawValue)
                    json.field("there", change.isThere)
                }
            }
            json.array("flags", diff.flags) { json, change in
                json.line { json in
                    json.place(change.place)
                    json.field("component", change.component.rawValue)
                    json.field("flag", change.flag)
                    json.field("older", change.from)
                    json.field("newer", change.to)
                }
            }
            json.array("drift", diff.drifts) { json, change in
                json.object { json in
                    json.field("kind", change.kind.rawValue)
                    json.field("cluster", change.cluster)
                    json.drift(change.drift)
                }
            }
            json.array("hostKeys", diff.hostKeys) { json, change in
                json.line { json in
                    json.place(change.place)
                    json.field("older", change.from)
                    json.field("newer", change.to)
                }
            }
        }
        json.end()
        return json.bytes
    }
}

extension JSONText {
    fileprivate mutating func side(_ side: SweepDiff.Side) {
        field("id", side.sweep.id)
        field("started", side.sweep.started)
        field("ended", side.sweep.ended)
        field("complete", side.sweep.isComplete)
        early(side.early)
        tool(side.tool)
        policy(side.policy)
    }

    mutating func early(_ early: EarlyEnd?) {
        guard let early else { return field("endedEarly", nil as String?) }
        line("endedEarly") { json in
            json.field("cause", early.cause)
            json.field("hosts", early.hosts)
            json.field("abandoned", early.abandoned)
        }
    }

    fileprivate mutating func place(_ place: HostPlace) {
        field("cluster", place.cluster)
        field("host", place.host)
    }

    fileprivate mutating func change(_ change: FindingChange) {
        field("kind", change.kind.rawValue)
        place(change.place)
        field("component", change.component.rawValue)
        field("check", change.check)
        field("severity", change.severity.rawValue)
        field("causes", change.attribution.causes.map(\.rawValue))
        field("relation", change.attribution.relation.rawValue)
        field("waiver", change.waiver)
        finding("older", change.older)
        finding("newer", change.newer)
    }

    private mutating func finding(_ key: StaticString, _ finding: Finding?) {
        guard let finding else { return field(key, nil as String?) }
        line(key) { json in
            json.field("severity", finding.severity.rawValue)
            json.field("verdict", finding.verdict.word)
            json.field("reason", finding.verdict.reason)
            json.field("observed", finding.observed)
            json.field("expected", finding.expected)
            json.field("note", finding.note)
        }
    }

    fileprivate mutating func drift(_ drift: FlagDrift) {
        field("component", drift.component.rawValue)
        field("flag", drift.flag)
        array("values", drift.values) { json, side in
            json.line { json in
                json.field("value", side.value)
                json.field("hosts", side.hosts)
            }
        }
    }

    fileprivate mutating func fleet(_ change: FleetChange) {
        field("addedClusters", change.addedClusters)
        field("removedClusters", change.removedClusters)
        array("renamedClusters", change.renamedClusters) { json, rename in
            json.line { json in
                json.field("older", rename.from)
                json.field("newer", rename.to)
            }
        }
        array("versions", change.versions) { json, version in
            json.line { json in
                json.field("cluster", version.cluster)
                json.field("older", version.from)
                json.field("newer", version.to)
            }
        }
        array("labels", change.labels) { json, label in
            json.line { json in
                json.field("cluster", label.cluster)
                json.field("label", label.label)
                json.field("older", label.from)
                json.field("newer", label.to)
            }
        }
        array("addedHosts", change.addedHosts) { json, host in json.line { $0.place(host) } }
        array("removedHosts", change.removedHosts) { json, host in json.line { $0.place(host) } }
        array("movedHosts", change.movedHosts) { json, move in
            json.object { json in
                json.line("older") { $0.place(move.from) }
                json.line("newer") { $0.place(move.to) }
            }
        }
        array("readdressedHosts", change.readdressedHosts) { json, host in
            json.line { json in
                json.place(host.place)
                json.field("older", host.from)
                json.field("newer", host.to)
            }
        }
    }
}
