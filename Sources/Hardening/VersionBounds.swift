import ProcessTable

/// What is known of a running component's release.
package struct VersionBounds: Sendable, Equatable {
    /// The releases it may be.
    package var releases: ReleaseRange
    package var conflict: VersionConflict?
}

/// What on a line cannot be true together, in words for the report.
package enum VersionConflict: Sendable, Equatable {
    /// A running server does not accept these in the release that was stated.
    case disproved(stated: Release, proofs: [String])
    /// No release accepts these on one line.
    case contradictory(proofs: [String])
}

extension Settings {
    /// The releases the process may be: the inventory's version, where the line does not disprove it, else what the
    /// line itself proves. A running server accepted its flags, so a flag outside its lifetime is proof.
    ///
    /// - Parameter claimed: the version that the inventory or the user states.
    func bounds(claimed: Release?) -> VersionBounds {
        if case .file = process.settings {
            // The line is not the server's own, so neither its flags nor their absence prove anything.
            let releases = claimed.map { ReleaseRange(clamped($0), clamped($0)) } ?? facts.releases
            return VersionBounds(releases: releases, conflict: nil)
        }
        let proven = provenReleases(byAbsence: claimed == nil)
        if !proven.contradiction.isEmpty {
            // A fork, a wrapper or a misread line: the line proves nothing then.
            let releases = claimed.map { ReleaseRange(clamped($0), clamped($0)) } ?? facts.releases
            return VersionBounds(releases: releases, conflict: .contradictory(proofs: proven.contradiction))
        }
        guard let claimed else { return VersionBounds(releases: proven.releases, conflict: nil) }
        let release = clamped(claimed)
        if proven.releases.contains(release) {
            return VersionBounds(releases: ReleaseRange(release, release), conflict: nil)
        }
        var proofs: [String] = []
        forEachProof(byAbsence: false) { witness, range in
            let proof = witness.text(range, against: release)
            if !range.contains(release), !proofs.contains(proof) { proofs.append(proof) }
        }
        return VersionBounds(releases: proven.releases, conflict: .disproved(stated: claimed, proofs: proofs))
    }

    /// A release newer than the facts is judged by the newest they know.
    private func clamped(_ release: Release) -> Release {
        min(max(release, facts.releases.lower), facts.releases.upper)
    }

    /// The releases that every proof on the line leaves.
    ///
    /// - Parameters:
    ///   - byAbsence: whether a missing flag counts; it never disproves what a person states.
    ///   - onProof: called for whatever narrows the releases or contradicts what did, with the releases that allow it.
    func provenReleases(
        byAbsence: Bool, onProof: (_ witness: String, _ releases: ReleaseRange) -> Void = { _, _ in }
    ) -> ProvenReleases {
        var proven = ProvenReleases(releases: facts.releases)
        // What drew the lower and the upper end so far.
        var ends: (lower: (Witness, ReleaseRange)?, upper: (Witness, ReleaseRange)?)
        forEachProof(byAbsence: byAbsence) { witness, range in
            guard proven.contradiction.isEmpty else { return }
            guard let narrower = proven.releases.intersection(range) else {
                onProof(witness.words, range)
                let pair = [range.upper < proven.releases.lower ? ends.lower : ends.upper, (witness, range)]
                proven.witness = pair.compactMap { $0?.0.words }.joined(separator: " with ")
                proven.contradiction = pair.compactMap { $0 }.map { $0.text($1) }
                return
            }
            if narrower != proven.releases {
                onProof(witness.words, range)
                proven.witness = witness.words
            }
            if narrower.lower > proven.releases.lower { ends.lower = (witness, range) }
            if narrower.upper < proven.releases.upper { ends.upper = (witness, range) }
            proven.releases = narrower
        }
        if proven.contradiction.isEmpty, let pair = exclusiveFlags() {
            proven.witness = "--\(pair.first) with --\(pair.second)"
            proven.contradiction = [proven.witness]
        }
        return proven
    }

    /// Everything on the line that not every release accepts, with the releases that do.
    ///
    /// - Parameter byAbsence: whether a missing flag counts; it never disproves what a person states.
    private func forEachProof(byAbsence: Bool, _ body: (Witness, ReleaseRange) -> Void) {
        for position in parsed.occurrences.indices {
            guard let flag = flag(ofOccurrence: position), facts.flags[flag].isBounded else { continue }
            let name = parsed.occurrences[position].name
            if let lifetime = facts.flags[flag].lifetime(of: name) {
                body(Witness(words: "--\(name)", isFlagItself: true), lifetime)
            }
        }
        for proof in facts.proofs where byAbsence || !proof.sign.isAbsence {
            if let words = proof.sign.witness(in: self) { body(Witness(words: words), proof.releases) }
        }
    }
}

/// What a line proves of its server's release.
struct ProvenReleases {
    /// Without meaning where there is a contradiction.
    var releases: ReleaseRange
    /// What drew the last limit, or the two that contradict each other; empty where nothing did.
    var witness = ""
    /// What no release accepts together, each with its time: two proofs, or two flags that exclude each other.
    var contradiction: [String] = []
}

/// What stands on a line, or is missing from it, and proves something of the release.
private struct Witness {
    var words: String
    /// The flag alone, whatever its value, is the proof.
    var isFlagItself = false

    /// With the end of its time that leaves `release` out.
    func text(_ range: ReleaseRange, against release: Release) -> String {
        if range.upper < release {
            let next = Release(minor: range.upper.minor + 1)
            return "\(words) (\(isFlagItself ? "removed in" : "not possible from") \(next)\(isFlagItself ? "" : " on"))"
        }
        return "\(words) (\(isFlagItself ? "added in" : "not possible before") \(range.lower))"
    }

    /// With its whole time.
    func text(_ range: ReleaseRange) -> String {
        if range.upper.minor == 999 { return text(range, against: Release(minor: 0)) }
        if range.lower.minor == 0 { return text(range, against: Release(minor: 999)) }
        return "\(words) (\(range))"
    }
}

extension FlagFact {
    fileprivate var isBounded: Bool { since != nil || until != nil || !oldNames.isEmpty }

    /// The releases that accept the flag under this name; nil where every known one does.
    fileprivate func lifetime(of name: String) -> ReleaseRange? {
        if let range = oldNames[name] { return range }
        if since == nil, until == nil { return nil }
        return ReleaseRange(since ?? Release(minor: 0), until ?? Release(minor: 999))
    }
}

extension VersionProof.Sign {
    fileprivate var isAbsence: Bool {
        if case .flagAbsent = self { true } else { false }
    }

    /// The words for what stands on the line, or nil where the sign is not there.
    fileprivate func witness(in settings: borrowing Settings) -> String? {
        switch self {
        case .flagValue(let flag, let text, let equal):
            guard let occurrence = settings.lastOccurrence(flag) else { return nil }
            let fact = settings.facts.flags[flag]
            guard let value = fact.number(occurrence.value), let wanted = fact.number(text), (value == wanted) == equal
            else { return nil }
            return "--\(occurrence.name)=\(occurrence.value)"
        case .pluginNamed(let name):
            guard let admission = settings.facts.admission else { return nil }
            for flag in [admission.enable, admission.disable, admission.legacy] {
                for occurrence in settings.occurrences(flag)
                where FlagValue.stringSlice(occurrence.value)?.contains(name) == true {
                    return "--\(occurrence.name) with \(name)"
                }
            }
            return nil
        case .gateNamed(let name, let value):
            guard let flag = settings.facts.featureGates else { return nil }
            for occurrence in settings.occurrences(flag) {
                for pair in FlagValue.gates(occurrence.value) ?? [] where pair.name == name {
                    if value == nil || value == pair.isEnabled { return "--feature-gates with \(name)" }
                }
            }
            return nil
        case .gateOfComponent:
            guard let flag = settings.facts.featureGates else { return nil }
            let isThere = settings.occurrences(flag).contains { occurrence in
                (FlagValue.gates(occurrence.value) ?? []).contains { $0.component != nil }
            }
            return isThere ? "--feature-gates with a component's name" : nil
        case .flagAbsent(let flag, let unless):
            if settings.presence(flag) != .no { return nil }
            if let unless, settings.presence(unless) != .no { return nil }
            return "the absence of --\(settings.facts.flags[flag].name)"
        }
    }
}
