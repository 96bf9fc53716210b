import ProcessTable

/// What is known of a running component's release.
package struct VersionBounds: Sendable, Equatable {
    /// The releases it may be.
    package var releases: ReleaseRange
    /// Set where the inventory's version or the line contradict each other; plain words for the report.
    package var conflict: String?
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
        let (proven, witness, isContradictory) = provenReleases(byAbsence: claimed == nil)
        if isContradictory {
            // A fork, a wrapper or a misread line: the line proves nothing then.
            let releases = claimed.map { ReleaseRange(clamped($0), clamped($0)) } ?? facts.releases
            return VersionBounds(releases: releases, conflict: "\(witness) cannot stand on one line in any release")
        }
        guard let claimed else { return VersionBounds(releases: proven, conflict: nil) }
        let release = clamped(claimed)
        if proven.contains(release) { return VersionBounds(releases: ReleaseRange(release, release), conflict: nil) }
        return VersionBounds(
            releases: proven,
            conflict: "the stated version \(claimed) cannot be: \(witness) proves \(proven)")
    }

    /// A release newer than the facts is judged by the newest they know.
    private func clamped(_ release: Release) -> Release {
        min(max(release, facts.releases.lower), facts.releases.upper)
    }

    /// - Parameters:
    ///   - byAbsence: whether a missing flag counts; it never disproves what a person states.
    ///   - onProof: called for whatever narrows the releases or contradicts what did, with the releases that allow it.
    func provenReleases(
        byAbsence: Bool, onProof: (_ witness: String, _ releases: ReleaseRange) -> Void = { _, _ in }
    ) -> (proven: ReleaseRange, witness: String, isContradictory: Bool) {
        var proven = facts.releases
        var witness = ""
        var isContradictory = false
        func narrow(to range: ReleaseRange, by name: String) {
            guard let narrower = proven.intersection(range) else {
                onProof(name, range)
                witness = witness.isEmpty ? name : "\(witness) with \(name)"
                isContradictory = true
                return
            }
            if narrower != proven {
                witness = name
                onProof(name, range)
            }
            proven = narrower
        }
        for position in parsed.occurrences.indices {
            guard let flag = flag(ofOccurrence: position), facts.flags[flag].isBounded else { continue }
            let name = parsed.occurrences[position].name
            if let lifetime = facts.flags[flag].lifetime(of: name) { narrow(to: lifetime, by: "--\(name)") }
            if isContradictory { return (proven, witness, true) }
        }
        for proof in facts.proofs where byAbsence || !proof.sign.isAbsence {
            if let name = proof.sign.witness(in: self) { narrow(to: proof.releases, by: name) }
            if isContradictory { return (proven, witness, true) }
        }
        return (proven, witness, false)
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
