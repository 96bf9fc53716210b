import Hardening
import HostInventory
import ProcessTable
import StrictYAML
import Synchronization
import Testing

@testable import FleetSweep

struct SweepTests {
    private let place = Place(file: "fleet.yaml", line: 1, column: 1)

    private func judge() throws -> Judge {
        let facts = try BuiltIn.facts()
        return Judge(policy: try PolicySource.load("stackrox-2019").policy(facts: facts), facts: facts)
    }

    private func fleet(clusters: Int, masters: Int) -> Fleet {
        Fleet(
            source: "fleet.yaml",
            clusters: (0..<clusters).map { cluster in
                Cluster(
                    name: "c\(cluster)", kubernetesVersion: KubernetesVersion("1.31"),
                    hosts: (0..<masters).map { master in
                        Host(
                            cluster: "c\(cluster)", name: "c\(cluster)-m\(master)", address: "a\(cluster)-\(master)",
                            place: place)
                    })
            })
    }

    /// A whole listing whose API server carries the host's own address in a flag that a finding shows.
    private func listing(of host: Host) -> [UInt8] {
        Array(
            """
            UID          PID    PPID  C STIME TTY          TIME CMD
            root           1       0  0 10:14 ?        00:01:36 /sbin/init
            root           7       1  0 10:14 ?        00:01:36 kube-apiserver --audit-log-path=/log/\(host.address) --profiling=true

            kubesweep-end status=0

            """.utf8)
    }

    private func captured(_ bytes: [UInt8]) -> Capture {
        Capture(.success(CapturedListing(bytes: bytes, origin: .remoteCommand, hostKey: nil, milliseconds: 1)))
    }

    @Test func `a thousand hosts answer in any order and each keeps its own answer`() async throws {
        let fleet = fleet(clusters: 250, masters: 4)
        var options = Sweep.Options()
        options.concurrency = 64
        let underWay = Mutex((now: 0, most: 0))
        let sweep = Sweep(judge: try judge(), options: options) { host in
            underWay.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
            try? await Task.sleep(for: .microseconds(Int.random(in: 0...2000)))
            underWay.withLock { $0.now -= 1 }
            return self.captured(self.listing(of: host))
        }
        let ended = Mutex(0)
        let clusters = await sweep.run(fleet, until: SweepEnd()) { _, _ in ended.withLock { $0 += 1 } }

        #expect(ended.withLock { $0 } == 1000)
        #expect(underWay.withLock { $0.most } <= 64)
        #expect(clusters.count == 250)
        for (cluster, record) in zip(fleet.clusters, clusters) {
            #expect(record.name == cluster.name)
            #expect(record.hosts.map(\.name) == cluster.hosts.map(\.name).sorted())
            for (host, answer) in zip(cluster.hosts, record.hosts) {
                let finding = answer.processes.first?.findings.first { $0.check == "apiserver-audit-log-path" }
                #expect(finding?.observed == "--audit-log-path=/log/\(host.address)")
                #expect(finding?.verdict == .pass)
            }
        }
    }

    @Test func `one bad host changes no other host's record`() async throws {
        let bad: [String: [UInt8]] = [
            "c0-m0": [], "c1-m1": Array("Last login: yesterday\n".utf8), "c2-m2": [0, 255, 27, 10, 0],
        ]
        let sweep = Sweep(judge: try judge(), options: Sweep.Options()) { host in
            if host.name == "c3-m0" {
                return Capture(
                    .failure(HostFailure(phase: "connect", reason: "timedOut", detail: "after 5 s", hint: "look")))
            }
            return self.captured(bad[host.name] ?? self.listing(of: host))
        }
        let hosts = await sweep.run(fleet(clusters: 5, masters: 3), until: SweepEnd()).flatMap(\.hosts)
        let states = Dictionary(uniqueKeysWithValues: hosts.map { ($0.name, $0.state) })
        #expect(
            states.filter { $0.value != .evaluated } == [
                "c0-m0": .unreadable, "c1-m1": .unreadable, "c2-m2": .unreadable, "c3-m0": .unreachable,
            ])
        #expect(hosts.first { $0.name == "c0-m0" }?.failure?.reason == "emptyOutput")
        #expect(hosts.first { $0.name == "c1-m1" }?.failure?.reason == "notAListing")
        let wellTold = hosts.filter { $0.state == .evaluated }
        #expect(wellTold.count == 11)
        #expect(wellTold.allSatisfy { $0.processes.map(\.findings.count) == [38] })
    }

    @Test func `a sweep that is ended starts no further host and forgets none`() async throws {
        let end = SweepEnd()
        var options = Sweep.Options()
        options.concurrency = 2
        let asked = Mutex(0)
        let sweep = Sweep(judge: try judge(), options: options) { host in
            let count = asked.withLock { count in
                count += 1
                return count
            }
            if count == 3 { end.raise("interrupted") }
            return self.captured(self.listing(of: host))
        }
        let hosts = await sweep.run(fleet(clusters: 10, masters: 2), until: end).flatMap(\.hosts)
        #expect(hosts.count == 20)
        #expect(asked.withLock { $0 } <= 4)
        let abandoned = hosts.filter { $0.state == .abandoned }
        #expect(abandoned.count == 20 - asked.withLock { $0 })
        #expect(abandoned.allSatisfy { $0.failure?.detail == "interrupted before this host's turn" })
        #expect(hosts.filter { $0.state == .evaluated }.count == asked.withLock { $0 })
    }

    @Test func `a listing cut at the limit leaves no pass, even where its end marker came`() async throws {
        let sweep = Sweep(judge: try judge(), options: Sweep.Options()) { host in
            let listing = CapturedListing(
                bytes: self.listing(of: host), origin: .remoteCommand, hostKey: nil, isCut: true, milliseconds: 1)
            return Capture(.success(listing))
        }
        let host = await sweep.run(fleet(clusters: 1, masters: 1), until: SweepEnd()).flatMap(\.hosts).first
        #expect(host?.evidence?.wholeness == .cut(.outputLimit))
        #expect(host?.processes.first?.findings.filter { $0.verdict == .pass } == [])
    }

    @Test func `a listing without its end marker leaves no pass`() async throws {
        let sweep = Sweep(judge: try judge(), options: Sweep.Options()) { host in
            self.captured(Array(self.listing(of: host).dropLast("\nkubesweep-end status=0\n".utf8.count)))
        }
        let host = await sweep.run(fleet(clusters: 1, masters: 1), until: SweepEnd()).flatMap(\.hosts).first
        let findings = host?.processes.first?.findings ?? []
        #expect(findings.count == 38)
        #expect(findings.filter { $0.verdict == .pass } == [])
        #expect(findings.first { $0.check == "apiserver-profiling" }?.verdict == .fail)
    }
}

struct SweepEndTests {
    @Test func `only the first cause counts and every action runs once`() {
        let end = SweepEnd()
        let calls = Mutex<[String]>([])
        end.onRaise { calls.withLock { $0.append("before") } }
        #expect(end.cause == nil)
        end.raise("interrupted")
        end.raise("terminated")
        end.onRaise { calls.withLock { $0.append("after") } }
        #expect(end.cause == "interrupted")
        #expect(calls.withLock { $0 } == ["before", "after"])
    }
}
