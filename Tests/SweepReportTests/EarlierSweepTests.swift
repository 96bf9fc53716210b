import Hardening
import StrictJSON
import SweepReport
import Testing

struct EarlierSweepTests {
    private func hosts(_ clusters: String, schema: String = "kubesweep.sweep/1") throws(JSONProblem) -> [String] {
        let text = #"{"schema": "\#(schema)", "policy": {"x": [1, {}]}, "clusters": \#(clusters)}"#
        return try EarlierSweep.notJudged(Array(text.utf8)).map { "\($0.cluster)/\($0.name)" }.sorted()
    }

    @Test func `names every host that was not judged, whatever the reason`() throws {
        let names = try hosts(
            """
            [{"name": "a", "hosts": [{"name": "h1", "state": "evaluated", "processes": [{"deep": []}]},
             {"state": "unreachable", "name": "h2"}, {"name": "h3", "state": "hidden"}]},
             {"hosts": [{"name": "h1", "state": "abandoned"}], "name": "b"}, {"name": "c", "hosts": []}]
            """)
        #expect(names == ["a/h2", "a/h3", "b/h1"])
    }

    @Test func `reads back what a sweep wrote`() throws {
        let record = try FixtureSweep().record
        let first = try EarlierSweep.notJudged(JSONReport.render(record))
        let expected = record.clusters.flatMap { cluster in
            cluster.hosts.filter { $0.state != .evaluated }.map { HostIdentity(cluster: cluster.name, name: $0.name) }
        }
        #expect(!expected.isEmpty)
        #expect(first == Set(expected))
    }

    @Test(
        arguments: [
            (#"[{"name": "a", "hosts": [{"name": "h1", "state": "fine"}]}]"#, "no word for how a host ended"),
            (#"[{"name": "a", "hosts": [{"name": "h1"}]}]"#, "the key is missing: state"),
            (#"[{"name": "a"}]"#, "the key is missing: hosts"),
        ])
    func `refuses what is no report`(clusters: String, message: String) throws {
        let problem = #expect(throws: JSONProblem.self) { try hosts(clusters) }
        #expect(problem?.message == message)
    }

    @Test func `refuses an evaluation, which has no hosts`() throws {
        let problem = #expect(throws: JSONProblem.self) { try hosts("[]", schema: "kubesweep.evaluation/1") }
        #expect(problem?.message == "a report of kubesweep.sweep/1 is expected")
        #expect(problem?.path == "schema")
    }
}
