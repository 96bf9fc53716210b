/// How a check was decided for a stretch of releases.
package struct EraTrace: Sendable {
    package internal(set) var releases: ReleaseRange
    /// In the order in which they were asked; what was not asked is not among them.
    package let steps: [StepTrace]
    package let verdict: Verdict
    package let severity: Severity
    package let note: String?
}

/// One question of a check's decision table, and what followed from the answer.
package struct StepTrace: Sendable, Equatable {
    package enum Question: Sendable, Equatable {
        /// By its number, from 1.
        case rule(Int)
        case expect
        /// What --explicit asks for on top.
        case explicit
    }

    package enum Effect: Sendable, Equatable {
        case skipped
        case decides(Verdict)
        /// It may apply or not: the two ways end alike, or the answer is open.
        case open(applied: Verdict, otherwise: Verdict)
    }

    package let question: Question
    package let condition: ConditionTrace
    package let effect: Effect
    package let note: String?
}

/// A condition, what it comes to, and the same for its parts.
package struct ConditionTrace: Sendable, Equatable {
    package let words: String
    package let truth: Truth
    /// The value that was looked at, in words; nil for a condition made of others.
    package let seen: String?
    package let parts: [ConditionTrace]
}

extension Settings {
    /// The check's decisions over `releases`, those that are the same in every respect as one.
    func eras(of check: Check, _ releases: ReleaseRange, isExplicit: Bool) -> [EraTrace] {
        var eras: [EraTrace] = []
        for stretch in releases.stretches(startingAt: check.eras) {
            let outcome = check.decide(self, at: stretch.lower, isExplicit: isExplicit)
            let steps = steps(of: check, at: stretch.lower, isExplicit: isExplicit)
            if let last = eras.last, last.steps == steps, last.verdict == outcome.verdict,
                last.severity == outcome.severity
            {
                eras[eras.count - 1].releases.upper = stretch.upper
            } else {
                eras.append(
                    EraTrace(
                        releases: stretch, steps: steps, verdict: outcome.verdict, severity: outcome.severity,
                        note: outcome.note))
            }
        }
        return eras
    }

    private func steps(of check: Check, at release: Release, isExplicit: Bool) -> [StepTrace] {
        var steps: [StepTrace] = []
        func ask(_ question: StepTrace.Question, _ condition: Condition, _ effect: StepTrace.Effect, _ note: String?) {
            steps.append(
                StepTrace(
                    question: question, condition: ConditionTrace(condition, self, at: release), effect: effect,
                    note: note))
        }
        var isDecided = false
        for (position, rule) in check.rules.enumerated() where !isDecided {
            let effect: StepTrace.Effect
            switch rule.when.holds(self, at: release) {
            case .yes:
                effect = .decides(rule.verdict)
                isDecided = true
            case .no: effect = .skipped
            case .open:
                let skipped = check.decide(self, at: release, from: position + 1)
                effect = .open(applied: rule.verdict, otherwise: skipped.verdict)
            }
            ask(.rule(position + 1), rule.when, effect, effect == .skipped ? nil : rule.note)
        }
        let plain = check.decide(self, at: release, from: 0)
        if !isDecided {
            ask(.expect, check.expect, .decides(check.decide(self, at: release, from: check.rules.count).verdict), nil)
        }
        if isExplicit, plain.verdict == .pass, let explicit = check.explicit {
            let verdict = check.decide(self, at: release, isExplicit: true).verdict
            ask(.explicit, explicit, .decides(verdict), nil)
        }
        return steps
    }
}

extension ConditionTrace {
    init(_ condition: Condition, _ settings: borrowing Settings, at release: Release) {
        var parts: [ConditionTrace] = []
        switch condition {
        case .all(let conditions), .any(let conditions):
            for part in conditions { parts.append(ConditionTrace(part, settings, at: release)) }
        case .not(let part): parts = [ConditionTrace(part, settings, at: release)]
        default: break
        }
        self.parts = parts
        words = condition.heading(settings)
        truth = condition.holds(settings, at: release)
        seen = condition.seen(settings, at: release)
    }
}
