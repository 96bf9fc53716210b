import Hardening
import Testing

/// A list of waivers for `apiserver-profiling`, each given as the lines that set it apart.
func waivers(_ entries: String...) throws -> WaiverList {
    let text = entries.enumerated().map { number, entry in
        let check = entry.contains("check:") ? "" : "check: apiserver-profiling, "
        let expires = entry.contains("expires:") ? "" : "expires: 2026-12-31, "
        let place = ["cluster:", "host:", "labels:"].contains(where: entry.contains) ? "" : "everywhere: true, "
        return "  - {id: w\(number + 1), \(check)\(expires)\(place)reason: R, owner: O, \(entry)}\n"
    }
    return try WaiverList.parse("waivers:\n" + text.joined(), file: "w.yaml")
}

private func finding(_ verdict: Verdict = .fail, _ observed: String = "--profiling=true") -> Finding {
    Finding(check: "apiserver-profiling", severity: .low, verdict: verdict, observed: observed, expected: "e")
}

private let place = WaiverPlace(
    cluster: "prod-eu", labels: ["env": "prod", "tier": "1"], host: "cp1.eu", address: "10.0.0.1:2222")

private func state(
    _ list: WaiverList, _ finding: Finding = finding(), at moment: String = "2026-11-24T02:00:00Z"
) -> String {
    switch list.state(of: finding, on: place, at: moment) {
    case .none: "none"
    case .active(let waiver): waiver.id
    case .expired(let waiver): "expired \(waiver.id)"
    }
}

struct WaiverTests {
    @Test func `what is in force on one side only is where failures may be waived there only`() throws {
        let (then, today) = ("2026-11-01T02:00:00Z", "2026-11-02T02:00:00Z")
        let many = try waivers("cluster: a", "cluster: b, expires: 2026-11-01", "cluster: c")
        func clusters(_ older: WaiverList?, _ newer: WaiverList?) -> [String] {
            let scopes = WaiverList.scopes(inForceOnOneSide: (older, then), (newer, today))
            return ["a", "b", "c", "d"].filter { name in scopes.contains { $0.covers(cluster: name, labels: [:]) } }
        }
        // The second ends between the two.
        #expect(clusters(many, many) == ["b"])
        #expect(clusters(many, nil) == ["a", "b", "c"])
        #expect(clusters(nil, many) == ["a", "c"])
        #expect(clusters(nil, nil) == [])
        // Who said so, and how long it holds, is nothing that a failure shows.
        let others = try waivers("cluster: c, expires: 2027-01-01", "cluster: a, ticket: OPS-1", "cluster: d")
        #expect(clusters(many, others) == ["b", "d"])
        #expect(clusters(many, try waivers("cluster: a, value: x", "cluster: c")) == ["a", "b"])
    }

    @Test(arguments: [
        ("", "w1"), ("cluster: prod-eu", "w1"), ("cluster: prod-*", "w1"), ("cluster: [a, 'prod-??']", "w1"),
        ("cluster: prod", "none"), ("cluster: PROD-EU", "none"), ("host: cp1.eu", "w1"), ("host: 10.0.0.1", "w1"),
        ("host: 10.0.0.1:2222", "w1"), ("host: 'cp[2-9]*'", "none"), ("labels: {env: prod}", "w1"),
        ("labels: {env: prod, tier: '1'}", "w1"), ("labels: {env: prod, tier: '2'}", "none"),
        ("labels: {zone: a}", "none"), ("cluster: prod-eu, host: cp1*, labels: {env: prod}", "w1"),
        ("cluster: prod-eu, host: cp2*", "none"), ("cluster: edge, host: cp1*", "none"),
        ("check: apiserver-profilin", "none"), ("value: --profiling=true", "w1"), ("value: --profiling=tru", "none"),
        ("value: '--profiling=true '", "none"),
    ])
    func `a waiver holds where all that it says is met`(entry: String, expected: String) throws {
        #expect(state(try waivers(entry)) == expected)
    }

    @Test(arguments: [
        ("2026-12-31", "2026-12-31T23:59:59Z", "w1"), ("2026-12-31", "2027-01-01T00:00:00Z", "expired w1"),
        ("2028-02-28", "2028-02-29T00:00:00Z", "expired w1"), ("2028-02-29", "2028-02-29T12:00:00Z", "w1"),
        ("2026-12-31", "2026-12-31T22:30:00-01:00", "w1"), ("2026-12-31", "2026-12-31T23:00:00-01:00", "expired w1"),
        ("2026-12-31T12:00:00Z", "2026-12-31T11:59:59Z", "w1"),
        ("2026-12-31T12:00:00Z", "2026-12-31T12:00:00Z", "expired w1"),
        ("2026-12-31T12:00:00+01:00", "2026-12-31T11:00:00Z", "expired w1"),
        ("9999-12-31", "2026-01-01T00:00:00Z", "w1"), ("9999-12-31", "now", "expired w1"),
    ])
    func `a waiver holds until its end in UTC`(expires: String, moment: String, expected: String) throws {
        #expect(state(try waivers("expires: \"\(expires)\""), at: moment) == expected)
    }

    @Test(arguments: [
        Verdict.pass, .unknown(.needsReview), .unknown(.unseen), .notApplicable(.removed),
    ])
    func `nothing but a failure is waived`(verdict: Verdict) throws {
        #expect(state(try waivers(""), finding(verdict)) == "none")
    }

    @Test func `the first in force counts, and an expired one only without one in force`() throws {
        #expect(state(try waivers("expires: 2026-01-01", "", "")) == "w2")
        #expect(state(try waivers("expires: 2026-01-01", "expires: 2026-02-01")) == "expired w1")
        #expect(state(try waivers("cluster: edge", "value: other", "host: cp1.eu")) == "w3")
        #expect(state(.none) == "none")
    }
}
