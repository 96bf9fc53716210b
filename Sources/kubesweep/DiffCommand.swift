import ArgumentParser
import Hardening
import SweepHistory
import SweepReport

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Tells what changed between two sweeps of the history, and proves why.",
        discussion: """
            A sweep is named by its id or the beginning of it, by latest, baseline or a date (the last sweep that \
            started by then). Without names the newest sweep of the whole inventory is compared with the last finished \
            one before it, with one name that sweep with the newest. One that was killed is passed over.

            The cause of a change is found by judging again: the older evidence by the newer policy, the newer evidence \
            by the older policy. A finding of a host that is gone or was not seen is never called resolved.

            EXIT STATUS
              0    nothing got worse
              1    findings are new, waived no more or more severe, at or above --fail-on
              2    less was seen than before, or the newer sweep was cut off
              3    both 1 and 2
              4    the two cannot be compared
            """)

    @Argument(help: ArgumentHelp("The older sweep.", valueName: "older"))
    var older: String?

    @Argument(help: ArgumentHelp("The newer sweep.", valueName: "newer"))
    var newer: String?

    @OptionGroup var state: StateOption

    @Option(help: "What goes to standard output: \(DiffFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: DiffFormat = .text

    @Option(help: ArgumentHelp("The lowest severity that makes the exit status 1.", valueName: "severity"))
    var failOn: FailThreshold = .low

    @Option(help: ArgumentHelp("Colour in text on standard output: auto, always, never.", valueName: "when"))
    var color: ColourChoice = .auto

    func run() {
        do throws(CommandFailure) {
            Console.end(try compare())
        } catch {
            Console.end(error)
        }
    }

    private func compare() throws(CommandFailure) -> ExitStatus {
        let store: SweepStore
        do throws(CommandFailure) {
            store = try state.existing()
        } catch {
            // No history is like an empty one.
            throw error.status == .noInput ? CommandFailure(.notComparable, error.message) : error
        }
        let facts = try PolicyOption.facts()
        let compared: Result<SweepDiff, NotComparable>
        do throws(StoreError) {
            let newer = if let newer { try store.sweep(newer) } else { try Self.newest(in: store) }
            let older = if let older { try store.sweep(older) } else { try store.parent(of: newer) }
            guard let older else {
                throw StoreError(.noSuchSweep, path: store.path, detail: "there is no sweep before \(newer.id)")
            }
            compared = try store.diff(older, newer, facts: facts)
        } catch {
            if error.reason == .noSuchSweep {
                throw CommandFailure(.notComparable, "\(printable(error.message))\n\(error.hint)")
            }
            throw CommandFailure(error)
        }
        switch compared {
        case .failure(let error): throw CommandFailure(.notComparable, printable(error.reason))
        case .success(let diff):
            switch format {
            case .json: try Console.result(DiffReport.json(diff))
            case .markdown: try Console.result(Array(DiffReport.markdown(diff).utf8))
            case .text:
                let style = TerminalStyle(isColoured: Console.isColoured(color))
                try Console.result(Array(DiffReport.text(diff, style: style).utf8))
            }
            return failOn.exitStatus(of: diff)
        }
    }
}

extension DiffCommand {
    /// What is newer and not compared is said.
    private static func newest(in store: SweepStore) throws(StoreError) -> StoredSweep {
        let (newest, passedOver) = try store.newest()
        for (sweeps, why) in [
            (passedOver.filter { !$0.isPartial }, "did not finish; go on with it: kubesweep scan --resume"),
            (passedOver.filter(\.isPartial), "looked at a part of its inventory only; name it to compare it"),
        ] {
            guard let first = sweeps.first else { continue }
            let more = sweeps.count == 1 ? "" : ", and \(sweeps.count - 1) more before it"
            Console.talk("\(printable(first.id)) is passed over\(more): it \(why)")
        }
        return if let newest { newest } else { try store.sweep("latest") }
    }
}

enum DiffFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, markdown
}
