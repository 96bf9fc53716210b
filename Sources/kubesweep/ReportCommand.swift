import ArgumentParser
import Hardening
import SweepHistory
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
        let store = try state.existing()
        let facts = try PolicyOption.facts()
        let contents = try stored { () throws(StoreError) in try store.contents(of: store.sweep(sweep)) }
        let policy: Policy
        do throws(PolicyError) {
            policy = try contents.policy.judge(facts: facts).policy
        } catch {
            throw CommandFailure(
                .badInput, "the policy of \(printable(contents.sweep.id)) cannot be read any more\n\(error)")
        }
        let record = try stored { () throws(StoreError) in try contents.record(from: store, policy: policy) }
        try reports.write(
            json: { put in JSONReport.write(record, put) },
            text: { TerminalReport.render(record, policy: policy, style: $0) })
    }
}
