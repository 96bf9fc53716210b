import ProcessTable

/// A check on the evidence itself: whether what is judged is what it claims to be. Integrity checks belong to no policy
/// and always run; a policy may switch one off with a reason. They speak only where something is wrong.
package struct IntegrityCheck: Sendable {
    package let id: String
    package let title: String
    package let severity: Severity
    package let expected: String
    package let rationale: String
    package let remediation: String
    package let breaks: String

    package static let all = [processIdentity, kubernetesVersion]

    package static func named(_ id: String) -> IntegrityCheck? { all.first { $0.id == id } }

    package static let processIdentity = IntegrityCheck(
        id: "process-identity", title: "A component is what it claims to be", severity: .high,
        expected: "root or the component's own account, started as a service or in a container",
        rationale: """
            Anybody who may start a program can give it the name and the flags of a component, and so hide a weak setting \
            behind a good one or an API server of their own behind the cluster's. A component's verdicts are taken from \
            trustworthy processes where there is one; where none can be preferred, every claimant is judged and the worst \
            counts. Fails for an unknown account, a start out of somebody's login session, and a second API server with \
            other flags at the same address and port; a start by a program that kubesweep does not know needs review.
            """,
        remediation: """
            Find out who started the process (ps -o pid,ppid,user,lstart,args on the host). End what does not belong there; \
            run a component as a system service or in a container, as root or an account of its own.
            """,
        breaks: """
            Nothing. An account or a starter of your own that is right is accepted by switching this check off in a policy, \
            with the reason.
            """)

    package static let kubernetesVersion = IntegrityCheck(
        id: "kubernetes-version", title: "The stated Kubernetes version fits the line", severity: .medium,
        expected: "flags that one release accepts, the stated one where one is stated",
        rationale: """
            A running server accepted every flag on its line, so a flag that the stated version does not have proves that \
            the version is another: the inventory is out of date, or an old server still runs. It is then judged by the \
            releases that the line allows. Flags that no release has together mean a fork, a wrapper's line or a line \
            misread: unknown (unparsable).
            """,
        remediation: """
            State the version that runs (kubernetes_version in the inventory, --kubernetes-version), or upgrade what runs.
            """,
        breaks: "")
}

extension Judge {
    func isOn(_ check: IntegrityCheck) -> Bool { policy.disabled[check.id] == nil }

    /// What the stated version and the line say against each other.
    func versionFinding(_ bounds: VersionBounds) -> Finding? {
        guard let conflict = bounds.conflict, isOn(.kubernetesVersion) else { return nil }
        let check = IntegrityCheck.kubernetesVersion
        switch conflict {
        case .disproved(let stated, let proofs):
            return Finding(
                check: check.id, severity: check.severity, verdict: .fail, observed: bounded(proofs),
                expected: "flags of \(stated), the stated version",
                note: "judged as \(bounds.releases), which the line proves")
        case .contradictory(let proofs):
            return Finding(
                check: check.id, severity: check.severity, verdict: .unknown(.unparsable), observed: bounded(proofs),
                expected: "flags that one release accepts", note: "no release accepts these together")
        }
    }

    /// One finding for each claimant that is in doubt, by its position among the processes and the look-alikes behind
    /// them.
    func identityFindings(_ evidence: HostEvidence) -> [Int: Finding] {
        guard isOn(.processIdentity) else { return [:] }
        var findings: [Int: Finding] = [:]
        let rivals = rivals(among: evidence.processes)
        for (position, process) in (evidence.processes + evidence.lookAlikes).enumerated() {
            let doubts = process.doubts + (rivals[position] ?? [])
            if doubts.isEmpty { continue }
            let check = IntegrityCheck.processIdentity
            let isLookAlike = position >= evidence.processes.count
            findings[position] = Finding(
                check: check.id, severity: check.severity,
                verdict: doubts.contains { $0.isCertain } ? .fail : .unknown(.needsReview),
                observed: bounded(doubts.map(\.words)), expected: check.expected,
                note: isLookAlike
                    ? "not judged: a trustworthy \(process.component.rawValue) is listed"
                    : "judged all the same: no \(process.component.rawValue) listed can be preferred to it")
        }
        return findings
    }

    /// API servers that claim one address and port with other flags: the host's port has one server. Containers may have
    /// networks of their own (kind, hosted control planes), and servers that share a port say so.
    private func rivals(among processes: [ControlPlaneProcess]) -> [Int: [IdentityDoubt]] {
        let servers = processes.indices.filter {
            processes[$0].component == .kubeAPIServer && processes[$0].settings == .commandLine
        }
        guard servers.count > 1, servers.count <= 64, let facts = facts[.kubeAPIServer] else { return [:] }
        let endpoints = servers.map { ServerEndpoint(processes[$0], facts) }
        var rivals: [Int: [IdentityDoubt]] = [:]
        for (one, position) in servers.enumerated() {
            let other = servers.indices.first { other in
                guard let endpoint = endpoints[one], endpoint == endpoints[other] else { return false }
                let (process, rival) = (processes[position], processes[servers[other]])
                return process.arguments != rival.arguments && !process.isCut && !rival.isCut
                    && (process.starter != .container || rival.starter != .container)
            }
            if let other, let endpoint = endpoints[one] {
                rivals[position] = [.rival(address: endpoint.text, pid: processes[servers[other]].pid)]
            }
        }
        return rivals
    }

    private func bounded(_ texts: [String]) -> String {
        let text = texts.joined(separator: ", ")
        return text.count <= 600 ? text : text.prefix(599) + "…"
    }
}

/// What speaks against a process being the component that it claims to be.
private enum IdentityDoubt {
    case user(String)
    case session(String)
    case starter(String)
    case rival(address: String, pid: Int)

    /// A person need not look at it to know that it is wrong.
    var isCertain: Bool {
        if case .starter = self { false } else { true }
    }

    var words: String {
        switch self {
        case .user(let user): "runs as \(user)"
        case .session(let program): "started from a login session (\(program))"
        case .starter(let program): "started by \(program)"
        case .rival(let address, let pid): "another kube-apiserver (pid \(pid)) claims \(address) with other flags"
        }
    }
}

extension ControlPlaneProcess {
    fileprivate var doubts: [IdentityDoubt] {
        var doubts: [IdentityDoubt] = isKnownUser ? [] : [.user(user)]
        switch starter {
        case .session(let program): doubts.append(.session(program))
        case .other(let program): doubts.append(.starter(program))
        case .notListed, .service, .container: break
        }
        return doubts
    }
}

/// Where an API server says that it is reached.
private struct ServerEndpoint: Equatable {
    let address: IPAddress
    let port: Int64
    let text: String

    /// Nil where the line does not name an address, or says that the port is shared.
    init?(_ process: ControlPlaneProcess, _ facts: ComponentFacts) {
        let settings = Settings(process, facts: facts, looksElsewhere: false)
        for name in ["permit-port-sharing", "permit-address-sharing"] {
            if let flag = facts.flag(name), let shared = settings.lastOccurrence(flag),
                FlagValue.bool(shared.value) != false
            {
                return nil
            }
        }
        guard let advertise = facts.flag("advertise-address"), let secure = facts.flag("secure-port"),
            let address = settings.lastOccurrence(advertise).flatMap({ IPAddress($0.value) }),
            case .known(let text) = settings.text(secure, at: facts.releases.upper),
            let port = facts.flags[secure].number(text)
        else { return nil }
        self.address = address
        self.port = port
        self.text = "\(settings.lastOccurrence(advertise)?.value ?? ""):\(port)"
    }

    static func == (one: ServerEndpoint, other: ServerEndpoint) -> Bool {
        one.address == other.address && one.port == other.port
    }
}
