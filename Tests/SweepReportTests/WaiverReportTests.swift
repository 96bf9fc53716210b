import Hardening
import ProcessTable
import SweepReport
import Testing

private let moment = "2026-11-23T02:00:00Z"

struct WaiverReportTests {
    private let plain = TerminalStyle(isColoured: false)

    /// Over the fixture: in force, expired, soon to expire, for another value, for nobody, and with hostile words.
    private func waivers() throws -> WaiverList {
        let hostile = #""\e[2J\e]0;owned\a \u202Etxt\u202C \u2028line\u200B \x9B31m""#
        return try WaiverList.parse(
            """
            waivers:
              - id: cluster-anonymous
                check: apiserver-anonymous-auth
                cluster: prod-*
                reason: the ingress asks for /healthz without a token
                owner: team-edge
                expires: 2027-06-30
                ticket: OPS-7
              - {id: port-8080, check: apiserver-insecure-port, host: m1, value: --insecure-port=8080, reason: \(hostile), owner: \(hostile), expires: 2026-12-01, ticket: \(hostile)}
              - {id: ciphers, check: apiserver-tls-cipher-suites, labels: {env: prod}, reason: old clients, owner: team-a, expires: 2026-10-31}
              - {id: profiling, check: apiserver-profiling, cluster: prod-eu, value: --profiling=true, reason: measured, owner: team-b, expires: 2027-01-31}
              - {id: nobody, check: apiserver-profiling, cluster: nowhere, reason: R, owner: O, expires: 2027-01-31}
              - {id: nothing, check: apiserver-something, everywhere: true, reason: R, owner: O, expires: 2027-01-31}
              - {id: unused, check: apiserver-etcd-cafile, cluster: prod-eu, host: k8s-cp01*, reason: R, owner: O, expires: 2027-01-31}

            """, file: "waivers.yaml")
    }

    @Test func `a sweep with waivers as text`() throws {
        let fixture = try FixtureSweep()
        let record = fixture.record.applying(try waivers(), at: moment)
        let text = TerminalReport.render(record, policy: fixture.policy, style: plain)
        try Golden.expect(Array(text.utf8), in: "waived.txt")
        let coloured = TerminalReport.render(
            record, policy: fixture.policy, style: TerminalStyle(isColoured: true))
        #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == text)
        #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
    }

    @Test func `a sweep with waivers as JSON`() throws {
        let record = try FixtureSweep().record.applying(try waivers(), at: moment)
        try Golden.expect(JSONReport.render(record), in: "waived.json")
    }

    @Test func `what is suggested and filled in covers every failure, whatever stands in it`() throws {
        let fixture = try FixtureSweep()
        let suggested = try WaiverSuggestions(report: JSONReport.render(fixture.record)).yaml
        try Golden.expect(Array(suggested.utf8), in: "suggested.yaml")
        #expect(throws: (any Error).self) { try WaiverList.parse(suggested, file: "w.yaml") }
        let filled = suggested.replacing(/FILL IN a day.*/, with: "2027-01-31").replacing(/FILL IN .*/, with: "W")
        let list = try WaiverList.parse(filled, file: "w.yaml")
        let record = fixture.record.applying(list, at: moment)
        #expect(fixture.record.counts.fail > 0)
        #expect(record.counts.fail == 0 && record.counts.waived == fixture.record.counts.fail)
        #expect(record.waivers?.allSatisfy { $0.remarks.isEmpty } == true)
        // Nothing is left to suggest, and the expired come back.
        let none = "# No failure counts, so that there is nothing to waive.\nwaivers: []\n"
        #expect(try WaiverSuggestions(report: JSONReport.render(record)).yaml == none)
        #expect(try WaiverList.parse(none, file: "w.yaml").waivers.isEmpty)
        let late = fixture.record.applying(list, at: "2028-01-01T00:00:00Z")
        #expect(try WaiverSuggestions(report: JSONReport.render(late)).yaml == suggested)
    }

    @Test func `a record and its report suggest the same, whatever is waived or was`() throws {
        let record = try FixtureSweep().record
        for record in [record, record.applying(try waivers(), at: moment)] {
            let suggested = WaiverSuggestions(record).yaml
            #expect(suggested.contains("  - id: apiserver-tls-cipher-suites."))
            #expect(suggested == (try WaiverSuggestions(report: JSONReport.render(record)).yaml))
        }
        #expect(
            WaiverSuggestions(record).yaml != WaiverSuggestions(record.applying(try waivers(), at: moment)).yaml)
    }

    @Test func `saved listings get waivers by their names`() throws {
        let evaluation = try FixtureEvaluation()
        let suggested = try WaiverSuggestions(report: evaluation.json()).yaml
        #expect(suggested.contains("    host: [\"host-1.ps\", \"host-2.ps\", \"host-10.ps\"]\n"))
    }

    @Test func `a check that shows too many values gets one waiver for any`() throws {
        var suggestions = WaiverSuggestions()
        for number in 1...9 {
            suggestions.add(
                Finding(check: "c", severity: .high, verdict: .fail, observed: "v\(number)", expected: "e"),
                cluster: "a*[b]", host: "h\(number)")
        }
        #expect(
            suggestions.yaml.split(separator: "\n").dropFirst(2).joined(separator: "\n") == """
                waivers:
                  - id: c.a--b-
                    check: "c"
                    cluster: "a[*][[]b]"
                    # any value: the failures show too many different ones
                    # high, on 9 hosts
                    reason: FILL IN why this is accepted
                    owner: FILL IN who answers for it
                    expires: FILL IN a day like 2026-12-31
                """)
    }
}
