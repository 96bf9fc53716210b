package import Hardening
package import ProcessTable

/// One check on one place of a saved report, computed anew from the evidence that the report holds.
package struct PlaceExplanation: Sendable {
    package let place: SavedPlace
    package let check: Check
    /// What the reader must know before all else: the report was made with another policy, say.
    package let remarks: [String]
    /// Each with what the report says of it, nil where it says nothing.
    package let processes: [(explanation: Explanation, saved: Finding?)]
    /// Why there is no process to explain.
    package let absence: Absence?

    package enum Absence: Sendable, Equatable {
        /// The host showed nothing; its failure says why.
        case notSeen
        /// The report is older than the evidence in reports.
        case noEvidence
        /// The listing proves that the component does not run there; these do.
        case notRunning(seen: [Component])
        /// No such process was seen, which proves nothing.
        case unseen(seen: [Component])
        /// It runs, but not with the process id that was asked for.
        case otherProcesses([Int])
    }

    /// - Parameter pid: one process alone; nil for all of the check's component.
    package init(_ place: SavedPlace, check: Check, judge: Judge, pid: Int?, remarks: [String]) {
        self.place = place
        self.check = check
        self.remarks = remarks
        guard let evidence = place.evidence else {
            processes = []
            absence = place.findings.isEmpty ? .notSeen : .noEvidence
            return
        }
        let positions = evidence.processes.indices.filter {
            evidence.processes[$0].component.rawValue == check.component
        }
        let wanted = positions.filter { pid == nil || evidence.processes[$0].pid == pid }
        processes = wanted.compactMap { position in
            let process = evidence.processes[position]
            return judge.explain(check.id, process: position, in: evidence, claimed: place.claimed).map { explanation in
                let saved = place.findings.first { $0.component == process.component && $0.pid == process.pid }
                return (explanation, saved?.finding)
            }
        }
        if !processes.isEmpty {
            absence = nil
        } else if !positions.isEmpty {
            absence = .otherProcesses(positions.map { evidence.processes[$0].pid })
        } else {
            let seen = Component.allCases.filter { component in
                evidence.processes.contains { $0.component == component }
            }
            let isAbsent = judge.presence(in: evidence).absent.contains { $0.rawValue == check.component }
            absence = isAbsent ? .notRunning(seen: seen) : .unseen(seen: seen)
        }
    }
}
