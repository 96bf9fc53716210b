import ProcessTable

/// The effective settings of one process: its line read by its own grammar, over the defaults of a release.
struct Settings {
    /// A value, or why it cannot be told.
    enum Value<Content> {
        case known(Content)
        case open(UnknownReason)
    }

    /// A list and whether a cut line may hold more of it.
    struct List {
        var elements: [String]
        var mayGoOn: Bool
    }

    let facts: ComponentFacts
    let process: ControlPlaneProcess
    let parsed: ParsedFlags
    /// Flag index to the index of its last occurrence, -1 where there is none.
    private var last: [Int32]
    /// Occurrence to the one before it of the same flag, -1 at the first.
    private var previous: [Int32]
    /// All processes of the host, this one too.
    var neighbours: [Settings] = []
    /// The places besides the line that hold settings of this process.
    private(set) var elsewhere: [SettingsElsewhere] = []

    init(_ process: ControlPlaneProcess, facts: ComponentFacts) {
        self.facts = facts
        self.process = process
        parsed = facts.syntax.parse(process.arguments, isCut: process.isCut)
        last = Array(repeating: -1, count: facts.flags.count)
        previous = Array(repeating: -1, count: parsed.occurrences.count)
        for (position, occurrence) in parsed.occurrences.enumerated() {
            guard let flag = facts.index[occurrence.name] else { continue }
            previous[position] = last[flag]
            last[flag] = Int32(position)
        }
        // They are told by the line alone, so they are empty while they are asked.
        if !facts.elsewhere.isEmpty {
            elsewhere = facts.elsewhere.filter { $0.when.holds(self, at: facts.releases.upper) == .yes }
        }
    }

    func isOnLine(_ flag: Int) -> Bool { last[flag] >= 0 }

    /// The last occurrence, which decides for every flag that is not a list.
    func lastOccurrence(_ flag: Int) -> FlagOccurrence? {
        last[flag] >= 0 ? parsed.occurrences[Int(last[flag])] : nil
    }

    /// In the order of the line.
    func occurrences(_ flag: Int) -> [FlagOccurrence] {
        var found: [FlagOccurrence] = []
        var position = last[flag]
        while position >= 0 {
            found.append(parsed.occurrences[Int(position)])
            position = previous[Int(position)]
        }
        return found.reversed()
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
        let fact = facts.flags[flag]
        if isElsewhere(flag, isOnLine: isOnLine(flag)) { return .open(.configuredInFile) }
        guard isOnLine(flag) else {
            if process.isCut { return .known(List(elements: [], mayGoOn: true)) }
            guard let text = fact.defaultText(at: release) else { return .open(.needsReview) }
            return .known(
                List(elements: text.isEmpty ? [] : text.split(separator: ",").map(String.init), mayGoOn: false))
        }
        var elements: [String] = []
        let isGo = facts.syntax.style == .goFlag
        // pflag's lists add up; every other value, and all of Go's own flag package, is replaced by the next.
        let addsUp = !isGo && [.stringSlice, .stringArray].contains(fact.kind)
        for occurrence in addsUp ? occurrences(flag) : lastOccurrence(flag).map({ [$0] }) ?? [] {
            switch fact.kind {
            case .stringSlice where isGo:
                elements += occurrence.value.split(separator: ",").map(String.init)
            case .stringSlice:
                guard let record = FlagValue.stringSlice(occurrence.value) else { return .open(.unparsable) }
                elements += record
            default:
                elements.append(occurrence.value)
            }
        }
        return .known(List(elements: elements, mayGoOn: process.isCut))
    }

    /// Whether an admission plugin is in force.
    func plugin(_ name: String, at release: Release) -> Truth {
        guard
            let legacy = facts.flag("admission-control"),
            let enable = facts.flag("enable-admission-plugins"),
            let disable = facts.flag("disable-admission-plugins")
        else { return .open(.needsReview) }
        if isOnLine(legacy) { return contains(name, in: list(legacy, at: release)) }
        let enabled = contains(name, in: list(enable, at: release))
        let disabled = contains(name, in: list(disable, at: release))
        switch (enabled, disabled) {
        case (.yes, .yes): return .open(.unparsable)
        case (.yes, _): return .yes
        case (_, .yes): return .no
        case (.open(let reason), _), (_, .open(let reason)): return .open(reason)
        case (.no, .no): break
        }
        // Before 1.10 the one plugin in force without --admission-control was AlwaysAdmit.
        if release < Release(minor: 10), !isOnLine(enable), !isOnLine(disable) {
            return name == "AlwaysAdmit" ? .yes : .no
        }
        guard let fact = facts.plugins[name], let since = fact.defaultOn else { return .no }
        return release >= since ? .yes : .no
    }

    /// Whether a feature gate is on.
    func gate(_ name: String, at release: Release) -> Truth {
        guard let flag = facts.flag("feature-gates"), let fact = facts.gates[name] else { return .open(.needsReview) }
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
