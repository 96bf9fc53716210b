import Hardening

extension SweepContents {
    /// The waivers by which the sweep was reported.
    ///
    /// - Throws: `damaged` where they cannot be read any more; they were when they were stored.
    func waiverList(_ store: SweepStore) throws(StoreError) -> WaiverList? {
        try StoreError.catching(store.path) { try waivers.map { try WaiverList.parse(kept: $0) } }
    }
}

extension DiffWaivers {
    /// Those of a sweep's file.
    init(_ list: WaiverList) {
        let checks = Set(list.waivers.map(\.check))
        self.init(digest: list.text, concern: { checks.contains($0) }) { finding, cluster, host, moment in
            switch list.state(of: finding, on: WaiverPlace(host, of: cluster), at: moment) {
            case .none: .none
            case .active(let waiver): .active(waiver.id)
            case .expired(let waiver): .expired(waiver.id)
            }
        }
    }
}
