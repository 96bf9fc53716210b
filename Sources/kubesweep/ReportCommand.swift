import ArgumentParser
import SweepReport

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes the report of a sweep in the history again, the same bytes each time.")

    @Option(
        help: ArgumentHelp("An id or its beginning, latest, baseline or a date.", valueName: "sweep"))
    var sweep = "latest"

    @OptionGroup var state: StateOption
    @OptionGroup(title: "Reports") var reports: ReportOptions

    func run() {
        do throws(CommandFailure) {
            try write()
        } catch {
            Console.end(error)
        }
    }

    private func write() throws(CommandFailure) {
        let stored = try StoredReport(sweep, in: state.existing())
        try reports.write(
            json: { put in JSONReport.write(stored.record, put) },
            text: { TerminalReport.render(stored.record, policy: stored.policy, style: $0) })
    }
}
