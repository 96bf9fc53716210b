import ProcessTable

/// One host's evidence of two sweeps, judged again by either policy and for either stated version: what the answers
/// have in common with what was recorded proves the cause of a change.
struct Rejudgement {
    private let host: HostComparison
    private var answers: [Parts: [ProcessRecord]?] = [:]

    init(_ host: HostComparison) {
        self.host = host
    }

    /// Which parts are taken of the newer side.
    private struct Parts: Hashable {
        var evidence = false
        var policy = false
        var version = false

        static let older = Parts()
        static let newer = Parts(evidence: true, policy: true, version: true)
    }

    /// - Parameters:
    ///   - older: the finding as it was recorded.
    ///   - newer: likewise.
    mutating func attribution(
        of check: String, _ kind: FindingChange.Kind, _ pair: ProcessPair, _ older: Finding?, _ newer: Finding?
    ) -> Attribution {
        let aspect = Aspect(kind)
        let recorded = (older: aspect.of(older), newer: aspect.of(newer))
        guard let start = answer(.older, check, pair, aspect), let end = answer(.newer, check, pair, aspect) else {
            return Attribution(.unproven)
        }
        let isOtherTool = start != recorded.older || end != recorded.newer
        // One program judges both sides alike, or says of the older side what was recorded of the newer one.
        if isOtherTool, start == end || start == recorded.newer { return Attribution(.tool) }
        var (causes, relation) = Self.minimal { answer($0, check, pair, aspect) == end }
        if recorded.older.isLessSeen || recorded.newer.isLessSeen {
            causes = causes.map { $0 == .host ? .coverage : $0 }
        }
        return isOtherTool ? Attribution(causes + [.tool], .together) : Attribution(causes, relation)
    }

    /// The smallest sets of parts that give the newer answer when they are taken of the newer side.
    private static func minimal(_ suffices: (Parts) -> Bool) -> ([ChangeCause], Attribution.Relation) {
        let alone: [(Parts, ChangeCause)] = [
            (Parts(evidence: true), .host), (Parts(policy: true), .policy), (Parts(version: true), .inventory),
        ]
        let causes = alone.filter { suffices($0.0) }.map(\.1)
        if !causes.isEmpty { return (causes, .either) }
        let pairs: [(Parts, [ChangeCause])] = [
            (Parts(evidence: true, policy: true), [.host, .policy]),
            (Parts(evidence: true, version: true), [.host, .inventory]),
            (Parts(policy: true, version: true), [.policy, .inventory]),
        ]
        return (pairs.first { suffices($0.0) }?.1 ?? [.host, .policy, .inventory], .together)
    }

    /// Nil where evidence or policy cannot be read any more.
    private mutating func answer(
        _ parts: Parts, _ check: String, _ pair: ProcessPair, _ aspect: Aspect
    ) -> Aspect.Value? {
        if answers[parts] == nil { answers[parts] = .some(judged(parts)) }
        guard let processes = answers[parts] ?? nil else { return nil }
        let same = processes.filter { $0.component == pair.component }
        guard pair.position < same.count else { return .absent }
        return aspect.of(same[pair.position].findings.first { $0.check == check })
    }

    private func judged(_ parts: Parts) -> [ProcessRecord]? {
        let record = (parts.evidence ? host.after : host.before).evidence
        guard let judge = (parts.policy ? host.newer : host.older).judge,
            let evidence = try? record?.document.evidence()
        else { return nil }
        let cluster = parts.version ? host.newerCluster : host.olderCluster
        return judge.judge(evidence, claimed: cluster?.kubernetesVersion.flatMap { Release($0) })
    }
}

/// The part of a finding that a kind of change is about.
private struct Aspect {
    enum Value: Equatable {
        case absent
        case verdict(Verdict)
        case severity(Severity)
        case observed(String)

        /// A verdict that says only that too little was seen.
        var isLessSeen: Bool {
            switch self {
            case .verdict(.unknown(.truncated)), .verdict(.unknown(.incomplete)), .verdict(.unknown(.unseen)): true
            default: false
            }
        }
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
