import Hardening

/// A host or file that gave nothing to judge.
struct UnseenPlace {
    let cluster: String
    let name: String
    let state: HostState
    let failure: HostFailure?
}

/// Hosts that gave nothing to judge for one reason.
struct FailureGroup {
    let kind: Kind
    /// In the record's order.
    fileprivate(set) var cases: [Case] = []
    fileprivate(set) var places = Places()

    struct Kind: Hashable {
        let state: HostState
        let phase: String
        let reason: String
    }

    /// Hosts of which the same was said.
    struct Case {
        let detail: String
        let hint: String
        fileprivate(set) var places = Places()
    }

    /// The hint that holds for all of them; nil where there are several.
    var commonHint: String? {
        guard let first = cases.first, cases.allSatisfy({ $0.hint == first.hint }) else { return nil }
        return first.hint
    }
}

extension Array where Element == UnseenPlace {
    /// In the order of the states, then of first appearance.
    func groups() -> [FailureGroup] {
        var groups: [FailureGroup] = []
        var known: [FailureGroup.Kind: Int] = [:]
        var cases: [CaseKey: Int] = [:]
        for place in self {
            let kind = FailureGroup.Kind(
                state: place.state, phase: place.failure?.phase ?? "", reason: place.failure?.reason ?? "")
            let group = known[kind] ?? groups.count
            if group == groups.count {
                known[kind] = group
                groups.append(FailureGroup(kind: kind))
            }
            let detail = place.failure?.detail ?? ""
            let hint = place.failure?.hint ?? ""
            let key = CaseKey(group: group, detail: detail, hint: hint)
            let position = cases[key] ?? groups[group].cases.count
            if position == groups[group].cases.count {
                cases[key] = position
                groups[group].cases.append(FailureGroup.Case(detail: detail, hint: hint))
            }
            groups[group].cases[position].places.add(place.cluster, place.name)
            groups[group].places.add(place.cluster, place.name)
        }
        return HostState.allCases.flatMap { state in groups.filter { $0.kind.state == state } }
    }
}

private struct CaseKey: Hashable {
    let group: Int
    let detail: String
    let hint: String
}
