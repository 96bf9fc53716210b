package import ProcessTable

/// Judges evidence against a policy: a pure function of both, the same one for `scan` and `evaluate`.
package struct Judge: Sendable {
    package let policy: Policy
    package let facts: [Component: ComponentFacts]
    /// Whether a safe default counts for nothing, so that a flag must stand on the line.
    package let isExplicit: Bool
    /// The policy's checks by the component they speak of, each list in the policy's order.
    private let checks: [String: [SharedCheck]]
    /// The components that the policy speaks of.
    let components: Set<Component>
    /// The components that a check of another one looks at.
    private let neighbours: Set<Component>

    package init(policy: Policy, facts: [Component: ComponentFacts], isExplicit: Bool = false) {
        self.policy = policy
        self.facts = facts
        self.isExplicit = isExplicit
        checks = Dictionary(grouping: policy.checks, by: \.component).mapValues { checks in
            checks.map { SharedCheck($0, facts: Component(rawValue: $0.component).flatMap { facts[$0] }) }
        }
        components = policy.components
        neighbours = policy.neighbours
    }

    /// Findings for every process of the evidence, in its order, and then for its look-alikes; checks in the policy's
    /// order, integrity checks last.
    ///
    /// - Parameters:
    ///   - claimed: the Kubernetes version stated by the inventory or on the command line.
    ///   - precedents: spares most of the work where hosts are alike; of this judge alone.
    package func judge(
        _ evidence: HostEvidence, claimed: Release?, precedents: Precedents? = nil
    ) -> [ProcessRecord] {
        let beside = beside(evidence)
        let wholeness = evidence.trustedWholeness
        var records = evidence.processes.map { process in
            judge(process, beside: beside, wholeness: wholeness, claimed: claimed, precedents)
        }
        for process in evidence.lookAlikes {
            records.append(ProcessRecord(component: process.component, pid: process.pid, user: process.user))
        }
        for (position, finding) in identityFindings(evidence) { records[position].findings.append(finding) }
        return records
    }

    /// The processes with which checks compare others.
    func beside(_ evidence: HostEvidence) -> [Settings] {
        if neighbours.isEmpty { return [] }
        return evidence.processes.compactMap { process in
            guard neighbours.contains(process.component), let facts = facts[process.component] else { return nil }
            return Settings(process, facts: facts)
        }
    }

    private func judge(
        _ process: ControlPlaneProcess, beside neighbours: [Settings], wholeness: Wholeness, claimed: Release?,
        _ precedents: Precedents?
    ) -> ProcessRecord {
        var record = ProcessRecord(component: process.component, pid: process.pid, user: process.user)
        if case .file(let distribution, let path) = process.settings {
            record.notes.append("\(distribution) keeps the settings in \(path)")
        }
        guard let facts = facts[process.component] else { return record }
        let isJudged = components.contains(process.component)
        let settings = Settings(process, facts: facts, beside: neighbours, looksElsewhere: isJudged)
        let bounds = settings.bounds(claimed: claimed)
        if let claimed, bounds.conflict == nil, !facts.releases.contains(claimed) {
            let word = claimed > facts.releases.upper ? "newest" : "oldest"
            record.notes.append("judged as \(bounds.releases), the \(word) version kubesweep knows, not \(claimed)")
        }
        if let ambiguity = settings.parsed.ambiguity { record.notes.append(ambiguity) }
        if let error = settings.parsed.error { record.notes.append(error) }
        if process.isCut { record.notes.append("the row is cut off; what stands behind the cut is not known") }
        record.releases = bounds.releases
        record.flags = settings.flagValues()
        let checks = checks[process.component.rawValue] ?? []
        let precedent = precedents?[process.component]?.comparison(with: settings, bounds.releases, wholeness)
        record.findings = checks.indices.map { position in
            precedent?.finding(at: position, of: checks[position])
                ?? finding(checks[position], settings, bounds.releases, wholeness)
        }
        if let precedents, let made = Precedent(settings, bounds.releases, wholeness, findings: record.findings) {
            precedents[process.component] = made
        }
        if let finding = versionFinding(bounds) { record.findings.append(finding) }
        return record
    }

    func finding(
        _ shared: SharedCheck, _ settings: borrowing Settings, _ releases: ReleaseRange, _ wholeness: Wholeness
    ) -> Finding {
        let outcome = decide(shared, settings, releases).doubted(by: settings, wholeness)
        return Finding(
            check: shared.check.id, severity: outcome.severity, verdict: outcome.verdict,
            observed: settings.observed(shared.check, releases), expected: shared.check.expected, note: outcome.note)
    }

    /// The check's answer for a process that may be any of `releases`: the one on which they all agree.
    func decide(
        _ shared: SharedCheck, _ settings: borrowing Settings, _ releases: ReleaseRange
    ) -> Outcome {
        if case .file(_, let path) = settings.process.settings {
            return Outcome(verdict: .unknown(.configuredInFile), severity: shared.check.severity, note: path)
        }
        var merged = shared.check.decide(settings, at: releases.lower, isExplicit: isExplicit)
        let first = merged.verdict
        var changes: [(from: Release, verdict: Verdict)] = []
        for release in shared.check.eras where release > releases.lower && release <= releases.upper {
            let outcome = shared.check.decide(settings, at: release, isExplicit: isExplicit)
            if outcome.verdict != changes.last?.verdict ?? first { changes.append((release, outcome.verdict)) }
            merged = merged.agreed(with: outcome)
        }
        if merged.verdict == .unknown(.versionNeeded) {
            let parts = ([(releases.lower, first)] + changes).map { "\($0.1.word) from \($0.0)" }
            merged.note = "the version decides: \(parts.joined(separator: ", "))"
        }
        if merged.verdict == .unknown(.configuredInFile), merged.note == nil {
            merged.note = settings.elsewhereNote(shared.check)
        }
        return merged
    }
}

extension HostEvidence {
    /// A listing in which others' rows are hidden is not whole, however it ends.
    var trustedWholeness: Wholeness { isHidden ? .cut(.hiddenRows) : wholeness }
}

/// A verdict on the way to a finding.
struct Outcome: Equatable {
    var verdict: Verdict
    var severity: Severity
    var note: String?

    /// What holds if either may be the case. Passing in one release and not applying in another is a pass:
    /// no release makes it unsafe.
    func agreed(with other: Outcome) -> Outcome {
        let severity = max(severity, other.severity)
        if verdict == other.verdict {
            return Outcome(verdict: verdict, severity: severity, note: note == other.note ? note : nil)
        }
        switch (verdict, other.verdict) {
        case (.pass, .notApplicable): return self
        case (.notApplicable, .pass): return other
        case (.notApplicable, .notApplicable): return Outcome(verdict: verdict, severity: severity)
        case (.unknown, .unknown): return Outcome(verdict: verdict, severity: severity)
        default: return Outcome(verdict: .unknown(.versionNeeded), severity: severity)
        }
    }

    /// Takes back a pass that rests on something not seen, and what does not apply because of it. What was seen to
    /// fail stays.
    func doubted(by settings: borrowing Settings, _ wholeness: Wholeness) -> Outcome {
        guard verdict.restsOnWholeLine else { return self }
        if settings.process.isCut { return unknown(.truncated, note: note) }
        if case .cut(let sign) = wholeness { return unknown(.incomplete, note: sign.rawValue) }
        if let error = settings.parsed.error { return unknown(.unparsable, note: error) }
        if let ambiguity = settings.parsed.ambiguity { return unknown(.ambiguous, note: ambiguity) }
        return self
    }

    private func unknown(_ reason: UnknownReason, note: String?) -> Outcome {
        Outcome(verdict: .unknown(reason), severity: severity, note: note)
    }
}

extension Verdict {
    /// Whether more of the line, or another reading of it, could change the answer for the worse. A version answers
    /// whatever the line holds.
    fileprivate var restsOnWholeLine: Bool {
        switch self {
        case .pass, .notApplicable(.featureOff), .notApplicable(.localDatastore), .notApplicable(.noSuchProcess): true
        case .fail, .unknown, .notApplicable(.removed), .notApplicable(.notYetIntroduced): false
        }
    }
}

extension Check {
    /// The decision table's answer at one release.
    func decide(_ settings: borrowing Settings, at release: Release, isExplicit: Bool) -> Outcome {
        let outcome = decide(settings, at: release, from: 0)
        guard isExplicit, outcome.verdict == .pass, let explicit else { return outcome }
        switch explicit.holds(settings, at: release) {
        case .yes: return outcome
        case .no:
            return Outcome(
                verdict: .fail, severity: severity, note: "safe in effect, but the list wants it on the line")
        case .open(let reason): return Outcome(verdict: .unknown(reason), severity: severity)
        }
    }

    /// As of the rule at `start`; the number of rules stands for `expect` alone.
    func decide(_ settings: borrowing Settings, at release: Release, from start: Int) -> Outcome {
        for position in start..<rules.count {
            switch rules[position].when.holds(settings, at: release) {
            case .yes: return outcome(of: rules[position], settings)
            case .no: continue
            case .open(let reason):
                // The rule may or may not apply: only where both ways end alike is there an answer.
                let applied = outcome(of: rules[position], settings)
                let skipped = decide(settings, at: release, from: position + 1)
                if applied.verdict == skipped.verdict { return applied.agreed(with: skipped) }
                return Outcome(verdict: .unknown(reason), severity: severity)
            }
        }
        switch expect.holds(settings, at: release) {
        case .yes: return Outcome(verdict: .pass, severity: severity)
        case .no: return Outcome(verdict: .fail, severity: severity)
        case .open(let reason): return Outcome(verdict: .unknown(reason), severity: severity)
        }
    }

    private func outcome(of rule: Rule, _ settings: borrowing Settings) -> Outcome {
        var note = rule.note
        if let file = rule.file, let path = settings.lastOccurrence(file)?.value {
            note = note.map { "\(path): \($0)" } ?? path
        }
        return Outcome(verdict: rule.verdict, severity: rule.severity ?? severity, note: note)
    }
}
