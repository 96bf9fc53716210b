import ArgumentParser
import FleetSweep
import Hardening
import SweepHistory
import SweepReport

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Shows, marks and prunes the sweeps that are kept.",
        subcommands: [List.self, Show.self, Baseline.self, Prune.self, Check.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One line for each sweep, the newest first.")

        @OptionGroup var state: StateOption
        @Option(help: "What goes to standard output: text, json.") var format: ReportFormat = .text
        @Option(help: ArgumentHelp("At most so many.", valueName: "number")) var limit = 100

        mutating func validate() throws {
            guard limit > 0 else { throw ValidationError("--limit must be above 0") }
        }

        func run() {
            end { () throws(CommandFailure) in
                let store = try state.existing()
                let sweeps = try stored { () throws(StoreError) in try store.sweeps() }
                let shown = Array(sweeps.prefix(limit))
                switch format {
                case .json: try Console.result(HistoryReport.json(shown, total: sweeps.count))
                case .text: try Console.result(Array(HistoryReport.text(shown, total: sweeps.count).utf8))
                }
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What one sweep was made with, and what it came to.")

        @Argument(help: ArgumentHelp("An id or its beginning, latest, baseline or a date.", valueName: "sweep"))
        var sweep = "latest"
        @OptionGroup var state: StateOption

        func run() {
            end { () throws(CommandFailure) in
                let store = try state.existing()
                let (found, contents, notices) = try stored { () throws(StoreError) in
                    let found = try store.sweep(sweep)
                    return (found, try store.contents(of: found), try store.notices(of: found))
                }
                let text = HistoryReport.text(
                    found, policy: contents.policy, clusters: contents.fleet.clusters.count, notices: notices)
                try Console.result(Array(text.utf8))
            }
        }
    }

    struct Baseline: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Marks a finished sweep as a baseline, which pruning keeps, or takes the mark away.")

        @Argument(help: ArgumentHelp("An id or its beginning, latest or a date.", valueName: "sweep"))
        var sweep: String
        @Flag(help: "Take the mark away.") var remove = false
        @OptionGroup var state: StateOption

        func run() {
            end { () throws(CommandFailure) in
                let (store, _) = try state.writable()
                let found = try stored { () throws(StoreError) in try store.sweep(sweep) }
                guard found.isFinished || remove else {
                    throw CommandFailure(
                        .usage,
                        "\(printable(found.id)) did not finish: nothing can be compared with it\ngo on with it first: kubesweep scan --resume"
                    )
                }
                try stored { () throws(StoreError) in try store.setBaseline(found, !remove) }
            }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Looks through the whole file for damage.")

        @OptionGroup var state: StateOption

        func run() {
            end { () throws(CommandFailure) in
                let store = try state.existing()
                if let exposure = state.directory?.exposure { Console.talk(exposure) }
                let problems = try stored { () throws(StoreError) in try store.problems() }
                if problems.isEmpty { return try Console.result(Array("\(printable(store.path)) is sound\n".utf8)) }
                throw CommandFailure(
                    StoreError(.damaged, path: store.path, detail: problems.joined(separator: "\n")))
            }
        }
    }
}

/// Runs a command without a result status of its own.
private func end(_ body: () throws(CommandFailure) -> Void) {
    do throws(CommandFailure) { try body() } catch { Console.end(error) }
}
