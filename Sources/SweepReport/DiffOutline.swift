import Hardening
import ProcessTable

/// A diff in the order in which people read it: what changed in the fleet, what was seen or not, and then findings by
/// cause, regressions first. What is the same on many hosts stands once.
struct DiffOutline {
    var sections: [Section] = []
    /// Under the title: what came to what.
    var headline = ""

    struct Section: Equatable {
        var title: String
        var items: [Item] = []
    }

    struct Item: Equatable {
        /// A word of ours: `new`, `added`, …
        var word: String
        var severity: Severity?
        /// Text from outside, e.g. a check's id or a flag.
        var subject: String
        var places = Places()
        /// Labels of ours, and text from outside.
        var details: [Detail] = []

        struct Detail: Equatable {
            let label: String
            let text: String
        }

        init(_ word: String, _ subject: String, severity: Severity? = nil) {
            self.word = word
            self.subject = subject
            self.severity = severity
        }

        mutating func detail(_ label: String, _ text: String?) {
            if let text, !text.isEmpty { details.append(Detail(label: label, text: text)) }
        }
    }

    init(_ diff: SweepDiff) {
        add("INVENTORY", Self.fleet(diff.fleet))
        add("SEEN OR NOT", Self.sights(diff.sights))
        for (attribution, changes) in Self.byCause(diff.findings) {
            add("FINDINGS: \(attribution.words)", Self.findings(changes))
        }
        add("PROCESSES", Self.processes(diff.processes))
        add("FLAGS", Self.flags(diff.flags))
        add("DRIFT", Self.drifts(diff.drifts))
        add("HOST KEYS", Self.hostKeys(diff.hostKeys))
        headline = Self.headline(diff)
    }

    private mutating func add(_ title: String, _ items: [Item]) {
        if !items.isEmpty { sections.append(Section(title: title, items: items)) }
    }

    private static func headline(_ diff: SweepDiff) -> String {
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

    private static func byCause(_ changes: [FindingChange]) -> [(Attribution, [FindingChange])] {
        var groups: [(Attribution, [FindingChange])] = []
        for change in changes {
            if let known = groups.firstIndex(where: { $0.0 == change.attribution }) {
                groups[known].1.append(change)
            } else {
                groups.append((change.attribution, [change]))
            }
        }
        return groups.sorted { a, b in
            a.0.causes.lexicographicallyPrecedes(b.0.causes)
                || a.0.causes == b.0.causes && a.0.relation.rawValue < b.0.relation.rawValue
        }
    }

    private static func findings(_ changes: [FindingChange]) -> [Item] {
        var items: [Item] = []
        let order = changes.sorted { a, b in
            if a.kind != b.kind { return a.kind.rank < b.kind.rank }
            if a.severity != b.severity { return a.severity > b.severity }
            return a.check < b.check
        }
        for change in order {
            var item = Item(change.kind.words, change.check, severity: change.severity)
            let (was, now) = (change.older, change.newer)
            if let was { item.detail("was", text(was)) }
            if let now { item.detail("now", text(now)) }
            item.detail("waiver", change.waiver)
            if let last = items.indices.last, items[last].isLike(item) {
                items[last].places.add(change.place.cluster, change.place.host)
            } else {
                item.places.add(change.place.cluster, change.place.host)
                items.append(item)
            }
        }
        return items
    }

    private static func text(_ finding: Finding) -> String {
        let word = finding.verdict.word + (finding.verdict.reason.map { " (\($0))" } ?? "")
        return "\(word): \(finding.observed)" + (finding.note.map { "; \($0)" } ?? "")
    }

    private static func fleet(_ change: FleetChange) -> [Item] {
        var items = change.addedClusters.map { Item("added", "cluster \($0)") }
        items += change.removedClusters.map { Item("removed", "cluster \($0)") }
        items += change.renamedClusters.map { Item("renamed", "cluster \($0.from) to \($0.to)") }
        items += change.versions.map {
            Item("version", "cluster \($0.cluster): \($0.from ?? "not stated") to \($0.to ?? "not stated")")
        }
        items += change.labels.map {
            Item("label", "cluster \($0.cluster), \($0.label): \($0.from ?? "none") to \($0.to ?? "none")")
        }
        for (word, places) in [("added", change.addedHosts), ("removed", change.removedHosts)] where !places.isEmpty {
            var item = Item(word, counted(places.count, "host"))
            for place in places { item.places.add(place.cluster, place.host) }
            items.append(item)
        }
        items += change.movedHosts.map {
            Item("moved", "host \($0.from.cluster)/\($0.from.host) to \($0.to.cluster)/\($0.to.host)")
        }
        items += change.readdressedHosts.map {
            Item("address", "host \($0.place.cluster)/\($0.place.host): \($0.from) to \($0.to)")
        }
        return items
    }

    private static func sights(_ changes: [SightChange]) -> [Item] {
        var items: [Item] = []
        for change in changes {
            let state = (change.isBack ? change.older : change.newer)?.rawValue ?? "not looked at"
            var item = Item(change.isBack ? "back" : "lost", change.isBack ? "was \(state)" : state)
            if let failure = change.failure, !change.isBack {
                item.detail("why", "\(failure.phase): \(failure.reason): \(failure.detail)")
                item.detail("do", failure.hint)
            }
            items.take(item, at: change.place)
        }
        return items
    }

    private static func processes(_ changes: [ProcessChange]) -> [Item] {
        var items: [Item] = []
        for change in changes {
            items.take(Item(change.isThere ? "started" : "stopped", change.component.rawValue), at: change.place)
        }
        return items
    }

    private static func flags(_ changes: [FlagChange]) -> [Item] {
        var items: [Item] = []
        for change in changes {
            let word = change.from == nil ? "set" : change.to == nil ? "unset" : "changed"
            var item = Item(word, "\(change.component.rawValue) --\(change.flag)")
            item.detail("was", change.from)
            item.detail("now", change.to)
            items.take(item, at: change.place)
        }
        return items
    }

    private static func drifts(_ changes: [DriftChange]) -> [Item] {
        changes.map { change in
            var item = Item(
                change.kind.rawValue, "\(change.cluster): \(change.drift.component.rawValue) --\(change.drift.flag)")
            for side in change.drift.values {
                item.detail("seen", side.value ?? "not set")
                item.detail("on", folded(side.hosts).map(\.text).joined(separator: ", "))
            }
            return item
        }
    }

    private static func hostKeys(_ changes: [HostKeyChange]) -> [Item] {
        changes.map { change in
            var item = Item("changed", "\(change.place.cluster)/\(change.place.host)")
            item.detail("was", change.from)
            item.detail("now", change.to)
            return item
        }
    }
}

extension DiffOutline.Item {
    /// Alike but for the places.
    fileprivate func isLike(_ other: DiffOutline.Item) -> Bool {
        word == other.word && subject == other.subject && severity == other.severity && details == other.details
    }
}

extension [DiffOutline.Item] {
    fileprivate mutating func take(_ item: DiffOutline.Item, at place: HostPlace) {
        if let known = firstIndex(where: { $0.isLike(item) }) {
            self[known].places.add(place.cluster, place.host)
        } else {
            var item = item
            item.places.add(place.cluster, place.host)
            append(item)
        }
    }
}

extension Attribution {
    /// `the host`, `the host and the policy together`, …
    var words: String {
        let names = causes.map(\.words)
        switch relation {
        case .alone: return names.joined()
        case .either: return names.joined(separator: " or ") + ", each by itself"
        case .together: return names.joined(separator: " and ") + " together"
        }
    }
}

extension ChangeCause {
    fileprivate var words: String {
        switch self {
        case .host: "the host changed"
        case .policy: "the policy changed"
        case .inventory: "the inventory changed"
        case .waiver: "waivers changed or expired"
        case .tool: "another release of kubesweep"
        case .coverage: "more or less was seen"
        case .unproven: "the cause cannot be proved"
        }
    }
}

extension FindingChange.Kind {
    var words: String {
        switch self {
        case .new: "new"
        case .resolved: "resolved"
        case .inapplicable: "does not apply any more"
        case .changedValue: "changed value"
        case .changedSeverity: "changed severity"
        case .unknown: "not known any more"
        case .answered: "answered"
        case .gone: "gone"
        case .unseen: "not seen"
        case .waived: "waived"
        case .unwaived: "waived no more"
        }
    }

    /// What got worse stands first.
    fileprivate var rank: Int {
        switch self {
        case .new: 0
        case .unwaived: 1
        case .changedSeverity: 2
        case .changedValue: 3
        case .unknown: 4
        case .unseen: 5
        case .gone: 6
        case .inapplicable: 7
        case .waived: 8
        case .answered: 9
        case .resolved: 10
        }
    }
}
