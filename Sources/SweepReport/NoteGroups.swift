/// A note, and every host it was made of.
struct NoteGroup {
    let note: String
    fileprivate(set) var places = Places()

    /// The note of most hosts first, then in the order of first appearance.
    static func gather(_ notes: some Sequence<(cluster: String, host: String, note: String)>) -> [NoteGroup] {
        var groups: [NoteGroup] = []
        var known: [String: Int] = [:]
        for (cluster, host, note) in notes {
            let group = known[note] ?? groups.count
            if group == groups.count {
                known[note] = group
                groups.append(NoteGroup(note: note))
            }
            groups[group].places.add(cluster, host)
        }
        return groups.enumerated().sorted { a, b in
            (b.element.places.hostCount, a.offset) < (a.element.places.hostCount, b.offset)
        }.map(\.element)
    }
}
