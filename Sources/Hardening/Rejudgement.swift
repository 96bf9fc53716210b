import ProcessTable

/// One host's evidence of two sweeps, judged again by either policy and for either stated version: what the answers
/// have in common with what was recorded proves the cause of a change.
struct Rejudgement {
    private let before: HostSighting
    private let after: HostSighting
    /// What a host's evidence changes is then the inventory's doing.
    private let isOtherMachine: Bool
    /// Most hosts show nothing that has to be judged again, and many the same twice.
    private lazy var evidence: (older: HostEvidence?, newer: HostEvidence?) = {
        let older = try? before.host.evidence?.document.evidence()
        if isEvidenceSame { return (older, older) }
        return (older, try? after.host.evidence?.document.evidence())
    }()
    private let isEvidenceSame: Bool
    private var answers: [Parts: [ProcessRecord]?] = [:]

    init(_ before: HostSighting, _ after: HostSighting, isOtherMachine: Bool) {
        self.before = before
        self.after = after
        self.isOtherMachine = isOtherMachine
        isEvidenceSame = before.host.evidence?.document == after.host.evidence?.document
    }

    /// Which parts are taken of the newer side.
    private struct Parts: OptionSet, Hashable {
        let rawValue: Int

        static let processes = Parts(rawValue: 1)
        /// How far the listing shows all there is.
        static let wholeness = Parts(rawValue: 2)
        static let policy = Parts(rawValue: 4)
        static let version = Parts(rawValue: 8)
        static let all: Parts = [.processes, .wholeness, .policy, .version]
    }

    /// The parts in which the sides differ, each with the cause that it is.
    private var differences: [(part: Parts, cause: ChangeCause)] {
        var parts: [(part: Parts, cause: ChangeCause)] = []
        if !isEvidenceSame {
            parts += [(.processes, .host), (.wholeness, .coverage)]
        }
        parts.append((.policy, .policy))
        if before.cluster?.kubernetesVersion != after.cluster?.kubernetesVersion {
            parts.append((.version, .inventory))
        }
        return parts
    }

    /// The cause that the host's own changes have.
    var hostCause: ChangeCause { isOtherMachine ? .inventory : .host }

    /// - Parameters:
    ///   - older: the finding as it was recorded.
    ///   - newer: likewise.
    mutating func attribution(
        of check: String, _ kind: FindingChange.Kind, _ pair: ProcessPair, _ older: Finding?, _ newer: Finding?
    ) -> Attribution {
        let aspect = Aspect(kind)
        let recorded = (older: aspect.of(older), newer: aspect.of(newer))
        guard let start = answer([], check, pair, aspect), let end = answer(.all, check, pair, aspect) else {
            return Attribution(.unproven)
        }
        let isOtherTool = start != recorded.older || end != recorded.newer
        // One program judges both sides alike, or says of the older side what was recorded of the newer one.
        if isOtherTool, start == end || start == recorded.newer { return Attribution(.tool) }
        let differences = differences
        var attribution = Attribution(fewestOf: differences.map(\.cause)) { taken in
            let parts = differences.indices.filter { taken & 1 << $0 != 0 }.map { differences[$0].part }
            return parts.count == differences.count || answer(Parts(parts), check, pair, aspect) == end
        }
        // What stands behind a cut cannot be told from what was there all along.
        if recorded.older.isCutOff || recorded.newer.isCutOff {
            attribution = attribution.replacing(.host, with: .coverage)
        }
        attribution = attribution.replacing(.host, with: hostCause)
        return isOtherTool ? Attribution(attribution.causes + [.tool], .together) : attribution
    }

    /// Nil where evidence or policy cannot be read any more.
    private mutating func answer(
        _ parts: Parts, _ check: String, _ pair: ProcessPair, _ aspect: Aspect
    ) -> Aspect.Value? {
        if answers[parts] == nil { answers[parts] = .some(judged(parts)) }
        guard let processes = answers[parts] ?? nil else { return nil }
        guard let position = (parts.contains(.processes) ? pair.newer : pair.older)?.position else { return .absent }
        let same = processes.filter { $0.component == pair.component }
        return position < same.count ? aspect.of(same[position].findings.first { $0.check == check }) : .absent
    }

    private mutating func judged(_ parts: Parts) -> [ProcessRecord]? {
        guard var shown = parts.contains(.processes) ? evidence.newer : evidence.older,
            let listing = parts.contains(.wholeness) ? evidence.newer : evidence.older,
            case let basis = (parts.contains(.policy) ? after : before).basis, let judge = basis.judge
        else { return nil }
        shown.wholeness = listing.wholeness
        shown.isHidden = listing.isHidden
        let cluster = (parts.contains(.version) ? after : before).cluster
        return judge.judge(
            shown, claimed: cluster?.kubernetesVersion.flatMap { Release($0) }, precedents: basis.precedents)
    }
}

extension Rejudgement {
    /// A flag of a pair whose recorded values differ: the program's doing where it reads the same of both lines today.
    mutating func attribution(ofFlag flag: String, _ pair: ProcessPair, recorded newer: String?) -> Attribution {
        guard let old = flags(of: pair.older, evidence.older, pair.component),
            let new = flags(of: pair.newer, evidence.newer, pair.component)
        else {
            return Attribution(before.basis.tool.version == after.basis.tool.version ? hostCause : .unproven)
        }
        let was = old.first { $0.name == flag }?.value
        let now = new.first { $0.name == flag }?.value
        return Attribution(was == now || was == newer ? .tool : hostCause)
    }

    /// As this program reads them; nil where the evidence or the facts are not there.
    private func flags(
        of member: ProcessPair.Member?, _ evidence: HostEvidence?, _ component: Component
    ) -> [FlagValues]? {
        guard let member, let evidence, let facts = (after.basis.judge ?? before.basis.judge)?.facts[component] else {
            return nil
        }
        let same = evidence.processes.filter { $0.component == component }
        guard member.position < same.count else { return nil }
        return Settings(same[member.position], facts: facts, looksElsewhere: false).flagValues()
    }
}

/// The part of a finding that a kind of change is about.
private struct Aspect {
    enum Value: Equatable {
        case absent
        case verdict(Verdict)
        case severity(Severity)
        case observed(String)

        var isCutOff: Bool { self == .verdict(.unknown(.truncated)) }
    }

    private let kind: FindingChange.Kind

    init(_ kind: FindingChange.Kind) { self.kind = kind }

    func of(_ finding: Finding?) -> Value {
        guard let finding else { return .absent }
        switch kind {
        case .changedValue: return .observed(finding.observed)
        case .changedSeverity: return .severity(finding.severity)
        default: return .verdict(finding.verdict)
        }
    }
}
