import Hardening
import ProcessTable
import SeededRandom
import Testing

private let now = "2026-11-24T02:00:00Z"
private let check = "apiserver-profiling"

private func finding(
    _ verdict: Verdict, _ severity: Severity = .low, _ observed: String = "o", check: String = check
) -> Finding {
    Finding(check: check, severity: severity, verdict: verdict, observed: observed, expected: "e")
}

private func host(_ name: String, _ findings: Finding..., state: HostState = .evaluated) -> HostRecord {
    let process = ProcessRecord(component: .kubeAPIServer, pid: 1, user: "root", findings: findings)
    return HostRecord(name: name, address: "\(name):22", state: state, processes: findings.isEmpty ? [] : [process])
}

private func sweep(_ clusters: [(name: String, hosts: [HostRecord])]) throws -> SweepRecord {
    let policy = try builtInPolicy.get()
    return SweepRecord(
        tool: ToolIdentity(name: "t", version: "1", libssh2: "1"), policy: PolicyIdentity(name: "p", digest: "d"),
        inventory: InventoryIdentity(digest: "d", hosts: 2),
        sweep: SweepIdentity(id: "i", started: "s", ended: "e", isComplete: true),
        clusters: clusters.map { ClusterRecord(name: $0.name, hosts: $0.hosts, policy: policy) })
}

extension SweepRecord {
    fileprivate func rollup(_ cluster: String = "c", _ check: String = check) throws -> CheckRollup {
        try #require(clusters.first { $0.name == cluster }?.checks.first { $0.check == check })
    }
}

struct WaivedRecordTests {
    @Test func `a waived failure stays a failure and is counted apart`() throws {
        let record = try sweep([("c", [host("a", finding(.fail, .high)), host("b", finding(.fail))])])
        let waived = record.applying(try waivers("host: a"), at: now)
        let rollup = try waived.rollup()
        #expect(rollup.worst == .fail && !rollup.isWaived && rollup.severity == .low)
        #expect(rollup.counts == VerdictCounts(fail: 1, waived: 1))
        #expect(waived.worstFailure == .low && record.worstFailure == .high)
        let over = try #require(waived.hosts[0].processes[0].findings[0].waiver)
        #expect(over.id == "w1" && !over.isExpired && over.reason == "R" && over.owner == "O")
        #expect(waived.hosts[0].processes[0].findings[0].verdict == .fail)
        #expect(waived.hosts[1].processes[0].findings[0].waiver == nil)
    }

    @Test func `where every failure is waived nothing counts`() throws {
        let record = try sweep([("c", [host("a", finding(.fail, .high)), host("b", finding(.pass))])])
        let waived = record.applying(try waivers(""), at: now)
        let rollup = try waived.rollup()
        #expect(rollup.worst == .fail && rollup.isWaived && rollup.severity == .high)
        #expect(rollup.counts == VerdictCounts(pass: 1, waived: 1))
        #expect(waived.worstFailure == nil)
        #expect(waived.counts.coverage == record.counts.coverage)
    }

    @Test func `what was not seen weighs more than what was accepted`() throws {
        let record = try sweep([("c", [host("a", finding(.fail)), host("b", state: .unreachable)])])
        #expect(try record.rollup().worst == .fail)
        let rollup = try record.applying(try waivers(""), at: now).rollup()
        #expect(rollup.worst == .unknown(.unseen) && !rollup.isWaived)
        #expect(rollup.counts == VerdictCounts(unseen: 1, waived: 1))
    }

    @Test func `an expired waiver is named and hides nothing`() throws {
        let record = try sweep([("c", [host("a", finding(.fail, .high))])])
        let late = record.applying(try waivers("expires: 2026-11-23"), at: now)
        #expect(try late.rollup() == record.rollup() && late.worstFailure == .high)
        let over = late.hosts[0].processes[0].findings[0].waiver
        #expect(over?.isExpired == true && over?.expires == "2026-11-23")
    }

    @Test func `an integrity check is waived like any other`() throws {
        let record = try sweep([("c", [host("a", finding(.fail, .high, check: "process-identity"))])])
        let rollup = try record.applying(try waivers("check: process-identity"), at: now)
            .rollup("c", "process-identity")
        #expect(rollup.isWaived && rollup.counts == VerdictCounts(waived: 1) && rollup.severity == .high)
    }

    @Test func `a saved listing is a host of its file's name`() throws {
        let file = FileRecord(
            name: "dir/cp1.ps", state: .evaluated, processes: host("x", finding(.fail, .high)).processes, checkCount: 1)
        let list = try waivers("host: dir/*", "cluster: prod")
        let waived = file.applying(list.forListings(at: now))
        #expect(waived.counts == VerdictCounts(waived: 1) && file.counts == VerdictCounts(fail: 1))
        var summary = EvaluationSummary(waivers: WaiverTally(list, at: now, asked: [check]))
        summary.add(waived)
        #expect(summary.worstFailure == nil && summary.counts == VerdictCounts(waived: 1))
        #expect(summary.waivers?.map(\.findings) == [1, 0])
        #expect(summary.waivers?.map(\.remarks) == [[], [.noSuchPlace]])
    }

    @Test(
        arguments: [
            ("host: a", [], 1), ("host: a, expires: 2026-11-23", [.expired], 1),
            ("host: a, expires: 2026-11-24", [.expiresSoon], 1), ("host: a, expires: 2026-12-23", [.expiresSoon], 1),
            ("host: a, expires: 2026-12-24", [], 1), ("host: b", [.unused], 0), ("host: z", [.noSuchPlace], 0),
            ("host: elsewhere", [.unused], 0), ("host: a, value: other", [.otherValue], 0),
            ("check: apiserver-nothing", [.noSuchCheck], 0), ("check: process-identity, host: b", [.unused], 0),
            ("host: c", [], 0), ("host: d", [], 0), ("host: z, expires: 2026-11-23", [.expired, .noSuchPlace], 0),
        ] as [(String, [WaiverRemark], Int)])
    func `a waiver is remarked on`(entry: String, remarks: [WaiverRemark], findings: Int) throws {
        let record = try sweep([
            (
                "c",
                [
                    host("a", finding(.fail)), host("b", finding(.pass)), host("c", finding(.unknown(.truncated))),
                    host("d", state: .unreachable),
                ]
            )
        ])
        let other = WaiverPlace(cluster: "other", labels: [:], host: "elsewhere", address: "e:22")
        let use = try #require(record.applying(try waivers(entry), at: now, places: [other]).waivers?.first)
        #expect(use.remarks == remarks)
        #expect(use.findings == findings)
    }

    @Test func `a waiver behind another is needless`() throws {
        let record = try sweep([("c", [host("a", finding(.fail)), host("b", finding(.fail))])])
        let uses = record.applying(try waivers("host: '*'", "host: a"), at: now).waivers
        #expect(uses?.map(\.remarks) == [[], [.shadowed]])
        #expect(uses?.map(\.findings) == [2, 0])
    }

    /// What must hold for any record and any waivers.
    @Test(arguments: 0..<200)
    func `waivers change nothing but what counts`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func one<Element>(of elements: [Element]) throws -> Element {
            try #require(elements.randomElement(using: &generator))
        }
        let verdicts = [
            Verdict.pass, .fail, .fail, .unknown(.truncated), .unknown(.versionNeeded), .notApplicable(.removed),
        ]
        let checks = Array(try builtInPolicy.get().checks.map(\.id).prefix(4)) + ["process-identity"]
        var clusters: [(name: String, hosts: [HostRecord])] = []
        for name in ["c1", "c2"] {
            var hosts: [HostRecord] = []
            for number in 0..<Int.random(in: 0...4, using: &generator) {
                var findings: [Finding] = []
                for check in checks where Bool.random(using: &generator) {
                    findings.append(
                        finding(
                            try one(of: verdicts), try one(of: Severity.allCases), try one(of: ["x", "y"]),
                            check: check))
                }
                let process = ProcessRecord(component: .kubeAPIServer, pid: 1, user: "root", findings: findings)
                hosts.append(
                    HostRecord(
                        name: "h\(number)", address: "", state: try one(of: [.evaluated, .unreachable]),
                        processes: findings.isEmpty ? [] : [process]))
            }
            clusters.append((name, hosts))
        }
        var entries = ""
        for number in 0..<Int.random(in: 0...6, using: &generator) {
            let scope = try one(of: ["everywhere: true", "cluster: c1", "host: 'h[01]'", "cluster: 'c?', host: h2"])
            let value = try one(of: ["", ", value: x", ", value: z"])
            let expires = try one(of: ["2026-11-23", "2026-11-24", "2030-01-01"])
            entries +=
                "  - {id: w\(number), check: \(try one(of: checks)), \(scope)\(value), reason: R, owner: O,"
                + " expires: \(expires)}\n"
        }
        let list = try WaiverList.parse(entries.isEmpty ? "waivers: []" : "waivers:\n" + entries, file: "w.yaml")
        let record = try sweep(clusters)
        let waived = record.applying(list, at: now)

        for (before, after) in zip(record.clusters, waived.clusters) {
            for (before, after) in zip(before.checks, after.checks) {
                #expect(before.counts.total == after.counts.total)
                #expect(before.counts.fail == after.counts.fail + after.counts.waived)
                #expect(before.counts.pass == after.counts.pass && before.counts.unknown == after.counts.unknown)
                #expect(after.worst.weight <= before.worst.weight)
                #expect(after.worst != .pass || before.worst == .pass)
                #expect((after.counts.fail > 0) == (after.worst == .fail && !after.isWaived))
            }
            for (before, after) in zip(before.hosts, after.hosts) {
                for (before, after) in zip(before.processes, after.processes) {
                    for (before, after) in zip(before.findings, after.findings) {
                        #expect(before.verdict == after.verdict && before.waiver == nil)
                        var bare = after
                        bare.waiver = nil
                        #expect(bare == before)
                        #expect(after.waiver == nil || after.verdict == .fail)
                    }
                }
            }
        }
        for cluster in waived.clusters {
            for host in cluster.hosts {
                let place = WaiverPlace(cluster: cluster.name, labels: [:], host: host.name, address: host.address)
                for finding in host.processes.flatMap(\.findings) {
                    let state = list.state(of: finding, on: place, at: now)
                    let expected: WaiverState =
                        switch finding.waiver {
                        case .active(let waiver): .active(waiver)
                        case .expired(let waiver): .expired(waiver)
                        case nil: .none
                        }
                    #expect(state == expected)
                }
            }
        }
        #expect(
            waived.waivers?.reduce(0) { $0 + $1.findings }
                == waived.clusters.flatMap(\.hosts).flatMap(\.processes)
                .flatMap(\.findings).count { $0.waiver != nil })
        let again = waived.applying(.none, at: now)
        #expect(again.clusters.map(\.checks) == record.clusters.map(\.checks))
        #expect(again.hosts.map(\.processes) == record.hosts.map(\.processes))
        #expect(again.waivers == [])
    }
}
