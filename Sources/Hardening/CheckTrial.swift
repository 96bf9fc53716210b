import ProcessTable

/// What becomes of a check on lines that say everything its conditions can tell apart.
struct CheckTrial {
    /// A rule by its position; the expectation stands behind the last.
    typealias Step = Int

    let check: Check
    /// Ascending; from each on, until the next, every line is judged alike.
    let eras: [Release]
    /// The steps at which some line's answer is found, by era.
    private(set) var deciding: [Release: Set<Step>] = [:]
    /// The rules whose condition holds on some line in some release that accepts the line.
    private(set) var holding: Set<Step> = []
    /// Why the lines on which a rule's condition holds cannot run, where none can.
    private(set) var limits: [Step: String] = [:]
    private(set) var verdicts: Set<Verdict> = []
    /// The choices on which the check passes, by era.
    private(set) var passing: [Release: [[Int]]] = [:]
    /// Whether a line that passes fulfils what `--explicit` asks on top.
    private(set) var passesExplicitly = false
    /// Every combination was tried. Where there are too many none is, and nothing is known of the check.
    private(set) var isWhole = true
    let subjects: [Subject]

    private static let lineLimit = 6_000

    init(_ check: Check, values: TrialValues) {
        self.check = check
        let conditions = check.rules.map(\.when) + [check.expect] + (check.explicit.map { [$0] } ?? [])
        subjects = SubjectMentions(conditions).subjects
        eras = values.facts.eras(of: check, subjects)
        let counts = subjects.map { values.alternatives[$0]?.count ?? 1 }
        let number = counts.reduce(1) { product, count in min(product * count, Self.lineLimit + 1) }
        guard number <= Self.lineLimit else {
            isWhole = false
            return
        }
        var choice = [Int](repeating: 0, count: subjects.count)
        for _ in 0..<number {
            attempt(choice, values)
            choice.advance(counts)
        }
    }

    /// The steps that decide lines at the release; all of them where none was tried.
    func deciding(at release: Release) -> Set<Step> {
        isWhole ? deciding[era(of: release)] ?? [] : Set(0...check.rules.count)
    }

    func era(of release: Release) -> Release { eras.last { $0 <= release } ?? eras[0] }

    /// The line of a choice.
    static func line(_ subjects: [Subject], _ choice: [Int], _ values: TrialValues) -> TrialLine {
        TrialLine(
            zip(subjects, choice).map { subject, position in
                (subject, values.alternatives[subject].map { $0[position] } ?? [])
            }, values: values)
    }

    private mutating func attempt(_ choice: [Int], _ values: TrialValues) {
        let line = Self.line(subjects, choice, values)
        for era in eras {
            let isPossible = line.releases?.contains(era) ?? false
            for step in check.rules.indices where !holding.contains(step) {
                guard check.rules[step].when.holds(line.settings, at: era) == .yes else { continue }
                if isPossible { holding.insert(step) } else { limits[step] = limits[step] ?? line.limit }
            }
            if isPossible { decide(line, era, choice) }
        }
    }

    private mutating func decide(_ line: TrialLine, _ era: Release, _ choice: [Int]) {
        // A rule whose condition is open decides nothing that could be meant, so that the line goes on to the next.
        for step in check.rules.indices where check.rules[step].when.holds(line.settings, at: era) == .yes {
            deciding[era, default: []].insert(step)
            verdicts.insert(check.rules[step].verdict)
            if check.rules[step].verdict == .pass { note(line, era, choice) }
            return
        }
        deciding[era, default: []].insert(check.rules.count)
        switch check.expect.holds(line.settings, at: era) {
        case .yes:
            verdicts.insert(.pass)
            note(line, era, choice)
        case .no: verdicts.insert(.fail)
        case .open: break
        }
    }

    private mutating func note(_ line: TrialLine, _ era: Release, _ choice: [Int]) {
        if let explicit = check.explicit, !passesExplicitly {
            passesExplicitly = explicit.holds(line.settings, at: era) == .yes
        }
        passing[era, default: []].append(choice)
    }
}

extension [Int] {
    /// The next of all combinations, the first position turning fastest.
    fileprivate mutating func advance(_ counts: [Int]) {
        for index in indices {
            self[index] += 1
            if self[index] < counts[index] { return }
            self[index] = 0
        }
    }
}

extension ComponentFacts {
    /// The releases from which on the check may answer otherwise for some line, the oldest known one first.
    fileprivate func eras(of check: Check, _ subjects: [Subject]) -> [Release] {
        var starts: Set<Release> = [releases.lower]
        starts.formUnion(check.eras)
        for subject in subjects {
            switch subject {
            case .flag(let flag):
                starts.insert(flags[flag].lifetime.lower)
                starts.insert(Release(minor: flags[flag].lifetime.upper.minor + 1))
            case .plugin(let name):
                if let until = plugins[name]?.until { starts.insert(Release(minor: until.minor + 1)) }
                if let since = plugins[name]?.since { starts.insert(since) }
            case .gate(let name):
                guard let gate = gates[name] else { break }
                starts.formUnion([gate.alpha, gate.beta, gate.stable, gate.locked, gate.removed].compactMap(\.self))
            case .neighbour: break
            }
        }
        for proof in proofs {
            starts.insert(proof.releases.lower)
            starts.insert(Release(minor: proof.releases.upper.minor + 1))
        }
        return starts.filter(releases.contains).sorted()
    }
}
