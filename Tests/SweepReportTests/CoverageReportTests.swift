import Hardening
import SweepReport
import Testing

@Suite struct CoverageReportTests {
    private static let refused = HostFailure(
        phase: "connect", reason: "connectionRefused", detail: "refused", hint: "check that sshd runs\nssh-keygen -R x")
    private static let hidden = HostFailure(
        phase: "evidence", reason: "hidden", detail: "own processes", hint: "put the account into the group")

    /// A sweep of hosts without a policy, so that nothing was asked of those that were judged.
    private func record(_ hosts: [HostFailure?]) -> SweepRecord {
        SweepRecord(
            tool: ToolIdentity(name: "kubesweep", version: "0.1.0", libssh2: "1.10.0"),
            policy: PolicyIdentity(name: "p", digest: "sha256:0"), inventory: InventoryIdentity(digest: "d", hosts: 3),
            sweep: SweepIdentity(
                id: "s", started: "2026-11-01T02:00:00Z", ended: "2026-11-01T02:01:00Z", isComplete: false),
            clusters: [
                ClusterRecord(
                    name: "prod",
                    hosts: hosts.enumerated().map { number, failure in
                        HostRecord(
                            name: "cp\(number)", address: "10.0.0.\(number):22",
                            state: failure == nil ? .evaluated : failure == Self.hidden ? .hidden : .unreachable,
                            failure: failure)
                    }, policy: .none)
            ])
    }

    private func text(_ hosts: [HostFailure?], before: Coverage.Sum? = nil, floor: Double? = nil) -> String {
        CoverageReport(Coverage(record(hosts), before: before, floor: floor)).text(
            style: TerminalStyle(isColoured: false))
    }

    @Test func `says that nothing was seen, with the commonest failure and the first line of its hint`() {
        #expect(
            text([Self.hidden, Self.refused, Self.refused]) == """
                NOTHING SEEN  no host of 3 was judged; on 2 of them: connectionRefused (connect); check that sshd runs


                """)
        #expect(
            text([Self.hidden]) == """
                NOTHING SEEN  no host of 1 was judged; on all of them: hidden (evidence); put the account into the group


                """)
        #expect(text([]) == "NOTHING SEEN  the sweep had no host\n\n")
    }

    @Test func `says what is below the floor or less than before, and nothing where coverage held`() {
        let before = Coverage.Sum(judged: 1, counts: VerdictCounts())
        #expect(text([nil, Self.refused], before: before) == "")
        #expect(text([nil], floor: 0) == "")
        // Nothing was asked, and nothing was answered.
        #expect(text([nil], floor: 0.5) == "TOO LITTLE SEEN  coverage is 0.0 %, below --min-coverage 0.5\n\n")
        let more = Coverage.Sum(judged: 2, counts: VerdictCounts(pass: 3, fail: 1, unknown: 7, waived: 1))
        #expect(
            text([nil, Self.refused], before: more)
                == "LESS SEEN  hosts judged: 1, before 2; checks answered: 0, before 5\n\n")
        let told = CoverageReport(
            Coverage(record([nil]), before: more, floor: nil), lossIsToldOtherwise: true)
        #expect(told.warnings == [])
    }
}
