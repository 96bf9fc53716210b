import ProcessTable
import SeededRandom
import Testing

@testable import Hardening

/// What holds for every listing, whatever policy it is judged by.
struct ListingPropertyTests {
    /// Rows that speak of the control plane and are no part of it, and rows that have nothing to do with it.
    private static let unrelated =
        [
            "root 31 2 0 10:14 ? 00:00:00 [kworker/0:1-kube-apiserver]",
            "root 32 1 0 10:14 ? 00:00:00 [kube-apiserver] <defunct>",
            "root 33 1 0 10:14 ? 00:00:00 grep kube-apiserver --anonymous-auth=true",
            "admin 34 1 0 10:14 pts/0 00:00:00 vim /etc/kubernetes/manifests/kube-apiserver.yaml",
            "root 35 1 0 10:14 ? 00:00:00 /bin/sh -c kube-apiserver --profiling=true >/log",
            "root 36 1 0 10:14 ? 00:00:00 kube-apiserver-healthcheck --secure-port=1",
            "root 37 1 0 10:14 ? 00:00:00 /code/apiserver --secure-port=5443",
            "root 38 1 0 10:14 ? 00:00:00 etcdctl get / --insecure-transport",
            "root 39 1 0 10:14 ? 00:00:00 nice -n 5 /usr/bin/etcd-manager --client-cert-auth=false",
            "www 40 1 0 10:14 ? 00:00:00 /usr/bin/app --token=abc  --x= é👩‍👩‍👧 kubelet --anonymous-auth=true",
        ] + (0..<20).map { "root \(1000 + $0) 2 0 10:14 ? 00:00:00 worker-\($0) --profiling=true" }

    private static func components(_ generator: inout SeededGenerator) -> [String] {
        [
            apiServerRow(randomFlags(&generator)), apiServerRow(randomFlags(&generator), pid: 701),
            "root 710 1 0 10:14 ? 00:00:00 kube-controller-manager --profiling=false --bind-address=127.0.0.1",
            "root 711 1 0 10:14 ? 00:00:00 kube-scheduler --profiling",
            "etcd 712 1 0 10:14 ? 00:00:00 etcd --client-cert-auth --trusted-ca-file=/ca",
            "root 713 1 0 10:14 ? 00:00:00 /usr/bin/kubelet --anonymous-auth=false --read-only-port=0",
        ].filter { _ in Int.random(in: 0..<5, using: &generator) > 0 }
    }

    @Test(arguments: BuiltIn.policyNames)
    func `unrelated processes change nothing, in whatever number and order`(_ policy: String) throws {
        var generator = SeededGenerator(seed: 11)
        let judge = try BuiltInJudge.named(policy)
        for round in 0..<40 {
            let own = Self.components(&generator)
            let alone = try HostEvidence.read(Array(listing(own, end: endMarker).utf8), origin: .remoteCommand)
            var rows = Self.unrelated.shuffled(using: &generator)
                .prefix(Int.random(in: 0...Self.unrelated.count, using: &generator)).map(\.self)
            var places = (0..<own.count).map { _ in Int.random(in: 0...rows.count, using: &generator) }
            places.sort()
            for (place, row) in zip(places, own).reversed() { rows.insert(row, at: place) }
            let among = try HostEvidence.read(Array(listing(rows, end: endMarker).utf8), origin: .remoteCommand)
            #expect(among.processes == alone.processes, "round \(round)")
            #expect(judge.judge(among, claimed: nil) == judge.judge(alone, claimed: nil), "round \(round)")
            #expect(judge.presence(in: among) == judge.presence(in: alone), "round \(round)")
        }
    }

    private static let short =
        listing(
            [
                apiServerRow("--anonymous-auth=false --authorization-mode=Node,RBAC --profiling=false"),
                "root 710 1 0 10:14 ? 00:00:00 kube-controller-manager --profiling=false --bind-address=127.0.0.1",
                "etcd 712 1 0 10:14 ? 00:00:00 etcd --client-cert-auth=true --peer-client-cert-auth=true",
                "root 713 1 0 10:14 ? 00:00:00 kubelet --anonymous-auth=false --read-only-port=0",
            ])

    private static let busyBox = """
        PID   USER     TIME  COMMAND
            1 root      0:01 /sbin/init
          700 root      0:09 kube-apiserver --anonymous-auth=false --authorization-mode=Node,RBAC
          712 root      0:09 etcd --client-cert-auth=true

        """

    @Test(
        arguments: BuiltIn.policyNames,
        [
            (short, ListingOrigin.remoteCommand, endMarker), (busyBox, .remoteCommand, endMarker),
            (short, .forcedCommand(orderlyClose: false), ""),
        ])
    func `a listing without its end leaves no pass and no absence`(
        _ policy: String, _ whole: (text: String, origin: ListingOrigin, end: String)
    ) throws {
        let judge = try BuiltInJudge.named(policy)
        let bytes = Array((whole.text + whole.end).utf8)
        let orderly = whole.end.isEmpty ? ListingOrigin.forcedCommand(orderlyClose: true) : whole.origin
        let seen = judge.judge(try HostEvidence.read(bytes, origin: orderly), claimed: Release("1.31"))
        #expect(seen.flatMap(\.findings).contains { $0.verdict == .pass })
        for length in 0...(bytes.count - (whole.end.isEmpty ? 0 : 1)) {
            guard let evidence = try? HostEvidence.read(Array(bytes[..<length]), origin: whole.origin) else { continue }
            let findings = judge.judge(evidence, claimed: Release("1.31")).flatMap(\.findings)
            #expect(findings.filter { $0.verdict == .pass }.map(\.check) == [], "\(length)")
            #expect(judge.presence(in: evidence).absent == [], "\(length)")
        }
    }

    /// On the same host before or behind it, and on another host of the cluster.
    @Test(arguments: BuiltIn.policyNames)
    func `another API server improves no check of a cluster`(_ policy: String) throws {
        var generator = SeededGenerator(seed: 13)
        let judge = try BuiltInJudge.named(policy)
        func rollup(_ hosts: [[String]]) throws -> [CheckRollup] {
            let records = try hosts.enumerated().map { index, rows in
                let text = listing(rows, end: endMarker)
                let evidence = try HostEvidence.read(Array(text.utf8), origin: .remoteCommand)
                return HostRecord(
                    name: "\(index)", address: "\(index)", state: .evaluated,
                    processes: judge.judge(evidence, claimed: nil), presence: judge.presence(in: evidence))
            }
            return ClusterRecord(name: "c", hosts: records, policy: judge.policy).checks
        }
        for round in 0..<40 {
            let first = apiServerRow(randomFlags(&generator), pid: 700)
            let second = apiServerRow(randomFlags(&generator), pid: 900)
            let alone = try rollup([[first]])
            for hosts in [[[first, second]], [[second, first]], [[first], [second]]] {
                for (one, both) in zip(alone, try rollup(hosts)) {
                    #expect(both.check == one.check)
                    #expect(both.worst.weight >= one.worst.weight, "round \(round), \(one.check): \(hosts)")
                    #expect(both.counts.fail >= one.counts.fail, "round \(round), \(one.check): \(hosts)")
                    #expect(both.counts.unknown >= one.counts.unknown, "round \(round), \(one.check): \(hosts)")
                }
            }
        }
    }
}
