import Hardening
import ProcessTable
import Testing

/// The drift between masters of the given lines, as `component flag: value of hosts | value of hosts`.
private func drift(_ rows: [(host: String, row: String)], end: String = endMarker) throws -> [String] {
    let hosts = try rows.map { host, row in
        let text = end.isEmpty ? header + "\n" + initRow + "\n" + row : listing([row], end: end)
        return HostRecord(
            name: host, address: host, state: .evaluated,
            processes: try judged(text, origin: end.isEmpty ? .saved : .remoteCommand))
    }
    return ClusterRecord(name: "c", hosts: hosts, policy: try builtInPolicy.get()).drift.map { drift in
        let sides = drift.values.map { "\($0.value ?? "not set") of \($0.hosts.joined(separator: " "))" }
        return "\(drift.component.rawValue) \(drift.flag): " + sides.joined(separator: " | ")
    }
}

private func masters(_ flags: String...) -> [(host: String, row: String)] {
    flags.enumerated().map { ("m\($0 + 1)", apiServerRow($1)) }
}

struct FlagDriftTests {
    @Test(arguments: [
        (masters("--profiling=false", "--profiling=false"), [String]()),
        (masters("--profiling=false", "--profiling=F", "--profiling=0", "--profiling=False"), []),
        (masters("--profiling", "--profiling=true"), []),
        (masters("--profiling=true --profiling=false", "--profiling=false"), []),
        (masters("--anonymous_auth=false", "--anonymous-auth=false"), []),
        (
            masters("--profiling=false", "--profiling=true", "--profiling=false"),
            ["kube-apiserver profiling: false of m1 m3 | true of m2"]
        ),
        (masters("--v=2", "--v=2 --profiling=false"), ["kube-apiserver profiling: not set of m1 | false of m2"]),
        (
            masters("--v=2 --client-ca-file=", "--v=2", "--v=2 --client-ca-file=", "--v=2"),
            ["kube-apiserver client-ca-file: not set of m2 m4 |  of m1 m3"]
        ),
        (masters("--enable-admission-plugins=A,B", "--enable-admission-plugins=B --enable-admission-plugins=A"), []),
        // A combining mark makes one character with the comma before it, but Go splits bytes.
        (masters("--enable-admission-plugins=C,\u{301}A,B", "--enable-admission-plugins=B,\u{301}A,C"), []),
        (
            masters("--enable-admission-plugins=A,B", "--enable-admission-plugins=A"),
            ["kube-apiserver enable-admission-plugins: A of m2 | A,B of m1"]
        ),
        (
            masters("--authorization-mode=Node,RBAC", "--authorization-mode=RBAC,Node"),
            ["kube-apiserver authorization-mode: Node,RBAC of m1 | RBAC,Node of m2"]
        ),
        (masters("--authorization-mode=Node,RBAC", "--authorization-mode=Node --authorization-mode=RBAC"), []),
        (masters("--feature-gates=A=true,B=0", "--feature-gates=B=false --feature-gates=A=T"), []),
        (masters("--feature-gates=A=true,A=false", "--feature-gates=A=false"), []),
        (
            masters("--feature-gates=B=true,A=1", "--feature-gates=other:A=true,kube:B=t"),
            ["kube-apiserver feature-gates: A=true,B=true of m1 | B=true,other:A=true of m2"]
        ),
        (
            masters("--audit-log-path=/a --v=2", "--audit-log-path=/b --v=4"),
            ["kube-apiserver audit-log-path: /a of m1 | /b of m2", "kube-apiserver v: 2 of m1 | 4 of m2"]
        ),
        (masters("--new-flag=1", "--new-flag=2"), ["kube-apiserver new-flag: 1 of m1 | 2 of m2"]),
        (
            masters(
                "--advertise-address=10.0.0.1 --etcd-servers=https://a:2379 --tls-cert-file=/a --bind-address=10.0.0.1",
                "--advertise-address=10.0.0.2 --etcd-servers=https://b:2379 --tls-cert-file=/b"), []
        ),
        (masters("--port=0 --v=2", "--insecure-port=0 --v=2"), []),
    ])
    func `masters are compared by what their flags mean`(
        rows: [(host: String, row: String)], expected: [String]
    ) throws {
        #expect(try drift(rows) == expected)
    }

    @Test func `a host without the component takes no side`() throws {
        let rows = [
            ("a", apiServerRow("--v=2")), ("b", "root 9 1 0 10:14 ? 00:00:00 kube-scheduler --v=3"),
            ("c", "root 9 1 0 10:14 ? 00:00:00 sh"),
        ]
        #expect(try drift(rows) == [])
    }

    @Test func `other components are compared too`() throws {
        let row = "root 9 1 0 10:14 ? 00:00:00 "
        #expect(
            try drift([
                ("a", row + "etcd -client-cert-auth=true --name=a"), ("b", row + "etcd --client-cert-auth --name=b"),
            ])
                == [])
        #expect(
            try drift([("a", row + "kube-scheduler --profiling=false"), ("b", row + "kube-scheduler --profiling=true")])
                == ["kube-scheduler profiling: false of a | true of b"])
    }

    @Test func `two servers of one host disagree with nobody but another host`() throws {
        let two = [apiServerRow("--v=2", pid: 700), apiServerRow("--v=3", pid: 900)].joined(separator: "\n")
        #expect(try drift([("a", two)]) == [])
        #expect(try drift([("a", two), ("b", apiServerRow("--v=2"))]) == ["kube-apiserver v: 2 of a b | 3 of a"])
    }

    @Test func `cut rows take no side`() throws {
        #expect(try drift(masters("--v=2 --profiling=false", "--v=3 --profiling=true"), end: "") == [])
        let cut = "root 9 1 0 10:14 ? 00:00:00 kube-apiserver --v=3 --prof"
        let whole = HostRecord(name: "a", address: "a", state: .evaluated, processes: [try record("--v=2")])
        let other = HostRecord(
            name: "b", address: "b", state: .evaluated, processes: try judged(header + "\n" + initRow + "\n" + cut))
        let policy = try builtInPolicy.get()
        #expect(ClusterRecord(name: "c", hosts: [whole, other], policy: policy).drift == [])
    }

    @Test func `settings in files take no side`() throws {
        let rows = [
            ("a", apiServerRow("--openshift-config=/c.yaml --v=2")),
            ("b", apiServerRow("--openshift-config=/c.yaml --v=3")),
            ("c", "root 9 1 0 10:14 ? 00:00:00 /usr/local/bin/k3s server"),
        ]
        #expect(try drift(rows) == [])
    }
}
