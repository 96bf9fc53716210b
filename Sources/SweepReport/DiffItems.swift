import Hardening
import ProcessTable

extension DiffOutline.Item {
    init(_ change: FindingChange) {
        self.init(change.kind.words, change.check, severity: change.severity)
        if let was = change.older { detail("was", Self.text(was)) }
        if let now = change.newer { detail("now", Self.text(now)) }
        detail("waiver", change.waiver)
    }

    private static func text(_ finding: Finding) -> String {
        let word = finding.verdict.word + (finding.verdict.reason.map { " (\($0))" } ?? "")
        return "\(word): \(finding.observed)" + (finding.note.map { "; \($0)" } ?? "")
    }

    init(_ change: SightChange) {
        let state = (change.isBack ? change.older : change.newer)?.rawValue ?? "not looked at"
        guard change.isBack else {
            self.init("lost", state)
            if let failure = change.failure {
                detail("why", "\(failure.phase): \(failure.reason): \(failure.detail)")
                detail("do", failure.hint, isCommand: true)
            }
            return
        }
        self.init("back", "was \(state), " + (change.lastSeen.map { "last seen \($0)" } ?? "not seen before"))
    }

    init(_ change: ProcessChange) {
        let word =
            change.attribution == Attribution(.coverage)
            ? (change.isThere ? "seen again" : "not seen") : (change.isThere ? "started" : "stopped")
        self.init(word, change.component.rawValue)
    }

    init(_ change: FlagChange) {
        let word = change.from == nil ? "set" : change.to == nil ? "unset" : "changed"
        self.init(word, "\(change.component.rawValue) --\(change.flag)")
        detail("was", change.from)
        detail("now", change.to)
    }

    init(_ change: DriftChange) {
        self.init(
            change.kind.rawValue, "\(change.cluster): \(change.drift.component.rawValue) --\(change.drift.flag)")
        for side in change.drift.values {
            detail("seen", side.value ?? "not set")
            detail("on", folded(side.hosts).map(\.text).joined(separator: ", "))
        }
    }

    init(_ change: HostKeyChange) {
        self.init("changed", "\(change.place.cluster)/\(change.place.host)")
        detail("was", change.from)
        detail("now", change.to)
    }
}

extension DiffOutline {
    static func items(_ change: FleetChange) -> [Item] {
        var items = change.addedClusters.map { Item("added", "cluster \($0)") }
        items += change.removedClusters.map { Item("removed", "cluster \($0)") }
        items += change.renamedClusters.map { Item("renamed", "cluster \($0.from) to \($0.to)") }
        items += change.versions.map {
            Item("version", "cluster \($0.cluster): \($0.from ?? "not stated") to \($0.to ?? "not stated")")
        }
        items += change.distributions.map {
            Item(
                "changed",
                "cluster \($0.cluster), distribution: \($0.from ?? "not stated") to \($0.to ?? "not stated")")
        }
        items += change.labels.map {
            Item("label", "cluster \($0.cluster), \($0.label): \($0.from ?? "none") to \($0.to ?? "none")")
        }
        for (word, places) in [("added", change.addedHosts), ("removed", change.removedHosts)] where !places.isEmpty {
            var item = Item(word, counted(places.count, "host"))
            for place in places { item.places.add(place.cluster, place.host) }
            items.append(item)
        }
        // That its hosts have another cluster is what another name of it means.
        let renamed = Dictionary(change.renamedClusters.map { ($0.from, $0.to) }) { first, _ in first }
        items += change.movedHosts.filter { renamed[$0.from.cluster] != $0.to.cluster || $0.from.host != $0.to.host }
            .map { Item("moved", "host \($0.from.cluster)/\($0.from.host) to \($0.to.cluster)/\($0.to.host)") }
        items += change.readdressedHosts.map { host in
            let machine = host.isOtherMachine.map {
                $0 ? "; the host key is another machine's" : "; the host key is the same machine's"
            }
            return Item(
                "address", "host \(host.place.cluster)/\(host.place.host): \(host.from) to \(host.to)\(machine ?? "")")
        }
        return items
    }
}
