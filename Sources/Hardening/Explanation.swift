package import ProcessTable

/// Why a check says what it says of one process, from the process to the tokens of its line to the rule that decided.
/// Every answer in it comes from the functions that judge; nothing is judged here a second time.
package struct Explanation: Sendable {
    package let check: Check
    package let process: ControlPlaneProcess
    package let wholeness: Wholeness
    package let isHidden: Bool
    package let version: VersionTrace
    /// What makes the line doubtful: it can be split in two ways, or its component could not have started with it.
    package let doubtsOfLine: [String]
    /// The flags that the check or its conditions look at.
    package let flags: [FlagTrace]
    /// The flags of other processes that it is compared with.
    package let neighbours: [NeighbourTrace]
    /// What the facts say of the plugins and feature gates that its conditions look at.
    package let facts: [String]
    /// Where settings of these flags stand, or may stand, besides the line.
    package let places: [PlaceTrace]
    /// In the order of releases; none where the line is not where the settings stand.
    package let eras: [EraTrace]
    /// What the eras give together, before doubt.
    package let merged: Verdict
    /// As the judge gives it.
    package let finding: Finding

    /// Whether a pass was taken back because of something not seen.
    package var isDoubted: Bool { merged != finding.verdict }
}

/// How the release was narrowed down.
package struct VersionTrace: Sendable {
    /// A part of the line and the releases that accept it.
    package struct Proof: Sendable, Equatable {
        package let witness: String
        package let releases: ReleaseRange
    }

    package let claimed: Release?
    /// The releases that the facts know.
    package let known: ReleaseRange
    /// Each narrows what the ones before it leave, or contradicts them.
    package let proofs: [Proof]
    package let bounds: VersionBounds
}

package struct NeighbourTrace: Sendable {
    package let component: Component
    package let pid: Int
    package let flag: FlagTrace
}

package struct PlaceTrace: Sendable {
    /// The file's path as the line names it.
    package let path: String?
    package let note: String?
    /// Also what stands on the line counts for nothing.
    package let overridesLine: Bool
    /// By which it was told that the place holds settings.
    package let when: ConditionTrace
}

extension Judge {
    /// - Parameters:
    ///   - position: the process's, in the evidence.
    ///   - claimed: as for `judge`.
    /// - Returns: nil where the policy has no such check, or the check speaks of another component.
    package func explain(
        _ id: String, process position: Int, in evidence: HostEvidence, claimed: Release?
    ) -> Explanation? {
        let process = evidence.processes[position]
        guard let check = policy.checks.first(where: { $0.id == id }), check.component == process.component.rawValue,
            let facts = facts[process.component]
        else { return nil }
        let settings = Settings(process, facts: facts, beside: beside(evidence))
        let bounds = settings.bounds(claimed: claimed)
        let isOnLine = if case .file = process.settings { false } else { true }
        let flags = isOnLine ? facts.flags(of: check) : []
        let places = settings.elsewhere.filter { place in
            flags.contains { place.holds($0, isOnLine: settings.isOnLine($0)) }
        }
        let shared = SharedCheck(check, facts: facts)
        return Explanation(
            check: check, process: process, wholeness: evidence.wholeness, isHidden: evidence.isHidden,
            version: VersionTrace(
                claimed: claimed, known: facts.releases, proofs: isOnLine ? settings.proofs(claimed: claimed) : [],
                bounds: bounds),
            doubtsOfLine: [settings.parsed.ambiguity, settings.parsed.error].compactMap(\.self),
            flags: flags.map { FlagTrace($0, of: settings, bounds.releases) },
            neighbours: isOnLine ? settings.neighbourTraces(check, bounds.releases) : [],
            facts: isOnLine ? facts.notes(on: check) : [],
            places: places.map { place in
                PlaceTrace(
                    path: place.file.flatMap { settings.lastOccurrence($0)?.value }, note: place.note,
                    overridesLine: place.reach == .all,
                    when: ConditionTrace(place.when, settings.besidesItsFiles, at: facts.releases.upper))
            },
            eras: isOnLine ? settings.eras(of: check, bounds.releases, isExplicit: isExplicit) : [],
            merged: decide(shared, settings, bounds.releases).verdict,
            finding: finding(shared, settings, bounds.releases, evidence.trustedWholeness))
    }
}

extension Settings {
    fileprivate func proofs(claimed: Release?) -> [VersionTrace.Proof] {
        var proofs: [VersionTrace.Proof] = []
        _ = provenReleases(byAbsence: claimed == nil) { witness, releases in
            proofs.append(VersionTrace.Proof(witness: witness, releases: releases))
        }
        return proofs
    }

    fileprivate func neighbourTraces(_ check: Check, _ releases: ReleaseRange) -> [NeighbourTrace] {
        check.comparisons.flatMap { component, flag in
            neighbours.filter { $0.process.component == component }.map { other in
                NeighbourTrace(
                    component: component, pid: other.process.pid, flag: FlagTrace(flag, of: other, releases))
            }
        }
    }

    /// The places of settings are told by the line alone.
    fileprivate var besidesItsFiles: Settings { Settings(process, facts: facts, looksElsewhere: false) }
}
