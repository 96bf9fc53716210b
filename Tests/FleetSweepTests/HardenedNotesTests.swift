import Hardening
import ProcessTable
import Testing

@testable import FleetSweep

/// What a reader is told of components that a host does not run or did not show.
struct HardenedNotesTests {
    private func notes(_ text: String, policy name: String = "cis-1.12") throws -> [String] {
        let facts = try BuiltIn.facts()
        let judge = Judge(policy: try PolicySource.load(name).policy(facts: facts), facts: facts)
        let evidence = try HostEvidence.read(Array(text.utf8), origin: .saved)
        return evidence.notes + judge.presence(in: evidence).notes(judge.policy)
    }

    private let row = "root 7 1 0 10:14 ? 00:00:01 kube-apiserver --etcd-servers=https://10.0.0.9:2379\n"

    @Test func `what does not run is named with the number of its checks`() throws {
        let header = "UID PID PPID C STIME TTY TIME CMD\nroot 1 0 0 10:14 ? 00:00:01 /sbin/init\n"
        #expect(
            try notes(header + row) == [
                "not running here: kube-controller-manager, kube-scheduler, etcd, kubelet; 30 checks do not apply"
            ])
        #expect(try notes(header + row, policy: "stackrox-2019") == [])
    }

    @Test func `what an excerpt does not show is called unseen`() throws {
        #expect(
            try notes(row) == [
                "an excerpt without header: whether there are other processes is not known",
                "not seen here: kube-controller-manager, kube-scheduler, etcd, kubelet; 30 checks unseen",
            ])
    }
}
