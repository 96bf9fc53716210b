import Hardening
import ProcessTable

/// What a report for people keeps of hosts or files while they pass by.
struct Gathered {
    private(set) var failed: FindingGathering
    private(set) var waived: FindingGathering
    private(set) var unknown: FindingGathering
    private(set) var unseen: FailureGathering
    private(set) var notes: NoteGathering
    /// Those with a process that was judged.
    private(set) var judged: Places

    init(keeping: Keeping) {
        failed = FindingGathering(keeping: keeping)
        waived = FindingGathering(keeping: keeping)
        unknown = FindingGathering(keeping: keeping)
        unseen = FailureGathering(keeping: keeping)
        notes = NoteGathering(keeping: keeping)
        judged = Places(limit: keeping.places)
    }

    mutating func add(_ host: HostRecord, of cluster: String) {
        add(cluster, host.name, host.state, host.failure, notes: host.notes, host.processes)
    }

    mutating func add(_ file: FileRecord) {
        add("", file.name, file.state, file.failure, notes: file.notes, file.processes)
    }

    private mutating func add(
        _ cluster: String, _ host: String, _ state: HostState, _ failure: HostFailure?, notes: [String],
        _ processes: [ProcessRecord]
    ) {
        if state != .evaluated { unseen.add(cluster, host, state, failure) }
        for place in JudgedPlace.all(of: processes, cluster: cluster, host: host) {
            judged.add(cluster, host)
            failed.add(place, where: \.countsAsFailure)
            waived.add(place, where: \.isWaived)
            unknown.add(place) { if case .unknown = $0.verdict { true } else { false } }
        }
        for note in notes { self.notes.add(note, cluster, host) }
        // Without the process id, so that hosts with the same note stand together.
        for process in processes {
            for note in process.notes { self.notes.add("\(process.component.rawValue): \(note)", cluster, host) }
        }
    }
}
