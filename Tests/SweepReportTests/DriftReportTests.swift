import Hardening
import ProcessTable
import SweepReport
import Testing

struct DriftReportTests {
    private let sweep = SweepIdentity(
        id: "20261124T020000Z-0a1b", started: "2026-11-24T02:00:00Z", ended: "2026-11-24T02:01:00Z", isComplete: true)

    private func cluster(_ name: String, _ values: [String?]) -> ClusterRecord {
        ClusterRecord(
            name: name, labels: ["env": "prod"],
            hosts: values.enumerated().map { index, value in
                let set = value.map { [FlagValues(name: "v", value: $0, isPerHost: false)] } ?? []
                return HostRecord(
                    name: "cp\(index + 1).\(name)", address: "a", state: .evaluated,
                    processes: [
                        ProcessRecord(
                            component: .kubeAPIServer, pid: 7, user: "root",
                            flags: [FlagValues(name: "profiling", value: "false", isPerHost: false)] + set)
                    ])
            }, policy: .none)
    }

    private var courses: [DriftCourse] {
        let before = cluster("split", ["2", "2", "2"])
        let hostile = cluster("h\u{1B}[2Jx", ["2", "\u{202E}9"])
        return DriftCourse.courses(
            of: cluster("split", ["4", "4", "2"]), at: sweep.started,
            past: [
                ("2026-11-23T02:00:00Z", cluster("split", ["4", "2", "2"])), ("2026-11-22T02:00:00Z", before),
            ]) + DriftCourse.courses(of: hostile, at: sweep.started, past: [])
    }

    private var outliers: [FlagOutlier] {
        FlagOutlier.all(
            in: (1...6).map { cluster("c\($0)", ["2", "2"]) } + [cluster("odd", ["\u{1B}]0;x\u{7}", nil])],
            by: FlagOutlier.Rule())
    }

    @Test func `drift and outliers as text`() throws {
        let text = DriftReport.text(sweep, courses, outliers, style: TerminalStyle(isColoured: false))
        try Golden.expect(Array(text.utf8), in: "drift.txt")
        #expect(!text.unicodeScalars.contains { $0 != "\n" && ($0.value < 0x20 || $0.value == 0x202E) })
    }

    @Test func `drift and outliers as JSON`() throws {
        try Golden.expect(DriftReport.json(sweep, courses, outliers), in: "drift.json")
    }

    @Test func `nothing to tell`() {
        #expect(
            DriftReport.text(sweep, [], [], style: TerminalStyle(isColoured: false)) == """
                kubesweep drift  20261124T020000Z-0a1b  2026-11-24T02:00:00Z

                DRIFT  masters of one cluster that disagree
                  none

                OUTLIERS  values that are rare among the clusters of one environment
                  none

                """)
    }
}
