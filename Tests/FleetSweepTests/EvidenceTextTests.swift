import FleetSweep
import ProcessTable
import Testing

struct EvidenceTextTests {
    private func evidence(_ processes: [ControlPlaneProcess], _ wholeness: Wholeness = .proven) -> HostEvidence {
        HostEvidence(wholeness: wholeness, isHidden: false, rowCount: 9, processes: processes)
    }

    private func server(pid: Int = 7, user: String = "root", _ arguments: [String]) -> ControlPlaneProcess {
        ControlPlaneProcess(
            component: .kubeAPIServer, pid: pid, parent: 1, user: user, program: "kube-apiserver", arguments: arguments)
    }

    @Test func `sha256 is the digest of FIPS 180-4`() {
        #expect(sha256(Array("abc".utf8)) == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func `a restart alone does not change the digest`() {
        #expect(evidence([server(pid: 7, ["--a"])]).digest == evidence([server(pid: 90, ["--a"])]).digest)
    }

    @Test func `whatever a process shows changes the digest`() {
        var session = server(["--a", "--b"])
        session.starter = .session("bash")
        var beside = evidence([server(["--a", "--b"])])
        beside.lookAlikes = [server(user: "nobody", ["--b"])]
        let digests = [
            evidence([session]).digest,
            beside.digest,
            evidence([]).digest,
            evidence([server(["--a", "--b"])]).digest,
            evidence([server(["--a--b"])]).digest,
            evidence([server(["--b", "--a"])]).digest,
            evidence([server(["--a", "--b", ""])]).digest,
            evidence([server(user: "kube", ["--a", "--b"])]).digest,
            evidence([server(["--a"]), server(["--b"])]).digest,
        ]
        #expect(Set(digests).count == digests.count)
    }

    @Test func `notes say what the listing leaves open`() {
        var cut = evidence([], .cut(.noEndMarker))
        cut.isHidden = true
        #expect(
            cut.notes == [
                "the listing is not whole: its end marker is missing",
                "only the account's own processes are listed (hidepid)",
            ])
        #expect(
            evidence([], .excerpt).notes == [
                "an excerpt without header: whether there are other processes is not known"
            ])
        #expect(evidence([], .proven).notes == [])
    }
}

struct UTCTimeTests {
    @Test func `times are RFC 3339 in UTC`() {
        #expect(UTCTime(seconds: 0).text == "1970-01-01T00:00:00Z")
        #expect(UTCTime(seconds: 1_793_466_000).text == "2026-10-31T17:00:00Z")
    }

    @Test func `a sweep's id begins with its time`() {
        let id = UTCTime(seconds: 1_793_466_000).sweepID
        #expect(id.hasPrefix("20261031T170000Z-"))
        #expect(id.utf8.count == 21)
    }
}
