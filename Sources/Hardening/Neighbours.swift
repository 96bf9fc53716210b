import ProcessTable

extension Policy {
    /// The components with whose processes a check compares another's.
    var neighbours: Set<Component> {
        var found: Set<Component> = []
        for check in checks {
            for condition in check.rules.map(\.when) + [check.expect] + [check.explicit].compactMap(\.self) {
                condition.collectNeighbours(into: &found)
            }
        }
        return found
    }
}

extension Condition {
    fileprivate func collectNeighbours(into found: inout Set<Component>) {
        switch self {
        case .differsFromNeighbour(_, let component, _): found.insert(component)
        case .all(let parts), .any(let parts): for part in parts { part.collectNeighbours(into: &found) }
        case .not(let part): part.collectNeighbours(into: &found)
        case .equals, .isSet, .onLine, .oneOf, .contains, .containsAny, .lacks, .subset, .between, .differs, .schemes,
            .schemesOffLoopback, .mentions, .plugin, .gate, .releases:
            break
        }
    }
}
