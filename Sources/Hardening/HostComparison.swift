import ProcessTable

/// A host of both fleets, as two sweeps saw it.
struct HostComparison {
    /// Of the newer side.
    let place: HostPlace
    /// Nil where the sweep has no record of it.
    let older: HostSighting?
    /// As it was seen last before the older sweep, which did not see it, or not all of it; nil where it never was.
    let last: HostSighting?
    let newer: HostSighting?
    let keys: (older: ProvedKeys, newer: ProvedKeys)

    /// What became of its processes.
    struct Changes {
        var findings: [FindingChange] = []
        var processes: [ProcessChange] = []
        var flags: [FlagChange] = []
        /// Failures that are as they were.
        var unchanged = 0
    }

    private var isSeenTwice: Bool { older?.host.state.isSeen == true && newer?.host.state.isSeen == true }

    var sight: SightChange? {
        let wasSeen = older?.host.state.isSeen ?? false
        let isSeen = newer?.host.state.isSeen ?? false
        guard wasSeen != isSeen else { return nil }
        return SightChange(
            place: place, older: older?.host.state, newer: newer?.host.state,
            failure: isSeen ? older?.host.failure : newer?.host.failure,
            lastSeen: (isSeen ? last : older)?.basis.sweep.started)
    }

    var hostKey: HostKeyChange? {
        let before = older?.host.evidence?.hostKey == nil ? last : older
        guard let before, let newer, let from = before.host.evidence?.hostKey, let to = newer.host.evidence?.hostKey,
            from != to
        else { return nil }
        return HostKeyChange(
            place: place, from: from, to: to,
            attribution: Attribution(before.host.address == newer.host.address ? .host : .inventory))
    }

    func changes() -> Changes {
        var changes = Changes()
        var whole = older.map { Basis(self, $0) }
        // What the older sweep did not see of the host is compared with what was seen last.
        var rest = newer?.host.state.isSeen == true ? last.map { Basis(self, $0, isLast: true) } : nil
        for component in Component.allCases {
            if rest == nil || older?.host.shows(component) == true {
                compare(component, &whole, &changes)
            } else {
                compare(component, &rest, &changes)
            }
        }
        return changes
    }

    /// A sighting of the older side, and what judging it again says.
    private struct Basis {
        let sighting: HostSighting
        let isLast: Bool
        /// Nil where there is nothing to compare it with.
        var rejudgement: Rejudgement?

        init(_ comparison: HostComparison, _ sighting: HostSighting, isLast: Bool = false) {
            self.sighting = sighting
            self.isLast = isLast
            rejudgement = comparison.newer.map {
                Rejudgement(sighting, $0, isOtherMachine: comparison.isOtherMachine(than: sighting))
            }
        }
    }

    /// Another address and another key, or a key that tells nothing: the inventory names another machine.
    private func isOtherMachine(than before: HostSighting) -> Bool {
        guard let newer, before.host.address != newer.host.address else { return false }
        guard let old = keys.older.proof(before.host.evidence?.hostKey),
            let new = keys.newer.proof(newer.host.evidence?.hostKey)
        else { return true }
        return old != new
    }

    private func compare(_ component: Component, _ basis: inout Basis?, _ changes: inout Changes) {
        for pair in ProcessPair.all(of: component, basis?.sighting.host, newer?.host) {
            switch (pair.older, pair.newer) {
            case (let older?, let newer?):
                if basis?.isLast == true, isSeenTwice {
                    changes.processes.append(process(pair, Attribution(.coverage)))
                }
                compare(pair, (older.process, newer.process), &basis, &changes)
            case (let older?, nil):
                let isGone = newer?.host.knowsAbsence(of: component) == true
                compare(pair, only: older.process, isKnown: isGone, &basis, &changes)
            case (nil, let newer?):
                let isFresh = basis?.sighting.host.knowsAbsence(of: component) == true
                compare(pair, only: newer.process, isKnown: isFresh, &basis, &changes)
            case (nil, nil): break
            }
        }
    }

    /// A process that only one side shows.
    ///
    /// - Parameter isKnown: the other side shows that it is not there.
    private func compare(
        _ pair: ProcessPair, only process: ProcessRecord, isKnown: Bool, _ basis: inout Basis?, _ changes: inout Changes
    ) {
        let failures = process.findings.filter { $0.verdict == .fail }
        guard isKnown, let hostCause = basis?.rejudgement?.hostCause else {
            // That it was not seen was told when it was not seen first.
            if pair.newer == nil, basis?.isLast == true { return }
            if isSeenTwice { changes.processes.append(self.process(pair, Attribution(.coverage))) }
            changes.findings += failures.map { unseen($0, pair) }
            return
        }
        changes.processes.append(self.process(pair, Attribution(hostCause)))
        for failure in failures {
            let (older, newer) = pair.newer == nil ? (failure, nil) : (nil, failure)
            let kind: FindingChange.Kind = pair.newer == nil ? .gone : .new
            let attribution = basis?.rejudgement?.attribution(of: failure.check, kind, pair, older, newer)
            changes.findings.append(
                FindingChange(
                    kind, at: place, pair.component, older: older, newer: newer,
                    because: attribution ?? Attribution(.unproven)))
        }
    }

    private func process(_ pair: ProcessPair, _ attribution: Attribution) -> ProcessChange {
        ProcessChange(
            place: place, component: pair.component, isThere: pair.newer != nil, attribution: attribution)
    }

    /// A failure that only one side shows, where the other shows too little.
    private func unseen(_ failure: Finding, _ pair: ProcessPair) -> FindingChange {
        let isThere = pair.newer != nil
        return FindingChange(
            isThere ? .new : .unseen, at: place, pair.component, older: isThere ? nil : failure,
            newer: isThere ? failure : nil, because: Attribution(.coverage))
    }
}

extension HostComparison {
    /// A process that both sides show.
    private func compare(
        _ pair: ProcessPair, _ process: (older: ProcessRecord, newer: ProcessRecord), _ basis: inout Basis?,
        _ changes: inout Changes
    ) {
        guard let before = basis?.sighting, let newer, var rejudgement = basis?.rejudgement else { return }
        // Taken out, so that what it has judged is added to and not copied.
        basis?.rejudgement = nil
        defer { basis?.rejudgement = rejudgement }
        changes.flags += flagChanges(pair, process, &rejudgement)
        for place in Self.places(process.older.findings, process.newer.findings) {
            // Looked at in place: most findings are as they were, and a copy counts references to each of their texts.
            if let old = place.older, let new = place.newer, process.newer.findings[new].verdict != .fail,
                process.older.findings[old].verdict == process.newer.findings[new].verdict
            {
                continue
            }
            let was = place.older.map { process.older.findings[$0] }
            let now = place.newer.map { process.newer.findings[$0] }
            guard let check = (now ?? was)?.check else { continue }
            if isUnseen(check, was, before.host, now, newer.host), let failure = now ?? was {
                if failure.verdict == .fail {
                    let kind: FindingChange.Kind = now == nil ? .unseen : .new
                    changes.findings.append(
                        FindingChange(
                            kind, at: self.place, pair.component, older: was, newer: now,
                            because: Attribution(.coverage)))
                }
                continue
            }
            let kind = FindingChange.kind(was, now)
            let attribution = kind.map { rejudgement.attribution(of: check, $0, pair, was, now) }
            if let kind, let attribution {
                changes.findings.append(
                    FindingChange(kind, at: self.place, pair.component, older: was, newer: now, because: attribution))
            }
            guard let was, let now, was.verdict == .fail, now.verdict == .fail else { continue }
            if let change = waiverChange(
                (before, was), (newer, now), pair,
                value: { rejudgement.attribution(of: check, .changedValue, pair, was, now) })
            {
                changes.findings.append(change)
            } else if kind == nil {
                changes.unchanged += 1
            }
        }
    }

    /// Where each check's findings stand on either side; the same policy gives the same list.
    private static func places(_ older: [Finding], _ newer: [Finding]) -> [(older: Int?, newer: Int?)] {
        if older.count == newer.count, older.indices.allSatisfy({ older[$0].check == newer[$0].check }) {
            return older.indices.map { ($0, $0) }
        }
        var old = Dictionary(older.indices.map { (older[$0].check, $0) }) { first, _ in first }
        let both = newer.indices.map { (old.removeValue(forKey: newer[$0].check), Optional($0)) }
        return both + old.values.sorted().map { ($0, nil) }
    }

    /// That a process is not what it claims to be is told by the rows beside it: where a listing lacks rows, it may go
    /// without being mended.
    private func isUnseen(
        _ check: String, _ older: Finding?, _ before: HostRecord, _ newer: Finding?, _ after: HostRecord
    ) -> Bool {
        guard check == IntegrityCheck.processIdentity.id else { return false }
        if older == nil { return !before.showsEveryProcess }
        return newer == nil && !after.showsEveryProcess
    }

    private func flagChanges(
        _ pair: ProcessPair, _ process: (older: ProcessRecord, newer: ProcessRecord),
        _ rejudgement: inout Rejudgement
    ) -> [FlagChange] {
        guard let older = process.older.flags, let newer = process.newer.flags, older != newer else { return [] }
        let before = Dictionary(older.map { ($0.name, $0.value) }) { _, last in last }
        let after = Dictionary(newer.map { ($0.name, $0.value) }) { _, last in last }
        return Set(before.keys).union(after.keys).sorted().filter { before[$0] != after[$0] }.map { name in
            FlagChange(
                place: place, component: pair.component, flag: name, from: before[name], to: after[name],
                attribution: rejudgement.attribution(ofFlag: name, pair, recorded: after[name]))
        }
    }

    /// A failure that is waived on one side only. What made it is found by asking the waivers of either side for the
    /// finding and the place of either side.
    ///
    /// - Parameter value: why the failure has another value.
    private func waiverChange(
        _ before: (sighting: HostSighting, finding: Finding), _ after: (sighting: HostSighting, finding: Finding),
        _ pair: ProcessPair, value: () -> Attribution
    ) -> FindingChange? {
        let check = after.finding.check
        guard before.sighting.basis.waivers.concern(check) || after.sighting.basis.waivers.concern(check) else {
            return nil
        }
        func state(_ taken: Int) -> DiffWaiver {
            let basis = (taken & 1 == 0 ? before : after).sighting.basis
            let place = (taken & 4 == 0 ? before : after).sighting
            guard let cluster = place.cluster else { return .none }
            return basis.waivers.state(
                (taken & 2 == 0 ? before : after).finding, cluster,
                FleetHost(name: place.host.name, address: place.host.address), basis.sweep.ended)
        }
        let (was, now) = (state(0), state(7))
        guard was.isActive != now.isActive else { return nil }
        // The file or the day, the value that it is pinned to, and the place.
        var attribution = Attribution(fewestOf: [.waiver, .host, .inventory]) { state($0).isActive == now.isActive }
        if attribution.causes.contains(.host) {
            attribution = Attribution(
                attribution.causes.flatMap { $0 == .host ? value().causes : [$0] }, attribution.relation)
        }
        return FindingChange(
            now.isActive ? .waived : .unwaived, at: place, pair.component, older: before.finding,
            newer: after.finding, waiver: now.id ?? was.id, because: attribution)
    }
}

extension DiffWaiver {
    fileprivate var id: String? {
        switch self {
        case .none: nil
        case .active(let id), .expired(let id): id
        }
    }
}
