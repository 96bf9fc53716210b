package import ProcessTable

/// Everything one sweep found, in its final order: by cluster, host, process, check. Renderers only read it.
package struct SweepRecord: Sendable {
    package var tool: ToolIdentity
    package var policy: PolicyIdentity
    package var inventory: InventoryIdentity
    package var sweep: SweepIdentity
    package var clusters: [ClusterRecord]
    /// What each waiver came to; nil where the run has none.
    package internal(set) var waivers: [WaiverUse]?

    package init(
        tool: ToolIdentity, policy: PolicyIdentity, inventory: InventoryIdentity, sweep: SweepIdentity,
        clusters: [ClusterRecord]
    ) {
        self.tool = tool
        self.policy = policy
        self.inventory = inventory
        self.sweep = sweep
        self.clusters = clusters.sorted { $0.name < $1.name }
    }

    package var hosts: [HostRecord] { clusters.flatMap(\.hosts) }
}

package struct ToolIdentity: Sendable, Equatable {
    package var name: String
    package var version: String
    /// The libssh2 that was loaded.
    package var libssh2: String

    package init(name: String, version: String, libssh2: String) {
        self.name = name
        self.version = version
        self.libssh2 = libssh2
    }
}

package struct PolicyIdentity: Sendable, Equatable {
    package var name: String
    /// `sha256:` and the hexadecimal digest of the policy's files.
    package var digest: String
    /// Checks switched off, with the reason given for each.
    package var disabled: [String: String]
    package var isExplicit: Bool
    /// Parameters that a team's file sets, with their values; a list's elements are joined by commas.
    package var parameters: [String: String]

    package init(
        name: String, digest: String, disabled: [String: String] = [:], isExplicit: Bool = false,
        parameters: [String: String] = [:]
    ) {
        self.name = name
        self.digest = digest
        self.disabled = disabled
        self.isExplicit = isExplicit
        self.parameters = parameters
    }
}

package struct InventoryIdentity: Sendable, Equatable {
    package var digest: String
    /// Hosts in the inventory, selected or not.
    package var hosts: Int

    package init(digest: String, hosts: Int) {
        self.digest = digest
        self.hosts = hosts
    }
}

package struct SweepIdentity: Sendable, Equatable {
    package var id: String
    /// RFC 3339, UTC.
    package var started: String
    package var ended: String
    /// Every selected host was judged, and nothing ended the sweep early.
    package var isComplete: Bool

    package init(id: String, started: String, ended: String, isComplete: Bool) {
        self.id = id
        self.started = started
        self.ended = ended
        self.isComplete = isComplete
    }
}

/// One cluster with its hosts in order of name.
package struct ClusterRecord: Sendable {
    package let name: String
    /// As the inventory states it.
    package let kubernetesVersion: String?
    package let distribution: String?
    package let labels: [String: String]
    package let hosts: [HostRecord]
    package let drift: [FlagDrift]
    /// One for each check of the policy, in its order, and for each integrity check that has a finding here.
    package let checks: [CheckRollup]
    /// What the policy asks, for rolling up again.
    private let asked: [Check]

    package init(
        name: String, kubernetesVersion: String? = nil, distribution: String? = nil, labels: [String: String] = [:],
        hosts: [HostRecord], policy: Policy
    ) {
        self.name = name
        self.kubernetesVersion = kubernetesVersion
        self.distribution = distribution
        self.labels = labels
        let ordered = hosts.sorted { ($0.name, $0.address) < ($1.name, $1.address) }
        self.hosts = ordered
        self.drift = FlagDrift.between(ordered)
        self.asked = policy.checks
        self.checks = CheckRollup.all(of: policy.checks, over: ordered)
    }

    /// The same cluster with the same hosts, whose findings differ in their waivers alone.
    init(_ cluster: ClusterRecord, hosts: [HostRecord]) {
        name = cluster.name
        kubernetesVersion = cluster.kubernetesVersion
        distribution = cluster.distribution
        labels = cluster.labels
        self.hosts = hosts
        drift = cluster.drift
        asked = cluster.asked
        checks = CheckRollup.all(of: asked, over: hosts)
    }
}

/// How one host ended.
package enum HostState: String, Sendable, CaseIterable {
    /// At least one process that the policy speaks of was judged.
    case evaluated
    /// A whole listing without any process that the policy speaks of.
    case noControlPlane
    /// The listing shows the account's own processes only (`/proc` mounted with hidepid).
    case hidden
    /// No such process was seen, but the listing is not known to be whole.
    case incomplete
    /// What came is not a process listing.
    case unreadable
    /// No listing: the failure says why.
    case unreachable
    /// The sweep ended before the host's turn or answer.
    case abandoned
}

/// Why a host gave no listing. The words of `phase` and `reason` are closed lists.
package struct HostFailure: Sendable, Equatable {
    package var phase: String
    package var reason: String
    package var detail: String
    package var hint: String

    package init(phase: String, reason: String, detail: String, hint: String) {
        self.phase = phase
        self.reason = reason
        self.detail = detail
        self.hint = hint
    }
}

/// What is kept of a listing besides its findings.
package struct EvidenceRecord: Sendable, Equatable {
    /// `sha256:` over the control-plane processes, the same for the same processes on another host or night.
    package var digest: String
    /// The verified host key, `ssh-ed25519 SHA256:…`; nil for a saved listing.
    package var hostKey: String?
    package var wholeness: Wholeness
    /// What the findings were computed from. Kept as text: of a fleet's evidence the arguments alone would take many
    /// times as much memory.
    package var document: EvidenceDocument
    /// Of the listing.
    package var bytes: Int
    /// From the first packet to the last.
    package var milliseconds: Int

    package init(
        digest: String, hostKey: String?, wholeness: Wholeness, document: EvidenceDocument, bytes: Int,
        milliseconds: Int
    ) {
        self.digest = digest
        self.hostKey = hostKey
        self.wholeness = wholeness
        self.document = document
        self.bytes = bytes
        self.milliseconds = milliseconds
    }
}

/// One host of a sweep. Every host of the selection has one, whatever became of it.
package struct HostRecord: Sendable {
    package var name: String
    package var address: String
    package var state: HostState
    package var failure: HostFailure?
    /// How often the host was tried; 0 where it was not contacted.
    package var attempts: Int
    package var evidence: EvidenceRecord?
    /// What a reader should know of the host beyond its findings.
    package var notes: [String]
    package var processes: [ProcessRecord]
    /// Which of the policy's components it does not run.
    package var presence: Presence

    package init(
        name: String, address: String, state: HostState, failure: HostFailure? = nil, attempts: Int = 0,
        evidence: EvidenceRecord? = nil, notes: [String] = [], processes: [ProcessRecord] = [],
        presence: Presence = Presence()
    ) {
        self.name = name
        self.address = address
        self.state = state
        self.failure = failure
        self.attempts = attempts
        self.evidence = evidence
        self.notes = notes
        self.processes = processes
        self.presence = presence
    }
}

/// One judged process.
package struct ProcessRecord: Sendable, Equatable {
    package var component: Component
    package var pid: Int
    package var user: String
    /// The releases that the process may be, where that is known at all.
    package var releases: ReleaseRange?
    package var notes: [String]
    /// Nil where they are not known: the row is cut off, or the settings stand in a file. A line without flags has none.
    package var flags: [FlagValues]?
    package var findings: [Finding]

    package init(
        component: Component, pid: Int, user: String, releases: ReleaseRange? = nil, notes: [String] = [],
        flags: [FlagValues]? = nil, findings: [Finding] = []
    ) {
        self.component = component
        self.pid = pid
        self.user = user
        self.releases = releases
        self.notes = notes
        self.flags = flags
        self.findings = findings
    }
}

extension ProcessRecord {
    /// The severity of every failure that no waiver in force lies over. Looked at in place: a copy of a finding counts
    /// references to each of its texts, which all hosts share.
    package func forEachFailure(_ body: (Severity) -> Void) {
        for index in findings.indices where findings[index].countsAsFailure { body(findings[index].severity) }
    }

    /// It only claims to be the component: nothing of its line was judged.
    var isLookAlike: Bool { releases == nil && flags == nil }

    /// A check of the policy was answered for it.
    package var isJudged: Bool { findings.contains { IntegrityCheck.named($0.check) == nil } }
}
