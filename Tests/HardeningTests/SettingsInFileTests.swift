import Hardening
import ProcessTable
import Testing

struct SettingsInFileTests {
    @Test(arguments: [
        ("/usr/local/bin/k3s server", "k3s", "/etc/rancher/k3s/config.yaml"),
        ("k3s server --config=/k.yaml --token REDACTED", "k3s", "/k.yaml"),
        (
            "/snap/microk8s/8612/kubelite --apiserver-args-file=/var/snap/microk8s/8612/args/kube-apiserver "
                + "--start-control-plane=true",
            "microk8s", "/var/snap/microk8s/8612/args/kube-apiserver"
        ),
        ("kube-apiserver --openshift-config=/c.yaml --advertise-address=10.0.0.1 -v=2", "openshift-4", "/c.yaml"),
        (
            "hypershift openshift-kube-apiserver --config=/etc/origin/master/master-config.yaml", "openshift-3",
            "/etc/origin/master/master-config.yaml"
        ),
        ("openshift start master api --config=/m.yaml", "openshift-3", "/m.yaml"),
        ("microshift run", "microshift", "/etc/microshift/config.yaml"),
        ("/usr/local/bin/rke2 server", "rke2", "/etc/rancher/rke2/config.yaml"),
    ])
    func `no check is decided from a line that is not the server's own`(
        command: String, distribution: String, path: String
    ) throws {
        let records = try judged(
            listing(["root 700 1 0 10:14 ? 00:00:00 " + command], end: endMarker), origin: .remoteCommand)
        let record = try #require(records.first { $0.component == .kubeAPIServer })
        #expect(record.findings.count == 38)
        #expect(Set(record.findings.map(\.verdict)) == [.unknown(.configuredInFile)])
        #expect(Set(record.findings.map(\.note)) == [path])
        #expect(Set(record.findings.map(\.observed)) == ["not on the command line"])
        #expect(record.notes == ["\(distribution) keeps the settings in \(path)"])
        #expect(record.flags == nil)
        #expect(record.releases == ReleaseRange(Release(minor: 5), Release(minor: 36)))
    }

    @Test func `a server whose flags are in sight is judged beside its supervisor`() throws {
        let rows = ["root 600 1 0 10:14 ? 00:00:00 /usr/local/bin/rke2 server", apiServerRow("--profiling=false")]
        let records = try judged(listing(rows), claimed: Release("1.28"))
        #expect(records.map(\.pid) == [700])
        #expect(try records[0].finding("profiling").verdict == .pass)
    }
}

struct HostStateTests {
    private func state(_ text: String, _ origin: ListingOrigin = .saved) throws -> HostState {
        let evidence = try HostEvidence.read(Array(text.utf8), origin: origin)
        return JudgedEvidence(
            evidence: evidence, document: EvidenceDocument(evidence),
            processes: try judge().judge(evidence, claimed: nil), presence: Presence()
        ).state
    }

    @Test(arguments: [
        (listing([apiServerRow("")]), HostState.evaluated),
        (header + "\n" + initRow + "\n" + apiServerRow(""), .evaluated),
        (header + "\n" + apiServerRow("") + "\n", .evaluated),
        (apiServerRow("") + "\n", .evaluated),
        (listing(["root 9 1 0 10:14 ? 00:00:00 k3s server"]), .evaluated),
        (listing([]), .noControlPlane),
        (listing(["root 9 1 0 10:14 ? 00:00:00 kubelet --v=2"]), .noControlPlane),
        (header + "\nroot 9 8 0 10:14 ? 00:00:00 sh\n", .hidden),
        (header + "\n" + initRow, .incomplete),
        (initRow + "\n", .incomplete),
    ])
    func `a listing decides the host's state`(text: String, expected: HostState) throws {
        #expect(try state(text) == expected)
    }

    @Test func `without its end marker a listing shows no absence`() throws {
        #expect(try state(listing([]), .remoteCommand) == .incomplete)
        #expect(try state(listing([], end: endMarker), .remoteCommand) == .noControlPlane)
    }

    @Test func `a listing is read and judged, or it is said what is no listing`() throws {
        let judge = try judge()
        let text = listing([apiServerRow("--profiling=false")], end: endMarker)
        let judged = try judge.judged(Array(text.utf8), origin: .remoteCommand, claimed: Release("1.24"))
        #expect(judged.processes == [try record("--profiling=false", claimed: Release("1.24"))])
        #expect(throws: ListingProblem.notAListing(line: 1, excerpt: "Permission denied")) {
            try judge.judged(Array("Permission denied\n".utf8), origin: .remoteCommand, claimed: nil)
        }
    }
}
