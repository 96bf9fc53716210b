import HostInventory
import StrictYAML

extension WaiverList {
    /// What is wrong with files of waivers: all that keeps them from being read, else what `lint` says of them.
    package static func lint(
        _ files: [(name: String, text: String)], at moment: String, checks: [String], places: [WaiverPlace]?
    ) -> [LintFinding] {
        do throws(YAMLError) {
            return try parse(files).lint(at: moment, checks: checks, places: places)
        } catch {
            return error.problems.map { LintFinding($0) }
        }
    }

    /// What is wrong with waivers that can be read: checks that nobody has, what has expired or soon will, selectors
    /// that select nothing, and waivers that others make needless.
    ///
    /// - Parameters:
    ///   - moment: RFC 3339.
    ///   - checks: ids of the checks that there are, besides integrity checks.
    ///   - places: the inventory's hosts; nil where there is none to hold the selectors against.
    package func lint(at moment: String, checks: [String], places: [WaiverPlace]?) -> [LintFinding] {
        var tally = WaiverTally(self, at: moment, asked: nil)
        for place in places ?? [] { tally.add(place) }
        let known = checks + IntegrityCheck.all.map(\.id)
        let ids = Set(known)
        var findings: [LintFinding] = []
        for (position, use) in tally.uses.enumerated() {
            let (waiver, place) = (use.waiver, self.places[position])
            func find(_ weight: LintFinding.Weight, _ message: String, _ text: String, hint: String? = nil) {
                findings.append(LintFinding(weight, place, message, text: text, hint: hint))
            }
            if !ids.contains(waiver.check) {
                find(
                    .error, "no such check", waiver.check,
                    hint: nearestKey(to: waiver.check, among: known).map { "did you mean \"\($0)\"?" })
            }
            if use.isExpired {
                find(.error, "waiver expired on \(waiver.expires)", waiver.id)
            } else if use.daysLeft < WaiverUse.soonDays {
                find(.warning, "waiver expires on \(waiver.expires)", waiver.id)
            }
            if let places {
                findUnmatched(waiver, places) { find(.error, $0, $1) }
            }
            if let first = waivers[..<position].first(where: { $0.makesNeedless(waiver) }) {
                find(.warning, "waiver \(first.id) covers all that this one covers, and as long", waiver.id)
            }
        }
        return findings
    }

    private func findUnmatched(_ waiver: Waiver, _ places: [WaiverPlace], _ find: (String, String) -> Void) {
        let names = Set(places.map(\.cluster))
        var isComplete = true
        for glob in waiver.scope.clusters where !names.contains(where: glob.matches) {
            find("no cluster of the inventory is of this name", glob.pattern)
            isComplete = false
        }
        for glob in waiver.scope.hosts {
            let one = WaiverScope(hosts: [glob])
            if places.contains(where: one.covers) { continue }
            find("no host of the inventory is of this name", glob.pattern)
            isComplete = false
        }
        for (name, value) in waiver.scope.labels.sorted(by: { $0.key < $1.key })
        where !places.contains(where: { $0.labels[name] == value }) {
            find("no cluster of the inventory has this label", "\(name): \(value)")
            isComplete = false
        }
        if isComplete, !places.contains(where: waiver.scope.covers) {
            find("no host of the inventory meets all selectors", waiver.id)
        }
    }
}

extension Waiver {
    /// Whether every failure that `other` covers at any moment is covered by this one, too. False where that cannot be
    /// told from the patterns.
    fileprivate func makesNeedless(_ other: Waiver) -> Bool {
        check == other.check && (value == nil || value == other.value) && end >= other.end
            && scope.labels.allSatisfy { other.scope.labels[$0.key] == $0.value }
            && Self.includes(scope.clusters, other.scope.clusters) && Self.includes(scope.hosts, other.scope.hosts)
    }

    private static func includes(_ wide: [Glob], _ narrow: [Glob]) -> Bool {
        if wide.isEmpty { return true }
        if narrow.isEmpty { return wide.contains { $0.pattern == "*" } }
        return narrow.allSatisfy { glob in
            wide.contains { $0 == glob || $0.pattern == "*" || (glob.isPlain && $0.matches(glob.pattern)) }
        }
    }
}
