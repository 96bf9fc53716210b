package import Hardening
package import ProcessTable

/// Why two sweeps are not compared.
package struct NotComparable: Error, Sendable, Equatable {
    package let reason: String
}

extension SweepStore {
    /// What changed from one sweep to another, and why. Of clusters in which nothing differs nothing is read but that.
    ///
    /// The newer one may have been ended early: it has all its hosts, those that were left out as abandoned. One that was
    /// killed says nothing of them. It may also have looked at a part of its inventory, at all of which the older one
    /// looked: nothing is said of the rest.
    ///
    /// - Parameter facts: of this program, by which findings are judged again.
    package func diff(
        _ older: StoredSweep, _ newer: StoredSweep, facts: [Component: ComponentFacts]
    ) throws(StoreError) -> Result<SweepDiff, NotComparable> {
        if let sweep = !older.isFinished ? older : newer.ended == nil ? newer : nil {
            return .failure(
                NotComparable(reason: "\(sweep.id) did not finish; go on with it: kubesweep scan --resume"))
        }
        if older.isPartial, !newer.isPartial {
            return .failure(NotComparable(reason: "\(older.id) looked at a part of its inventory only"))
        }
        let before = try contents(of: older)
        let after = try contents(of: newer)
        if older.isPartial, !Set(before.results.map(\.place)).isSuperset(of: after.results.map(\.place)) {
            return .failure(NotComparable(reason: "the two looked at different parts of their inventories"))
        }
        var compared = ComparedSweeps(before, after, in: self, facts: facts)
        return .success(try compared.diff())
    }
}

extension StoredResult {
    var place: HostPlace { HostPlace(cluster: cluster, host: name) }
}

extension SweepContents {
    var early: EarlyEnd? {
        if sweep.isFinished { return nil }
        return EarlyEnd(
            cause: sweep.endedBy, hosts: results.count, abandoned: results.count { $0.state == .abandoned })
    }
}
