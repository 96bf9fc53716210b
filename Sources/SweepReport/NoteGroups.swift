/// A note, and every host it was made of.
struct NoteGroup {
    let note: String
    fileprivate(set) var places: Places
}

/// Gathers notes in one pass.
struct NoteGathering {
    private let keeping: Keeping
    private var kept: [NoteGroup] = []
    private var known: [String: Int] = [:]
    /// The hosts of yet other notes than the ones that were kept.
    private(set) var others: Places

    init(keeping: Keeping) {
        self.keeping = keeping
        others = Places(limit: keeping.places)
    }

    mutating func add(_ note: String, _ cluster: String, _ host: String) {
        let group = known[note] ?? kept.count
        if group == kept.count {
            guard group < keeping.sights else { return others.add(cluster, host) }
            known[note] = group
            kept.append(NoteGroup(note: note, places: Places(limit: keeping.places)))
        }
        kept[group].places.add(cluster, host)
    }

    /// The note of most hosts first, then in the order of first appearance.
    var groups: [NoteGroup] {
        kept.enumerated().sorted { a, b in
            (b.element.places.hostCount, a.offset) < (a.element.places.hostCount, b.offset)
        }.map(\.element)
    }
}
