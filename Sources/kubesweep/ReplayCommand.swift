import ArgumentParser
import Hardening
import SweepHistory
import SweepReport

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Tells what a policy would have said of the sweeps in the history. No host is contacted.",
        discussion: """
            Each sweep's evidence is judged under the waivers that the sweep had, as of the moment at which it ended.
            """)

    @OptionGroup var policy: PolicyOption
    @Flag(help: "Judge by the list's literal wording, as in scan.") var explicit = false

    @Option(
        help: ArgumentHelp(
            "Only sweeps that started on this day or later, e.g. 2026-11-01; or a time, e.g. 2026-11-01T18:00:00Z, or a sweep's id.",
            valueName: "date"))
    var since: Since?

    @Option(help: "What goes to standard output: text, json.") var format: ReportFormat = .text
    @OptionGroup var state: StateOption

    func run() {
        do throws(CommandFailure) {
            let chosen = try policy.judge(isExplicit: explicit)
            let store = try state.existing()
            let replayed = try stored { () throws(StoreError) in
                var replayed: [ReplayedSweep] = []
                let sweeps = if let since { try since.sweeps(in: store) } else { Array(try store.sweeps().reversed()) }
                for sweep in sweeps where sweep.isFinished && !sweep.isPartial {
                    replayed.append(try store.replay(sweep, by: chosen.judge))
                }
                return replayed
            }
            if replayed.isEmpty {
                let part = since == nil ? "" : "of that time "
                throw CommandFailure(.noInput, "no finished sweep \(part)in \(printable(store.path))")
            }
            switch format {
            case .json: try Console.result(ReplayReport.json(replayed, by: chosen.identity))
            case .text: try Console.result(Array(ReplayReport.text(replayed, by: chosen.identity).utf8))
            }
        } catch {
            Console.end(error)
        }
    }
}
