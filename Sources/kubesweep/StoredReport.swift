import Hardening
import SweepHistory
import SweepReport

/// A sweep of the history as it was reported.
struct StoredReport {
    let record: SweepRecord
    /// The sweep's own, read again.
    let policy: Policy

    /// - Parameter sweep: an id or its beginning, `latest`, `baseline` or a date.
    init(_ sweep: String, in store: SweepStore) throws(CommandFailure) {
        let facts = try PolicyOption.facts()
        let contents = try stored { () throws(StoreError) in try store.contents(of: store.sweep(sweep)) }
        let policy: Policy
        do throws(PolicyError) {
            policy = try contents.policy.judge(facts: facts).policy
        } catch {
            throw CommandFailure(
                .badInput, "the policy of \(printable(contents.sweep.id)) cannot be read any more\n\(error)")
        }
        self.policy = policy
        record = try stored { () throws(StoreError) in try contents.record(from: store, policy: policy) }
    }
}
