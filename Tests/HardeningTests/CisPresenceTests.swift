import Hardening
import ProcessTable
import Testing

/// Components that run no process on a host: when their checks do not apply, and when they were just not seen.
struct CisPresenceTests {
    private static let api = "kube-apiserver --advertise-address=10.0.0.1 --etcd-servers=https://10.0.0.9:2379"
    private static let masters: Set<Component> = [.kubeAPIServer, .kubeControllerManager, .kubeScheduler]

    private func presence(_ evidence: HostEvidence, policy: String = "cis-1.12") throws -> Presence {
        try BuiltInJudge.named(policy).presence(in: evidence)
    }

    private func record(_ name: String, _ commands: [String]) throws -> HostRecord {
        let judge = try BuiltInJudge.named("cis-1.12")
        let evidence = try wholeHost(commands)
        return HostRecord(
            name: name, address: name, state: .evaluated,
            processes: judge.judge(evidence, claimed: Release(minor: 33)), presence: judge.presence(in: evidence))
    }

    private func rollups(_ hosts: [HostRecord]) throws -> [String: CheckRollup] {
        let cluster = ClusterRecord(name: "c", hosts: hosts, policy: try BuiltInJudge.named("cis-1.12").policy)
        return Dictionary(uniqueKeysWithValues: cluster.checks.map { ($0.check, $0) })
    }

    @Test func `external etcd and no kubelet on the table are absent from a whole listing`() throws {
        let evidence = try wholeHost([Self.api, "kube-controller-manager", "kube-scheduler"])
        #expect(try presence(evidence) == Presence(absent: [.etcd, .kubelet]))
    }

    @Test func `a host of etcd alone lacks the others, but an API server is missed on every host`() throws {
        let found = try presence(try wholeHost(["etcd --name=a"]))
        #expect(
            found == Presence(absent: [.kubeControllerManager, .kubeScheduler, .kubelet], unseen: [.kubeAPIServer]))
    }

    @Test func `a policy that does not speak of a component does not miss it`() throws {
        #expect(try presence(try wholeHost([Self.api]), policy: "stackrox-2019") == Presence())
    }

    @Test func `a host without any of the components is wholly unseen`() throws {
        #expect(try presence(try wholeHost(["nginx"])) == Presence(unseen: Set(Component.allCases)))
    }

    @Test(arguments: [
        "https://127.0.0.1:2379", "https://localhost:2379", "https://10.0.0.9:2379,https://[::1]:2379",
        "https://10.0.0.1:2379", "https://u@127.0.0.1:2379/x",
    ])
    func `etcd at the host's own address runs here under whatever name`(_ servers: String) throws {
        let evidence = try wholeHost(["kube-apiserver --advertise-address=10.0.0.1 --etcd-servers=\(servers)"])
        #expect(try presence(evidence).unseen == [.etcd])
    }

    @Test(arguments: ["kube-apiserver", "kube-apiserver --etcd-servers=", "kube-apiserver --etcd-servers=\"a"])
    func `etcd that the API server does not name may be here`(_ api: String) throws {
        #expect(try presence(try wholeHost([api])).unseen == [.etcd])
    }

    @Test func `a datastore behind a local socket is no etcd`() throws {
        #expect(try presence(try wholeHost(["kube-apiserver --etcd-servers=unix:///kine.sock"])).absent.contains(.etcd))
    }

    @Test(arguments: ["k3s server", "kubelite --apiserver-args-file=/a", "rke2 server"])
    func `a distribution's program may hold what is not listed`(_ command: String) throws {
        #expect(try presence(try wholeHost([command])).absent.isEmpty)
    }

    @Test func `an excerpt proves no absence`() throws {
        let row = "root 7 1 0 10:14 ? 00:00:01 \(Self.api)\n"
        let found = try presence(try HostEvidence.read(Array(row.utf8), origin: .saved))
        #expect(found == Presence(unseen: Set(Component.allCases).subtracting([.kubeAPIServer])))
    }

    @Test func `hidden rows prove no absence`() throws {
        let text = """
            UID          PID    PPID  C STIME TTY          TIME CMD
            audit         90       1  0 10:14 ?        00:00:01 \(Self.api)

            kubesweep-end status=0

            """
        let evidence = try HostEvidence.read(Array(text.utf8), origin: .remoteCommand)
        #expect(evidence.isHidden)
        #expect(try presence(evidence).absent.isEmpty)
    }

    @Test func `no listing that is cut short anywhere proves an absence`() throws {
        let text = """
            UID          PID    PPID  C STIME TTY          TIME CMD
            root           1       0  0 10:14 ?        00:01:36 /sbin/init
            root           7       1  0 10:14 ?        00:00:01 \(Self.api)
            root           8       1  0 10:14 ?        00:00:01 etcd --name=a

            kubesweep-end status=0

            """
        let whole = Array(text.utf8)
        for end in 0..<(whole.count - 2) {
            guard let evidence = try? HostEvidence.read(Array(whole[..<end]), origin: .remoteCommand) else { continue }
            #expect(try presence(evidence).absent.isEmpty, "cut at \(end)")
        }
    }

    @Test func `an absent component does not apply on its host and is judged on the others`() throws {
        let checks = try rollups([
            record("a", [Self.api, "kube-controller-manager --profiling=false", "kube-scheduler", "kubelet"]),
            record("b", ["etcd --name=a --auto-tls"]), record("c", ["etcd --name=b"]),
        ])
        let manager = try #require(checks["controller-manager-profiling"])
        #expect(manager.worst == .pass)
        #expect(manager.counts == VerdictCounts(pass: 1, notApplicable: 2))
        let etcd = try #require(checks["etcd-auto-tls"])
        #expect(etcd.worst == .fail)
        #expect(etcd.counts == VerdictCounts(pass: 1, fail: 1, notApplicable: 1))
        let api = try #require(checks["apiserver-profiling"])
        #expect(api.counts == VerdictCounts(fail: 1, unseen: 2))
    }

    @Test func `external etcd does not apply to a cluster, and counts as decided`() throws {
        let checks = try rollups([record("a", [Self.api]), record("b", [Self.api])])
        let etcd = try #require(checks["etcd-auto-tls"])
        #expect(etcd.worst == .notApplicable(.noSuchProcess))
        #expect(etcd.counts == VerdictCounts(notApplicable: 2))
        #expect(etcd.counts.coverage == 100)
    }

    @Test func `a cluster without any scheduler has it where nobody looked`() throws {
        let hosts = [try record("a", [Self.api]), try record("b", [Self.api])]
        for check in ["scheduler-profiling", "controller-manager-profiling"] {
            let rollup = try #require(try rollups(hosts)[check])
            #expect(rollup.worst == .unknown(.unseen))
            #expect(rollup.counts == VerdictCounts(unseen: 2))
        }
    }

    @Test func `a host that was not reached is unseen beside one that lacks the component`() throws {
        let lost = HostRecord(name: "b", address: "b", state: .unreachable)
        let etcd = try #require(try rollups([record("a", [Self.api]), lost])["etcd-auto-tls"])
        #expect(etcd.worst == .unknown(.unseen))
        #expect(etcd.counts == VerdictCounts(notApplicable: 1, unseen: 1))
    }

    @Test func `a saved listing counts what does not apply and what was not seen`() throws {
        let judge = try BuiltInJudge.named("cis-1.12")
        let total = judge.policy.checks.count
        func counts(_ evidence: HostEvidence) -> VerdictCounts {
            let presence = judge.presence(in: evidence)
            return FileRecord(
                name: "f", state: .evaluated, processes: judge.judge(evidence, claimed: Release(minor: 33)),
                checkCount: total, absentCheckCount: judge.policy.checkCount(of: presence.absent),
                unseenCheckCount: judge.policy.checkCount(of: presence.unseen)
            ).counts
        }
        let whole = counts(try wholeHost(["etcd --name=a", "kube-scheduler", "kubelet", "kube-controller-manager"]))
        #expect(whole.unseen == 31)
        #expect(whole.total == total)
        let split = counts(try wholeHost(["etcd --name=a"]))
        #expect(split.unseen == 31)
        #expect(split.total == total)
        #expect(split.notApplicable >= 7 + 2 + 14)
        let row = "root 7 1 0 10:14 ? 00:00:01 etcd --name=a\n"
        let excerpt = counts(try HostEvidence.read(Array(row.utf8), origin: .saved))
        #expect(excerpt.unseen == total - 7)
        // Two processes of one component answer the same checks.
        let twice = counts(try wholeHost(["etcd --name=a", "etcd --name=b"]))
        #expect(twice.unseen == 31)
        #expect(twice.total == total + 7)
    }
}
