/// Two checks of one component, tried on the same lines.
struct TrialPair {
    private let first: CheckTrial
    private let second: CheckTrial
    private let values: TrialValues

    /// Nil where the two ask about different things, so that neither can be in the other's way.
    init?(_ first: CheckTrial, _ second: CheckTrial, values: TrialValues) {
        let facts = values.facts
        let related = first.subjects.contains { subject in
            if second.subjects.contains(subject) { return true }
            let flags = facts.flags(of: subject)
            return second.subjects.contains { other in
                let others = facts.flags(of: other)
                return facts.exclusive.contains { pair in
                    (flags.contains(pair.first) && others.contains(pair.second))
                        || (flags.contains(pair.second) && others.contains(pair.first))
                }
            }
        }
        guard related else { return nil }
        self.first = first
        self.second = second
        self.values = values
    }

    /// The first release in which each check can be passed, but not both on one line; nil where there is none.
    var conflict: Release? {
        for release in Set(first.eras + second.eras).sorted() {
            guard let left = first.passing[first.era(of: release)], let right = second.passing[second.era(of: release)]
            else { continue }
            if !isPassed(left, right, at: release) { return release }
        }
        return nil
    }

    private func isPassed(_ left: [[Int]], _ right: [[Int]], at release: Release) -> Bool {
        let subjects = first.subjects + second.subjects.filter { !first.subjects.contains($0) }
        // The position of each of the second's subjects in the first, and in both.
        let shared = second.subjects.map { first.subjects.firstIndex(of: $0) }
        let added = shared.indices.filter { shared[$0] == nil }
        var attempts = 0
        for choice in left {
            for other in right {
                guard shared.indices.allSatisfy({ index in shared[index].map { choice[$0] == other[index] } ?? true })
                else { continue }
                let line = CheckTrial.line(subjects, choice + added.map { other[$0] }, values)
                if line.releases?.contains(release) == true, passes(line, release) { return true }
                attempts += 1
                // So many lines fit each check that one of those left is taken to fit both.
                if attempts > 2_000 { return true }
            }
        }
        return false
    }

    private func passes(_ line: TrialLine, _ release: Release) -> Bool {
        [first.check, second.check].allSatisfy {
            $0.decide(line.settings, at: release, isExplicit: false).verdict == .pass
        }
    }
}

extension ComponentFacts {
    /// The flags that a trial line has for the subject.
    fileprivate func flags(of subject: Subject) -> [Int] {
        switch subject {
        case .flag(let flag): [flag]
        case .plugin: admission.map { [$0.legacy, $0.enable, $0.disable] } ?? []
        case .gate: featureGates.map { [$0] } ?? []
        case .neighbour: []
        }
    }
}
