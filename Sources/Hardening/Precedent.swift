import ProcessTable
import Synchronization

/// A process that was judged before, for the next one of its component: masters of a fleet have nearly the same lines,
/// and a check that looks at none of the flags in which two differ ends alike for both.
struct Precedent: Sendable {
    private let settings: Settings
    private let releases: ReleaseRange
    private let wholeness: Wholeness
    private let findings: [Finding]

    /// Nil for a process that no other is compared with: what its line leaves open may differ in ways that no flag
    /// shows.
    init?(_ settings: Settings, _ releases: ReleaseRange, _ wholeness: Wholeness, findings: [Finding]) {
        guard settings.isPlain else { return nil }
        self.settings = settings
        self.releases = releases
        self.wholeness = wholeness
        self.findings = findings
    }

    /// Nil where something differs that every check may depend on.
    func comparison(
        with other: borrowing Settings, _ releases: ReleaseRange, _ wholeness: Wholeness
    ) -> Comparison? {
        guard other.isPlain, releases == self.releases, wholeness == self.wholeness,
            other.elsewhere.map(\.position) == settings.elsewhere.map(\.position)
        else { return nil }
        let differing = settings.flagsDiffering(from: other)
        // Notes name the file in which settings stand.
        for place in settings.elsewhere {
            if let file = place.file, differing.contains(file) { return nil }
        }
        return Comparison(findings: findings, differing: differing)
    }

    struct Comparison {
        fileprivate let findings: [Finding]
        /// Indexes of flags, ascending.
        fileprivate let differing: [Int]

        /// The finding for the check at `position` of its component's; nil where it has to be judged.
        func finding(at position: Int, of check: SharedCheck) -> Finding? {
            guard !check.looksAtNeighbours, !differing.contains(where: check.looks) else { return nil }
            return findings[position]
        }
    }
}

/// The last judged process of each component. One for a run, for all the threads that judge in it: what is found with it
/// is what would be found without.
package final class Precedents: Sendable {
    private let last = Mutex<[Component: Precedent]>([:])

    package init() {}

    subscript(component: Component) -> Precedent? {
        get { last.withLock { $0[component] } }
        set { last.withLock { $0[component] = newValue } }
    }
}

/// A check behind one reference: handing over the value would copy each of its texts and lists, for every process.
final class SharedCheck: Sendable {
    let check: Check
    let looksAtNeighbours: Bool
    /// By flag, whether its occurrences can change the finding.
    private let flags: [Bool]

    init(_ check: Check, facts: ComponentFacts?) {
        self.check = check
        looksAtNeighbours = !check.comparisons.isEmpty
        var flags = Array(repeating: false, count: facts?.flags.count ?? 0)
        for flag in (facts?.flags(of: check) ?? []) + check.rules.compactMap(\.file) { flags[flag] = true }
        self.flags = flags
    }

    func looks(at flag: Int) -> Bool { flags[flag] }
}

extension Settings {
    /// Nothing of the line is in doubt, and the line is the component's own.
    fileprivate var isPlain: Bool {
        if case .file = process.settings { return false }
        return !process.isCut && parsed.error == nil && parsed.ambiguity == nil
    }

    /// The flags that do not stand on both lines with the same names and values, in the same order; ascending.
    fileprivate func flagsDiffering(from other: borrowing Settings) -> [Int] {
        var differing: [Int] = []
        for flag in facts.flags.indices where !hasSameOccurrences(of: flag, as: other) { differing.append(flag) }
        return differing
    }
}
