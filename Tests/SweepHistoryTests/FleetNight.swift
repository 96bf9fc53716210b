import Hardening
import ProcessTable
import SweepHistory
import Testing

/// One night's sweep of several clusters, with everything that the history keeps of it.
struct FleetNight {
    /// Of November 2026.
    var day = 1
    var tool = "0.1.0"
    /// A policy's text.
    var policy = "policy: team\nextends: stackrox-2019\n"
    /// A file's text; nil is none.
    var waivers: String?
    /// What the inventory says of clusters, where it says anything.
    var statements: [String: Statement] = [:]
    var machines: [Machine] = []
    /// The hosts that are looked at; nil is all of them.
    var selection: Set<HostPlace>?
    /// What ended it early.
    var early: String?
    /// Changes what was recorded, as another release would have.
    var recorded: (inout Finding) -> Void = { _ in }

    struct Statement: Equatable {
        var version: String? = "1.29"
        var distribution: String?
        var labels: [String: String] = [:]
    }

    /// A host of the inventory, and the machine that answers there.
    struct Machine: Equatable {
        var cluster: String
        var name: String
        var address: String
        var key: String
        /// The command lines of its components.
        var lines: [String]
        var sight = Sight.whole

        enum Sight: Equatable {
            case whole
            case unreachable
            /// The listing ends behind so many lines.
            case cut(Int)
            /// The listing ends in its last row.
            case cutRow
        }

        init(_ place: String, _ lines: [String], at address: String? = nil, key: String? = nil, _ sight: Sight = .whole)
        {
            let parts = place.split(separator: "/").map(String.init)
            cluster = parts[0]
            name = parts[1]
            self.address = address ?? "\(place):22"
            self.key = key ?? "ssh-ed25519 \(place)"
            self.lines = lines
            self.sight = sight
        }

        var place: HostPlace { HostPlace(cluster: cluster, host: name) }

        fileprivate var listing: String? {
            var rows = lines.enumerated().map { "root \(700 + $0) 1 0 10:14 ? 00:00:00 \($1)" }
            switch sight {
            case .unreachable: return nil
            case .cut(let count): rows = Array(rows.prefix(count))
            case .whole, .cutRow: break
            }
            let text =
                "UID PID PPID C STIME TTY TIME CMD\nroot 1 0 0 Nov01 ? 00:00:09 /sbin/init\n"
                + rows.map { $0 + "\n" }.joined()
            return sight == .whole
                ? text + "\nkubesweep-end status=0\n" : sight == .cutRow ? String(text.dropLast()) : text
        }

        fileprivate func record(_ judge: Judge, _ version: String?) throws -> HostRecord {
            guard let listing else {
                return HostRecord(
                    name: name, address: address, state: .unreachable,
                    failure: HostFailure(
                        phase: "connect", reason: "refused", detail: "refused", hint: "is sshd running?"))
            }
            let judged = try judge.judged(
                Array(listing.utf8), origin: .remoteCommand, claimed: version.flatMap { Release($0) })
            return HostRecord(
                name: name, address: address, state: judged.state,
                evidence: EvidenceRecord(
                    digest: "sha256:0", hostKey: key, wholeness: judged.evidence.wholeness, document: judged.document,
                    bytes: listing.utf8.count, milliseconds: 7),
                processes: judged.processes, presence: judged.presence)
        }
    }

    var id: String { "202611\(day < 10 ? "0" : "")\(day)T020000Z-0000" }
    var started: String { "2026-11-\(day < 10 ? "0" : "")\(day)T02:00:00Z" }

    var fleet: FleetRecord {
        FleetRecord(
            clusters: Set(machines.map(\.cluster)).map { name in
                let statement = statements[name] ?? Statement()
                return FleetCluster(
                    name: name, kubernetesVersion: statement.version, distribution: statement.distribution,
                    labels: statement.labels,
                    hosts: machines.filter { $0.cluster == name }.map { FleetHost(name: $0.name, address: $0.address) })
            })
    }

    /// The part of the fleet that is looked at; nil for all of it.
    private var selected: FleetRecord? {
        guard let selection else { return nil }
        var part = fleet
        for index in part.clusters.indices {
            let cluster = part.clusters[index].name
            part.clusters[index].hosts.removeAll { !selection.contains(HostPlace(cluster: cluster, host: $0.name)) }
        }
        part.clusters.removeAll(where: \.hosts.isEmpty)
        return part
    }

    private func judge() throws -> (document: PolicyDocument, judge: Judge) {
        let facts = try facts.get()
        let sources = [PolicySource(text: policy, file: "team.yaml")]
        let policy = try sources.policy(facts: facts)
        return (PolicyDocument(sources, of: policy, isExplicit: false), Judge(policy: policy, facts: facts))
    }

    /// The records of the hosts that are looked at.
    func records() throws -> [(cluster: String, host: HostRecord)] {
        let judge = try judge().judge
        return try machines.filter { selection?.contains($0.place) ?? true }.map { machine in
            var record = try machine.record(judge, (statements[machine.cluster] ?? Statement()).version)
            for process in record.processes.indices {
                for finding in record.processes[process].findings.indices {
                    recorded(&record.processes[process].findings[finding])
                }
            }
            return (machine.cluster, record)
        }
    }

    @discardableResult
    func write(to store: SweepStore) throws -> FleetNight {
        var recorder = try SweepRecorder(
            SweepStart(
                id: id, started: started, tool: ToolIdentity(name: "kubesweep", version: tool, libssh2: "1.10.0"),
                policy: PolicyIdentity(name: "team", digest: "sha256:00"), policyDocument: try judge().document,
                inventory: InventoryIdentity(digest: "sha256:11", hosts: machines.count), fleet: fleet,
                selection: selected, waivers: waivers), in: store)
        let records = try records()
        for (cluster, host) in records { try recorder.add(host, cluster: cluster) }
        let judged = records.count { $0.host.state == .evaluated }
        try recorder.finish(
            SweepSummary(
                hosts: records.count, judged: judged, counts: VerdictCounts(), isWhole: judged == records.count),
            ended: started, early: early)
        return self
    }

    /// The next one, on which `change` is all that is different.
    func next(_ change: (inout FleetNight) -> Void = { _ in }) -> FleetNight {
        var night = self
        night.day += 1
        change(&night)
        return night
    }

    subscript(place: String) -> Machine {
        get { machines.first { "\($0.cluster)/\($0.name)" == place } ?? Machine("none/none", []) }
        set { machines = machines.map { "\($0.cluster)/\($0.name)" == place ? newValue : $0 } }
    }
}

extension SweepStore {
    /// What two nights differ in; the older is the one before, as the history has it, where none is named.
    func diff(_ older: FleetNight? = nil, to newer: FleetNight) throws -> SweepDiff {
        let newer = try sweep(newer.id)
        let older = try older.map { try sweep($0.id) } ?? #require(try parent(of: newer))
        return try diff(older, newer, facts: facts.get()).get()
    }
}

extension Attribution {
    /// `host`, `host or policy`, `host and policy`.
    var text: String { causes.map(\.rawValue).joined(separator: relation == .either ? " or " : " and ") }
}

extension SweepDiff {
    /// A line for each change.
    var words: [String] {
        let flagWords = flags.map {
            "flag \($0.place.cluster)/\($0.place.host) \($0.flag) \($0.from ?? "-") to \($0.to ?? "-"): \($0.attribution.text)"
        }
        return sights.map {
            "\($0.isBack ? "back" : "lost") \($0.place.cluster)/\($0.place.host), seen \($0.lastSeen ?? "never")"
        }
            + findings.map {
                "\($0.kind.rawValue) \($0.place.cluster)/\($0.place.host) \($0.check): \($0.attribution.text)"
            }
            + processes.map {
                "\($0.isThere ? "has" : "lacks") \($0.place.cluster)/\($0.place.host) \($0.component.rawValue): \($0.attribution.text)"
            }
            + flagWords + drifts.map { "\($0.kind.rawValue) \($0.cluster) \($0.drift.flag): \($0.attribution.text)" }
            + hostKeys.map { "key \($0.place.cluster)/\($0.place.host): \($0.attribution.text)" }
    }
}
