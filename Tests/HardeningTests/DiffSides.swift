import Hardening
import ProcessTable
import Testing

/// One night's sweep of a fleet whose masters run one API server each, and what else is said of them.
struct Night {
    var started = "2026-11-01T02:00:00Z"
    var tool = "0.1.0"
    var policy = "stackrox-2019"
    /// A policy's text in place of a built-in one's name.
    var text: String?
    /// What the inventory says of every cluster.
    var version: String? = "1.29"
    var distribution: String?
    var labels: [String: String] = [:]
    var hosts: [Host] = []
    var waivers = DiffWaivers.none
    /// Changes what was recorded, as another release would have.
    var recorded: (inout Finding) -> Void = { _ in }

    struct Host {
        var name: String
        var cluster = "prod"
        var address: String?
        /// The API server's flags; nil is a host that was not reached.
        var flags: String?
        /// The command lines of other processes, listed behind the API server's.
        var others: [String] = []
        var key: String?
        /// Where the listing ends before its end.
        var cut: Cut?

        enum Cut {
            /// Behind the last row.
            case end
            /// Before the other processes.
            case others
            /// In the last row.
            case row
        }

        init(
            _ name: String, _ flags: String?, _ others: [String] = [], cluster: String = "prod", address: String? = nil,
            key: String? = nil, cut: Cut? = nil
        ) {
            self.name = name
            self.flags = flags
            self.others = others
            self.cluster = cluster
            self.address = address
            self.key = key
            self.cut = cut
        }

        var listing: String? {
            guard let flags else { return nil }
            var rows = [apiServerRow(flags)]
            if cut != .others {
                rows += others.enumerated().map { "root \(800 + $0) 1 0 10:14 ? 00:00:00 \($1)" }
            }
            let text = HardeningTests.listing(rows, end: cut == nil ? endMarker : "")
            return cut == .row ? String(text.dropLast()) : text
        }

        var fleetHost: FleetHost { FleetHost(name: name, address: address ?? "\(name).\(cluster):22") }
    }

    func side() throws -> DiffSide {
        let judge = try text.map(Self.judge) ?? #require(Self.builtIn.get()[policy])
        let names = Set(hosts.map(\.cluster)).sorted()
        let fleet = FleetRecord(
            clusters: names.map { name in
                FleetCluster(
                    name: name, kubernetesVersion: version, distribution: distribution, labels: labels,
                    hosts: hosts.filter { $0.cluster == name }.map(\.fleetHost))
            })
        let clusters = try names.map { name in
            ClusterRecord(
                name: name, kubernetesVersion: version, distribution: distribution, labels: labels,
                hosts: try hosts.filter { $0.cluster == name }.map { try record($0, judge) }, policy: judge.policy)
        }
        return DiffSide(
            SweepBasis(
                sweep: SweepIdentity(id: started, started: started, ended: started, isComplete: true),
                tool: ToolIdentity(name: "kubesweep", version: tool, libssh2: "1.10.0"),
                policy: PolicyIdentity(name: policy, digest: text ?? policy), judge: judge, waivers: waivers),
            fleet: fleet, clusters: clusters)
    }

    /// Reading a policy costs more than a comparison.
    private static let builtIn = Result {
        try Dictionary(
            uniqueKeysWithValues: BuiltIn.policyNames.map { ($0, try judge(PolicySource.load([$0])[0])) })
    }

    private static func judge(_ text: String) throws -> Judge {
        try judge(PolicySource(text: text, file: "team.yaml"))
    }

    private static func judge(_ source: PolicySource) throws -> Judge {
        let facts = try builtInFacts.get()
        return Judge(policy: try source.policy(facts: facts), facts: facts)
    }

    private func record(_ host: Host, _ judge: Judge) throws -> HostRecord {
        guard let text = host.listing else {
            return HostRecord(
                name: host.name, address: host.fleetHost.address, state: .unreachable,
                failure: HostFailure(phase: "connect", reason: "refused", detail: "d", hint: "h"))
        }
        let judged = try judge.judged(
            Array(text.utf8), origin: .remoteCommand, claimed: version.flatMap { Release($0) })
        var processes = judged.processes
        for process in processes.indices {
            for finding in processes[process].findings.indices { recorded(&processes[process].findings[finding]) }
        }
        return HostRecord(
            name: host.name, address: host.fleetHost.address, state: judged.state,
            evidence: EvidenceRecord(
                digest: "", hostKey: host.key ?? "ssh-ed25519 \(host.name)", wholeness: judged.evidence.wholeness,
                document: judged.document, bytes: 0, milliseconds: 0),
            processes: processes, presence: judged.presence)
    }
}

/// What two nights differ in.
func diff(_ older: Night, _ newer: Night) throws -> SweepDiff { SweepDiff.between(try older.side(), try newer.side()) }

extension Attribution {
    /// `host`, `host or policy`, `host and policy`.
    var text: String { causes.map(\.rawValue).joined(separator: relation == .either ? " or " : " and ") }
}

extension FindingChange {
    /// `new prod/cp1 apiserver-profiling: host`
    var words: String { "\(kind.rawValue) \(place.cluster)/\(place.host) \(check): \(attribution.text)" }
}

extension SweepDiff {
    /// Everything but findings, a line each.
    var besides: [String] {
        sights.map { "\($0.isBack ? "back" : "lost") \($0.place.host)\($0.lastSeen.map { ", seen \($0)" } ?? "")" }
            + processes.map {
                "\($0.isThere ? "has" : "lacks") \($0.place.host) \($0.component.rawValue): \($0.attribution.text)"
            }
            + flags.map {
                "flag \($0.place.host) \($0.flag) \($0.from ?? "-") to \($0.to ?? "-"): \($0.attribution.text)"
            }
            + drifts.map { "\($0.kind.rawValue) \($0.cluster) \($0.drift.flag): \($0.attribution.text)" }
            + hostKeys.map { "key \($0.place.host) \($0.from) to \($0.to): \($0.attribution.text)" }
    }
}
