import Foundation
import Hardening
import ProcessTable
import StrictJSON
import SweepReport
import Testing

struct SavedReportTests {
    private func golden(_ name: String) throws -> String {
        try String(contentsOf: Golden.directory.appending(path: name), encoding: .utf8)
    }

    private func read(_ text: String, _ place: String, _ check: String) throws(JSONProblem) -> SavedReport {
        try SavedReport(Array(text.utf8), place: place, check: check)
    }

    @Test(arguments: ["prod-eu/k8s-cp03.eu.example.com", "prod-eu/k8s-cp03.eu.example.com:22"])
    func `finds a host by its name and by its address`(place: String) throws {
        let report = try read(golden("sweep.json"), place, "apiserver-profiling")
        #expect(report.policy == (try FixturePolicy().identity))
        #expect(report.names == ["broken", "edge", "old", "prod-eu", report.names.last])
        #expect(report.hosts.count == 4)
        try #require(report.places.count == 1)
        let found = report.places[0]
        #expect(found.name == "prod-eu/k8s-cp03.eu.example.com")
        #expect(found.claimed == Release("1.31"))
        #expect(found.state == .evaluated && found.failure == nil)
        #expect(found.evidence?.processes.map(\.pid) == [1201, 1300])
        #expect(found.findings.map(\.pid) == [1201])
        #expect(found.findings.map(\.finding.observed) == ["--profiling not set (default true)"])
        #expect(found.findings.map(\.finding.verdict) == [.fail])
    }

    @Test func `finds a file, also one whose name has slashes`() throws {
        let text = try golden("evaluation.json")
        let report = try read(
            text.replacing("host-2.ps", with: "dir/host-2.ps"), "dir/host-2.ps", "apiserver-profiling")
        #expect(report.names.count == 7 && report.hosts == [])
        #expect(report.places.map(\.name) == ["dir/host-2.ps"])
        #expect(report.places.first?.claimed == Release("1.31"))
        #expect(report.places.first?.findings.map(\.finding.verdict) == [.unknown(.versionNeeded)])
    }

    @Test func `finds a host that gave nothing, with its failure`() throws {
        let report = try read(golden("sweep.json"), "prod-eu/k8s-cp04.eu.example.com", "apiserver-profiling")
        #expect(report.places.first?.state == .unreachable)
        #expect(report.places.first?.failure?.reason == "connectionRefused")
        #expect(report.places.first?.evidence == nil)
    }

    @Test(arguments: ["prod-eu/k8s-cp9", "prod-eu", "prod", "k8s-cp01.eu.example.com", ""])
    func `finds nothing where there is nothing`(place: String) throws {
        #expect(try read(golden("sweep.json"), place, "apiserver-profiling").places.isEmpty)
    }

    @Test func `reads every host and every finding of what was written`() throws {
        let record = try FixtureSweep().record
        let text = String(decoding: JSONReport.render(record), as: UTF8.self)
        for cluster in record.clusters {
            for host in cluster.hosts {
                for check in ["apiserver-anonymous-auth", "controller-manager-profiling"] {
                    let found = try #require(try read(text, "\(cluster.name)/\(host.name)", check).places.first)
                    #expect(found.state == host.state && found.failure == host.failure && found.notes == host.notes)
                    #expect(
                        found.findings.map(\.finding)
                            == host.processes.flatMap { $0.findings.filter { $0.check == check } })
                }
            }
        }
    }

    @Test(arguments: [
        (
            #""schema": "kubesweep.sweep/1""#, #""schema": "kubesweep.sweep/2""#,
            "2:32: schema: a report of kubesweep.sweep/1 or kubesweep.evaluation/1 is expected"
        ),
        (#""digest": "sha256:0f"#, #""digest": 7, "x": "sha256:0f"#, "10:15: policy.digest: a string is expected"),
        (#""clusters": ["#, #""clusters": {}, "z": ["#, "an array is expected"),
        (#""state": "evaluated""#, #""state": "well""#, "state: no word for how a host ended"),
        (#""verdict": "pass", "reason": null"#, #""verdict": "pass", "reason": "x""#, "no such verdict"),
        (#""listing": "proven", "hidden""#, #""listing": "so so", "hidden""#, "listing: no word"),
    ])
    func `says what is wrong with a report`(good: String, bad: String, message: String) throws {
        let text = try golden("clean.json")
        let broken = text.replacing(good, with: bad)
        #expect(broken != text)
        let problem = #expect(throws: JSONProblem.self) { try read(broken, "blue/cp1.blue", "apiserver-profiling") }
        #expect(problem?.description.contains(message) == true, "\(problem?.description ?? "")")
    }

    @Test func `a report cut anywhere is refused`() throws {
        let bytes = Array(try golden("clean.json").utf8)
        for length in stride(from: 0, to: bytes.count - 1, by: 37) {
            #expect(throws: JSONProblem.self) {
                try SavedReport(Array(bytes[..<length]), place: "blue/cp1.blue", check: "apiserver-profiling")
            }
        }
    }
}
