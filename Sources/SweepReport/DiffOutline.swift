import Hardening

/// A diff in the order in which people read it: what changed in the fleet, what was seen or not, and then everything else
/// by its cause, regressions first. What is the same on many hosts stands once.
struct DiffOutline {
    var sections: [Section] = []

    struct Section: Equatable {
        var title: String
        var items: [Item] = []
    }

    struct Item: Hashable {
        /// A word of ours: `new`, `added`, …
        var word: String
        var severity: Severity?
        /// Text from outside, e.g. a check's id or a flag.
        var subject: String
        var places = Places()
        /// Labels of ours, and text from outside.
        var details: [Detail] = []

        struct Detail: Hashable {
            let label: String
            let text: String
            /// Lines that stay whole, so that they can be copied.
            var isCommand = false
        }

        init(_ word: String, _ subject: String, severity: Severity? = nil) {
            self.word = word
            self.subject = subject
            self.severity = severity
        }

        mutating func detail(_ label: String, _ text: String?, isCommand: Bool = false) {
            if let text, !text.isEmpty {
                details.append(Detail(label: label, text: text, isCommand: isCommand))
            }
        }
    }

    init(_ diff: SweepDiff) {
        add("INVENTORY", Self.items(diff.fleet))
        add("SEEN OR NOT", Self.gathered(diff.sights, at: \.place, Item.init))
        add("FINDINGS", diff.findings, \.attribution) { changes in
            Self.gathered(
                changes.sorted { ($0.kind.rank, $1.severity, $0.check) < ($1.kind.rank, $0.severity, $1.check) },
                at: \.place, Item.init)
        }
        add("PROCESSES", diff.processes, \.attribution) { Self.gathered($0, at: \.place, Item.init) }
        add("FLAGS", diff.flags, \.attribution) { Self.gathered($0, at: \.place, Item.init) }
        add("DRIFT", diff.drifts, \.attribution) { $0.map(Item.init) }
        add("HOST KEYS", diff.hostKeys, \.attribution) { $0.map(Item.init) }
    }

    private mutating func add(_ title: String, _ items: [Item]) {
        if !items.isEmpty { sections.append(Section(title: title, items: items)) }
    }

    /// A section for each cause.
    private mutating func add<Change>(
        _ title: String, _ changes: [Change], _ attribution: (Change) -> Attribution, _ items: ([Change]) -> [Item]
    ) {
        var groups: [(attribution: Attribution, changes: [Change])] = []
        for change in changes {
            let attribution = attribution(change)
            if let known = groups.firstIndex(where: { $0.attribution == attribution }) {
                groups[known].changes.append(change)
            } else {
                groups.append((attribution, [change]))
            }
        }
        groups.sort { a, b in
            a.attribution.causes.lexicographicallyPrecedes(b.attribution.causes)
                || a.attribution.causes == b.attribution.causes
                    && a.attribution.relation.rawValue < b.attribution.relation.rawValue
        }
        for group in groups { add("\(title): \(group.attribution.words)", items(group.changes)) }
    }

    /// What is alike but for the place stands once, where the first of it stood.
    private static func gathered<Change>(
        _ changes: [Change], at place: (Change) -> HostPlace, _ item: (Change) -> Item
    ) -> [Item] {
        var items: [Item] = []
        var positions: [Item: Int] = [:]
        for change in changes {
            let item = item(change)
            let place = place(change)
            let position = positions[item] ?? items.count
            if position == items.count {
                positions[item] = position
                items.append(item)
            }
            items[position].places.add(place.cluster, place.host)
        }
        return items
    }
}

extension DiffOutline {
    /// What came to what, in one line.
    static func headline(_ diff: SweepDiff) -> String {
        if diff.isEmpty { return diff.isQuiet ? "nothing changed" : "nothing changed on the hosts that were seen" }
        let kinds = FindingChange.Kind.allCases.compactMap { kind -> String? in
            let number = diff.findings.count { $0.kind == kind }
            return number == 0 ? nil : "\(number) \(kind.words)"
        }
        let lost = diff.sights.count { !$0.isBack }
        let back = diff.sights.count - lost
        var parts = kinds.isEmpty ? ["no finding changed"] : kinds
        if lost > 0 { parts.append("\(counted(lost, "host")) not seen any more") }
        if back > 0 { parts.append("\(counted(back, "host")) seen again") }
        return parts.joined(separator: ", ")
    }

    /// How much is as it was; nil where nothing fails that failed before.
    static func unchanged(_ diff: SweepDiff) -> String? {
        if diff.unchanged.isEmpty { return nil }
        let failures = counted(diff.unchanged.values.reduce(0, +), "failure")
        return "\(failures) in \(counted(diff.unchanged.count, "cluster"))"
    }
}
