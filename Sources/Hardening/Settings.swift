import ProcessTable

/// The effective settings of one process: its line read by its own grammar, over the defaults of a release.
struct Settings: Sendable {
    /// A value, or why it cannot be told.
    enum Value<Content: Sendable>: Sendable {
        case known(Content)
        case open(UnknownReason)
    }

    /// A list and whether a cut line may hold more of it.
    struct List: Sendable {
        var elements: [String]
        var mayGoOn: Bool
    }

    let facts: ComponentFacts
    let process: ControlPlaneProcess
    let parsed: ParsedFlags
    /// Occurrence to flag index, -1 for a flag that the facts do not know.
    private var flags: [Int32]
    /// Flag index to the index of its last occurrence, -1 where there is none.
    private var last: [Int32]
    /// Occurrence to the one before it of the same flag, -1 at the first.
    private var previous: [Int32]
    /// Lists that many checks ask for, read once; nil where the line does not have them.
    private var enabledPlugins: Value<List>?
    private var disabledPlugins: Value<List>?
    private var legacyPlugins: Value<List>?
    /// Other processes of the host, with which a check may compare this one.
    let neighbours: [Settings]
    /// The places besides the line that hold settings of this process.
    private(set) var elsewhere: [SettingsElsewhere] = []

    /// - Parameter looksElsewhere: false only where no flag's value or absence is asked for.
    init(
        _ process: ControlPlaneProcess, facts: ComponentFacts, beside neighbours: [Settings] = [],
        looksElsewhere: Bool = true
    ) {
        self.facts = facts
        self.neighbours = neighbours
        self.process = process
        parsed = facts.syntax.parse(process.arguments, isCut: process.isCut)
        last = Array(repeating: -1, count: facts.flags.count)
        flags = Array(repeating: -1, count: parsed.occurrences.count)
        previous = Array(repeating: -1, count: parsed.occurrences.count)
        for position in parsed.occurrences.indices {
            guard let flag = parsed.occurrences[position].entry.map({ facts.entries[$0] }) else { continue }
            flags[position] = Int32(flag)
            previous[position] = last[flag]
            last[flag] = Int32(position)
        }
        // They are told by the line alone, so they are empty while they are asked.
        if looksElsewhere, !facts.elsewhere.isEmpty {
            elsewhere = facts.elsewhere.filter { $0.when.holds(self, at: facts.releases.upper) == .yes }
        }
        guard let admission = facts.admission else { return }
        let release = facts.releases.upper
        if isOnLine(admission.enable) { enabledPlugins = list(admission.enable, at: release) }
        if isOnLine(admission.disable) { disabledPlugins = list(admission.disable, at: release) }
        if isOnLine(admission.legacy) { legacyPlugins = list(admission.legacy, at: release) }
    }

    /// The flag of an occurrence; nil where the facts do not know it.
    func flag(ofOccurrence position: Int) -> Int? { flags[position] < 0 ? nil : Int(flags[position]) }

    func isFirstOccurrence(_ position: Int) -> Bool { previous[position] < 0 }

    func isOnLine(_ flag: Int) -> Bool { last[flag] >= 0 }

    /// The last occurrence, which decides for every flag that is not a list.
    func lastOccurrence(_ flag: Int) -> FlagOccurrence? {
        last[flag] >= 0 ? parsed.occurrences[Int(last[flag])] : nil
    }

    /// In the order of the line.
    func occurrences(_ flag: Int) -> [FlagOccurrence] {
        var found: [FlagOccurrence] = []
        forEachOccurrence(flag) { found.append($0) }
        return found
    }

    /// In the order of the line.
    func forEachOccurrence(_ flag: Int, _ body: (borrowing FlagOccurrence) -> Void) {
        guard last[flag] >= 0 else { return }
        let position = Int(last[flag])
        if previous[position] >= 0 {
            var positions = [position]
            while let next = positions.last.map({ previous[$0] }), next >= 0 { positions.append(Int(next)) }
            for position in positions.reversed() { body(parsed.occurrences[position]) }
        } else {
            body(parsed.occurrences[position])
        }
    }

    /// Whether the flag stands on both lines as often, with the same names and values in the same order.
    func hasSameOccurrences(of flag: Int, as other: borrowing Settings) -> Bool {
        var (mine, theirs) = (last[flag], other.last[flag])
        while mine >= 0, theirs >= 0 {
            guard parsed.occurrences[Int(mine)].value == other.parsed.occurrences[Int(theirs)].value,
                parsed.occurrences[Int(mine)].name == other.parsed.occurrences[Int(theirs)].name
            else { return false }
            (mine, theirs) = (previous[Int(mine)], other.previous[Int(theirs)])
        }
        return mine < 0 && theirs < 0
    }

    /// Whether the flag's absence is known.
    func presence(_ flag: Int) -> Truth {
        if isOnLine(flag) { return .yes }
        return process.isCut ? .open(.truncated) : .no
    }

    /// The text that counts for a flag with one value.
    func text(_ flag: Int, at release: Release) -> Value<String> {
        if isElsewhere(flag, isOnLine: isOnLine(flag)) { return .open(.configuredInFile) }
        if let occurrence = lastOccurrence(flag) {
            // pflag's IP keeps its default when it is set to nothing.
            if facts.flags[flag].kind != .ip || !occurrence.value.isEmpty { return .known(occurrence.value) }
        } else if process.isCut {
            return .open(.truncated)
        }
        guard let text = facts.flags[flag].defaultText(at: release) else { return .open(.needsReview) }
        return .known(text)
    }

    func list(_ flag: Int, at release: Release) -> Value<List> {
        if isElsewhere(flag, isOnLine: isOnLine(flag)) { return .open(.configuredInFile) }
        guard isOnLine(flag) else {
            if process.isCut { return .known(List(elements: [], mayGoOn: true)) }
            guard let text = facts.flags[flag].defaultText(at: release) else { return .open(.needsReview) }
            return .known(
                List(elements: text.splitAtCommas(), mayGoOn: false))
        }
        let kind = facts.flags[flag].kind
        let isGo = facts.syntax.style == .goFlag
        if isGo || ![.stringSlice, .stringArray].contains(kind) {
            // Not a list that adds up: the last occurrence replaces the others, and etcd splits its lists at every comma.
            let text = lastOccurrence(flag)?.value ?? ""
            let elements = kind == .stringSlice ? text.splitAtCommas() : [text]
            return .known(List(elements: elements, mayGoOn: process.isCut))
        }
        var elements: [String] = []
        var isReadable = true
        let isRecord = kind == .stringSlice
        forEachOccurrence(flag) { occurrence in
            guard isRecord else { return elements.append(occurrence.value) }
            guard let record = FlagValue.stringSlice(occurrence.value) else { return isReadable = false }
            if elements.isEmpty { elements = record } else { elements += record }
        }
        guard isReadable else { return .open(.unparsable) }
        return .known(List(elements: elements, mayGoOn: process.isCut))
    }

    /// Whether an admission plugin is in force.
    func plugin(_ name: String, at release: Release) -> Truth {
        guard let admission = facts.admission else { return .open(.needsReview) }
        if let legacyPlugins {
            // No server takes the old list beside one of the new ones.
            if enabledPlugins != nil || disabledPlugins != nil { return .open(.unparsable) }
            return contains(name, in: legacyPlugins)
        }
        let enabled = contains(name, in: enabledPlugins ?? list(admission.enable, at: release))
        let disabled = contains(name, in: disabledPlugins ?? list(admission.disable, at: release))
        switch (enabled, disabled) {
        case (.yes, .yes): return .open(.unparsable)
        case (.yes, _): return .yes
        case (_, .yes): return .no
        case (.open(let reason), _), (_, .open(let reason)): return .open(reason)
        case (.no, .no): break
        }
        // Before 1.10 the one plugin in force without --admission-control was AlwaysAdmit.
        if release < Release(minor: 10), enabledPlugins == nil, disabledPlugins == nil {
            return name == "AlwaysAdmit" ? .yes : .no
        }
        guard let fact = facts.plugins[name], let since = fact.defaultOn else { return .no }
        return release >= since ? .yes : .no
    }

    /// Whether a feature gate is on.
    func gate(_ name: String, at release: Release) -> Truth {
        guard let flag = facts.featureGates, let fact = facts.gates[name] else { return .open(.needsReview) }
        var assigned: [String: Bool] = [:]
        for occurrence in occurrences(flag) {
            guard let pairs = FlagValue.gates(occurrence.value) else { return .open(.unparsable) }
            for pair in pairs where pair.component == nil || pair.component == "kube" {
                assigned[pair.name] = pair.isEnabled
            }
        }
        if isElsewhere(flag, isOnLine: assigned[name] != nil) { return .open(.configuredInFile) }
        if let value = assigned[name] { return value ? .yes : .no }
        if process.isCut { return .open(.truncated) }
        if let group = fact.group(at: release), let value = assigned[group] { return value ? .yes : .no }
        return fact.isOnByDefault(at: release) == true ? .yes : .no
    }

    private func contains(_ element: String, in value: Value<List>) -> Truth {
        switch value {
        case .open(let reason): .open(reason)
        case .known(let list):
            if list.elements.contains(element) { .yes } else { list.mayGoOn ? .open(.truncated) : .no }
        }
    }
}

extension String {
    /// At bytes, as Go does: to Swift a comma and a combining mark behind it are one character.
    func splitAtCommas() -> [String] {
        utf8.split(separator: UInt8(ascii: ",")).map { String(Substring($0)) }
    }
}
