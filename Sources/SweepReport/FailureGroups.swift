import Hardening

/// Hosts that gave nothing to judge for one reason.
struct FailureGroup {
    let kind: Kind
    /// In the record's order.
    fileprivate(set) var cases: [Case] = []
    /// Where yet other cases were seen than the ones that were kept.
    fileprivate(set) var others: Places
    fileprivate(set) var places: Places
    /// The hint that holds for all of them; nil where there are several.
    fileprivate(set) var commonHint: String?

    struct Kind: Hashable {
        let state: HostState
        let phase: String
        let reason: String
    }

    /// Hosts of which the same was said.
    struct Case {
        let detail: String
        let hint: String
        fileprivate(set) var places: Places
    }
}

/// Gathers hosts that gave nothing to judge in one pass.
struct FailureGathering {
    private let keeping: Keeping
    private var kept: [FailureGroup] = []
    private var known: [FailureGroup.Kind: Int] = [:]
    private var cases: [CaseKey: Int] = [:]

    private struct CaseKey: Hashable {
        let group: Int
        let detail: String
        let hint: String
    }

    init(keeping: Keeping) { self.keeping = keeping }

    mutating func add(_ cluster: String, _ host: String, _ state: HostState, _ failure: HostFailure?) {
        let kind = FailureGroup.Kind(state: state, phase: failure?.phase ?? "", reason: failure?.reason ?? "")
        let detail = failure?.detail ?? ""
        let hint = failure?.hint ?? ""
        let none = Places(limit: keeping.places)
        let group = known[kind] ?? kept.count
        if group == kept.count {
            known[kind] = group
            kept.append(FailureGroup(kind: kind, others: none, places: none, commonHint: hint))
        }
        if kept[group].commonHint != hint { kept[group].commonHint = nil }
        kept[group].places.add(cluster, host)
        let key = CaseKey(group: group, detail: detail, hint: hint)
        let position = cases[key] ?? kept[group].cases.count
        if position == kept[group].cases.count {
            guard position < keeping.sights else { return kept[group].others.add(cluster, host) }
            cases[key] = position
            kept[group].cases.append(FailureGroup.Case(detail: detail, hint: hint, places: none))
        }
        kept[group].cases[position].places.add(cluster, host)
    }

    /// In the order of the states, then of first appearance.
    var groups: [FailureGroup] {
        HostState.allCases.flatMap { state in kept.filter { $0.kind.state == state } }
    }
}
