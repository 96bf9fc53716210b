package import ProcessTable

/// Judges evidence against a policy: a pure function of both, the same one for `scan` and `evaluate`.
package struct Judge: Sendable {
    package let policy: Policy
    package let facts: [Component: ComponentFacts]
    /// Whether a safe default counts for nothing, so that a flag must stand on the line.
    package let isExplicit: Bool

    package init(policy: Policy, facts: [Component: ComponentFacts], isExplicit: Bool = false) {
        self.policy = policy
        self.facts = facts
        self.isExplicit = isExplicit
    }

    /// Findings for every process of the evidence, in its order; checks in the policy's order.
    ///
    /// - Parameter claimed: the Kubernetes version stated by the inventory or on the command line.
    package func judge(_ evidence: HostEvidence, claimed: Release?) -> [ProcessRecord] {
        let settings = evidence.processes.map { process in
            facts[process.component].map { Settings(process, facts: $0) }
        }
        let neighbours = settings.compactMap(\.self)
        let wholeness = evidence.isHidden ? .cut(.hiddenRows) : evidence.wholeness
        return zip(evidence.processes, settings).map { process, settings in
            judge(process, settings, beside: neighbours, wholeness: wholeness, claimed: claimed)
        }
    }

    private func judge(
        _ process: ControlPlaneProcess, _ settings: Settings?, beside neighbours: [Settings], wholeness: Wholeness,
        claimed: Release?
    ) -> ProcessRecord {
        var record = ProcessRecord(component: process.component, pid: process.pid, user: process.user)
        if case .file(let distribution, let path) = process.settings {
            record.notes.append("\(distribution) keeps the settings in \(path)")
        }
        guard var settings else { return record }
        settings.neighbours = neighbours
        let facts = settings.facts
        let bounds = settings.bounds(claimed: claimed)
        if let conflict = bounds.conflict { record.notes.append(conflict) }
        if let claimed, claimed > facts.releases.upper {
            record.notes.append("judged as \(facts.releases.upper), the newest version kubesweep knows, not \(claimed)")
        }
        if let ambiguity = settings.parsed.ambiguity { record.notes.append(ambiguity) }
        if let error = settings.parsed.error { record.notes.append(error) }
        if process.isCut { record.notes.append("the row is cut off; what stands behind the cut is not known") }
        record.releases = bounds.releases
        record.flags = settings.flagValues()
        record.findings.reserveCapacity(policy.checks.count)
        for check in policy.checks where check.component == process.component.rawValue {
            let outcome = decide(check, settings, bounds.releases).doubted(by: settings, wholeness)
            record.findings.append(
                Finding(
                    check: check.id, severity: outcome.severity ?? check.severity, verdict: outcome.verdict,
                    observed: settings.observed(check, bounds.releases), expected: check.expected, note: outcome.note))
        }
        return record
    }

    /// The check's answer for a process that may be any of `releases`: the one on which they all agree.
    private func decide(_ check: Check, _ settings: borrowing Settings, _ releases: ReleaseRange) -> Outcome {
        if case .file(_, let path) = settings.process.settings {
            return Outcome(verdict: .unknown(.configuredInFile), note: path)
        }
        var merged: Outcome?
        var eras: [(from: Release, verdict: Verdict)] = []
        for release in check.samples(of: releases) {
            let outcome = check.decide(settings, at: release, isExplicit: isExplicit)
            if eras.last?.verdict != outcome.verdict { eras.append((release, outcome.verdict)) }
            merged = merged.map { $0.agreed(with: outcome) } ?? outcome
        }
        guard var result = merged else { return Outcome(verdict: .unknown(.versionNeeded)) }
        if result.verdict == .unknown(.versionNeeded) {
            let parts = eras.map { "\($0.verdict.word) from \($0.from)" }
            result.note = "the version decides: \(parts.joined(separator: ", "))"
        }
        if result.verdict == .unknown(.configuredInFile), result.note == nil {
            result.note = settings.elsewhereNote(check)
        }
        return result
    }
}

/// A verdict on the way to a finding.
struct Outcome: Equatable {
    var verdict: Verdict
    var severity: Severity?
    var note: String?

    /// What holds if either may be the case. Passing in one release and not applying in another is a pass:
    /// no release makes it unsafe.
    func agreed(with other: Outcome) -> Outcome {
        if verdict == other.verdict {
            return Outcome(
                verdict: verdict,
                severity: [severity, other.severity].contains(nil) ? nil : max(severity, other.severity),
                note: note == other.note ? note : nil)
        }
        switch (verdict, other.verdict) {
        case (.pass, .notApplicable): return self
        case (.notApplicable, .pass): return other
        case (.notApplicable, .notApplicable): return Outcome(verdict: verdict)
        case (.unknown(.versionNeeded), .unknown): return self
        case (.unknown, .unknown): return Outcome(verdict: verdict)
        default: return Outcome(verdict: .unknown(.versionNeeded))
        }
    }

    /// Takes back a pass that rests on something not seen. What was seen to fail stays.
    func doubted(by settings: borrowing Settings, _ wholeness: Wholeness) -> Outcome {
        guard verdict == .pass else { return self }
        if settings.process.isCut { return Outcome(verdict: .unknown(.truncated), note: note) }
        if case .cut(let sign) = wholeness { return Outcome(verdict: .unknown(.incomplete), note: sign.rawValue) }
        if let error = settings.parsed.error { return Outcome(verdict: .unknown(.unparsable), note: error) }
        if let ambiguity = settings.parsed.ambiguity { return Outcome(verdict: .unknown(.ambiguous), note: ambiguity) }
        return self
    }
}

extension Check {
    /// One release of each stretch over which the answer is the same.
    func samples(of range: ReleaseRange) -> [Release] {
        [range.lower] + eras.filter { $0 > range.lower && $0 <= range.upper }
    }

    /// The decision table's answer at one release.
    func decide(_ settings: borrowing Settings, at release: Release, isExplicit: Bool) -> Outcome {
        let outcome = decide(settings, at: release, from: 0)
        guard isExplicit, outcome.verdict == .pass, let explicit else { return outcome }
        switch explicit.holds(settings, at: release) {
        case .yes: return outcome
        case .no: return Outcome(verdict: .fail, note: "safe in effect, but the list wants it on the line")
        case .open(let reason): return Outcome(verdict: .unknown(reason))
        }
    }

    private func decide(_ settings: borrowing Settings, at release: Release, from start: Int) -> Outcome {
        for position in start..<rules.count {
            let rule = rules[position]
            switch rule.when.holds(settings, at: release) {
            case .yes: return rule.outcome(settings)
            case .no: continue
            case .open(let reason):
                // The rule may or may not apply: only where both ways end alike is there an answer.
                let applied = rule.outcome(settings)
                let skipped = decide(settings, at: release, from: position + 1)
                if applied.verdict == skipped.verdict { return applied.agreed(with: skipped) }
                return Outcome(verdict: .unknown(reason))
            }
        }
        switch expect.holds(settings, at: release) {
        case .yes: return Outcome(verdict: .pass)
        case .no: return Outcome(verdict: .fail)
        case .open(let reason): return Outcome(verdict: .unknown(reason))
        }
    }
}

extension Rule {
    fileprivate func outcome(_ settings: borrowing Settings) -> Outcome {
        let path = file.flatMap { settings.lastOccurrence($0)?.value }
        let text = [path, note].compactMap { $0 }.joined(separator: ": ")
        return Outcome(verdict: verdict, severity: severity, note: text.isEmpty ? nil : text)
    }
}

/// Severities compare with nil as the check's own, which is at least as high as any override.
private func max(_ a: Severity?, _ b: Severity?) -> Severity? {
    guard let a, let b else { return nil }
    return Swift.max(a, b)
}
