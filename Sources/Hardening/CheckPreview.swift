package import ProcessTable

/// How a check is decided, release by release, before any host is asked.
package struct CheckPreview: Sendable {
    /// Releases in which the check is decided alike.
    package struct Era: Sendable, Equatable {
        package var releases: ReleaseRange
        package var flags: [FlagInEra]
        /// What can decide, in the order in which it is asked.
        package var steps: [Step]
        /// What a line without the check's flags gets.
        package var bareLine: Verdict
        package var bareNote: String?
    }

    package struct FlagInEra: Sendable, Equatable {
        package let name: String
        /// False where the release refuses the flag.
        package let exists: Bool
        package let isInert: Bool
        /// Nil where the facts do not have it; empty where nothing is set.
        package let standard: String?
    }

    package struct Step: Sendable, Equatable {
        /// Nil where the version alone decides.
        package let condition: String?
        /// Nil for the expectation, which passes where it holds and fails where it does not.
        package let verdict: Verdict?
        package let severity: Severity?
        package let note: String?
    }

    package let eras: [Era]

    /// - Parameter release: nil for every release that the facts know.
    package init(_ check: Check, facts: [Component: ComponentFacts], at release: Release?) {
        guard let component = Component(rawValue: check.component), let known = facts[component] else {
            eras = []
            return
        }
        let conditions = check.rules.map(\.when) + [check.expect] + (check.explicit.map { [$0] } ?? [])
        let values = TrialValues(conditions, facts: known, neighbours: facts)
        let trial = CheckTrial(check, values: values)
        if let release {
            let judged = min(max(release, known.releases.lower), known.releases.upper)
            eras = [Era(check, trial, values, facts, ReleaseRange(judged, judged))]
            return
        }
        var found: [Era] = []
        for (index, start) in trial.eras.enumerated() {
            let end = index + 1 < trial.eras.count ? trial.eras[index + 1].minor - 1 : known.releases.upper.minor
            var era = Era(check, trial, values, facts, ReleaseRange(start, Release(minor: end)))
            if let last = found.last, last.isLike(era) {
                era.releases.lower = last.releases.lower
                found.removeLast()
            }
            found.append(era)
        }
        eras = found
    }
}

extension CheckPreview.Era {
    fileprivate init(
        _ check: Check, _ trial: CheckTrial, _ values: TrialValues, _ all: [Component: ComponentFacts],
        _ releases: ReleaseRange
    ) {
        let facts = values.facts
        let release = releases.lower
        self.releases = releases
        let flags = trial.subjects.compactMap { subject -> Int? in
            if case .flag(let flag) = subject { flag } else { nil }
        }
        self.flags =
            (check.flags + check.also.filter(flags.contains)
            + flags.filter { !check.flags.contains($0) && !check.also.contains($0) })
            .map { flag in
                let fact = facts.flags[flag]
                return CheckPreview.FlagInEra(
                    name: fact.name, exists: fact.lifetime.contains(release),
                    isInert: fact.inert.map { release >= $0 } ?? false, standard: fact.defaultText(at: release))
            }
        let deciding = trial.deciding(at: release)
        steps = []
        for (index, rule) in check.rules.enumerated() where deciding.contains(index) {
            let when = rule.when.reduced(at: release)
            if when.condition == nil, !when.truth { continue }
            steps.append(
                CheckPreview.Step(
                    condition: when.condition?.words(facts, all), verdict: rule.verdict, severity: rule.severity,
                    note: rule.note))
            if when.condition == nil { break }
        }
        if deciding.contains(check.rules.count), steps.last.map({ $0.condition != nil }) ?? true {
            let expect = check.expect.reduced(at: release)
            steps.append(
                CheckPreview.Step(
                    condition: expect.condition?.words(facts, all),
                    verdict: expect.condition == nil ? (expect.truth ? .pass : .fail) : nil, severity: nil, note: nil))
        }
        let bare = TrialLine([], values: values)
        let outcome = check.decide(bare.settings, at: release, isExplicit: false)
        bareLine = outcome.verdict
        bareNote = outcome.note
    }

    fileprivate func isLike(_ other: Self) -> Bool {
        flags == other.flags && steps == other.steps && bareLine == other.bareLine && bareNote == other.bareNote
    }
}
