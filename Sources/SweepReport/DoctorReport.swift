package import Hardening

/// What `doctor` found, for people: this machine first, then the fleet.
package enum DoctorReport {
    package static func render(_ record: DoctorRecord, style: TerminalStyle) -> String {
        var text = TerminalText()
        text.line("\(printable(record.tool.name)) \(printable(record.tool.version))  doctor  \(printable(record.time))")
        text.line()
        for area in HealthItem.Area.allCases {
            let items = record.items.filter { $0.area == area }
            if items.isEmpty { continue }
            text.line(style.heading(area.title))
            for item in items { put(item, style, &text) }
            text.line()
        }
        if let fleet = record.fleet {
            var report = FleetCheckupText(text, style)
            report.put(fleet)
            text = report.text
        }
        total(record, &text)
        return text.text
    }

    private static func put(_ item: HealthItem, _ style: TerminalStyle, _ text: inout TerminalText) {
        let health = padded(item.health.rawValue, to: Self.healthWidth)
        let lines = wrapped(
            "\(printable(item.subject, limit: 4096))  \(printable(item.detail, limit: 1000))",
            width: TerminalText.width - Self.healthWidth - 4)
        for (number, line) in lines.enumerated() {
            let edge = number == 0 ? style.health(item.health, health) : padded("", to: Self.healthWidth)
            text.line("  \(edge)  \(line)")
        }
        for fact in item.facts {
            guard let label = fact.label else { continue }
            switch fact.value {
            case .number(let number): text.entry(label, "\(number)")
            case .flag(let flag): text.entry(label, flag ? "yes" : "no")
            case .text(let value): text.entry(label, value)
            case .list(let values) where values.contains { $0.contains(" ") }:
                for (number, value) in values.enumerated() { text.entry(number == 0 ? label : "", value) }
            case .list(let values):
                if !values.isEmpty {
                    text.entry(
                        label,
                        wrapped(
                            printable(values.joined(separator: ", "), limit: 4096),
                            width: TerminalText.width - TerminalText.indent))
                }
            }
        }
        if !item.hint.isEmpty { text.hint(item.hint) }
    }

    /// Columns of the longest word.
    private static let healthWidth = 7

    private static func total(_ record: DoctorRecord, _ text: inout TerminalText) {
        let problems = record.items.count { $0.health == .problem }
        let warnings = record.items.count { $0.health == .warning }
        var parts = ["here: \(counted(problems, "problem")), \(counted(warnings, "warning"))"]
        if let fleet = record.fleet {
            let wrong = fleet.hosts.count { $0.problem != nil }
            parts.append("settings: \(wrong) of \(counted(fleet.hosts.count, "host")) with a problem")
            if fleet.isTried {
                parts.append("reached: \(fleet.hosts.count { $0.trial?.failure == nil }) of \(fleet.hosts.count)")
            }
        }
        text.line(parts.joined(separator: "; "))
    }
}

extension HealthItem.Area {
    fileprivate var title: String {
        switch self {
        case .program: "PROGRAM"
        case .library: "LIBRARIES  algorithms as they are offered, best first"
        case .limits: "LIMITS"
        case .ssh: "SSH"
        case .agent: "AGENT"
        case .keyFile: "KEY FILES"
        case .knownHosts: "KNOWN HOSTS"
        case .clock: "CLOCK"
        }
    }
}

extension TerminalText {
    /// Hints show commands, which stay whole so that they can be copied.
    mutating func hint(_ hint: String, label: String = "hint") {
        entry(label, hint.split(separator: "\n").prefix(10).map { printable(String($0), limit: 4096) })
    }
}

extension TerminalStyle {
    func health(_ health: Health, _ text: String) -> String {
        switch health {
        case .ok: good(text)
        case .warning: severity(.medium, text)
        case .problem: severity(.critical, text)
        }
    }
}
