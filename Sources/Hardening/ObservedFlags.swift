import ProcessTable

extension Settings {
    /// The flags a check looks at as they stand on the line, or the default that applies, in at most `observedLimit`
    /// characters. Text from the host stands in it as it came.
    func observed(_ check: Check, _ releases: ReleaseRange) -> String {
        if case .file = process.settings { return "not on the command line" }
        if check.flags.count == 1, check.also.isEmpty, !isOnLine(check.flags[0]) {
            return missing(check.flags[0], releases)
        }
        var text = ""
        text.reserveCapacity(96)
        for flag in check.flags {
            if !text.isEmpty { text += ", " }
            if isOnLine(flag) { write(flag, to: &text) } else { text += missing(flag, releases) }
        }
        for flag in check.also where isOnLine(flag) {
            text += ", "
            write(flag, to: &text)
        }
        // A text has no more characters than bytes, and most are short.
        if text.utf8.count <= observedLimit || text.count <= observedLimit { return text }
        return text.prefix(observedLimit - 1) + "…"
    }

    private func write(_ flag: Int, to text: inout String) {
        var mark = "--"
        forEachOccurrence(flag) { occurrence in
            text += mark
            text += occurrence.name
            text += "="
            text += occurrence.value
            mark = " --"
        }
    }

    private func missing(_ flag: Int, _ releases: ReleaseRange) -> String {
        let fact = facts.flags[flag]
        if process.isCut { return "--\(fact.name) not seen before the cut" }
        if isElsewhere(flag, isOnLine: false) { return "--\(fact.name) not on the command line" }
        guard let low = fact.defaultIndex(at: releases.lower), let high = fact.defaultIndex(at: releases.upper),
            low == high || fact.defaultText(at: releases.lower) == fact.defaultText(at: releases.upper)
        else { return facts.missing[flag].text }
        return facts.missing[flag].withDefault[low]
    }
}

/// Long enough for the longest cipher list in use, short enough for a report's line.
private let observedLimit = 600
