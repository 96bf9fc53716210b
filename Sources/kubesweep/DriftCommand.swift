import ArgumentParser
import Hardening
import SweepHistory
import SweepReport

struct DriftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract:
            "Tells what masters of one cluster disagree on and since when, and which values are rare in the fleet.",
        discussion: """
            new: the sweep before did not show it. rolling: hosts go over from one value to another. lasting: the same \
            hosts have kept the same values. unsteady: values went to and fro.

            A value is rare where most clusters with the same label have another one, whether a check looks at the flag \
            or not. Flags that are expected to differ between hosts are left out.
            """)

    @Option(help: ArgumentHelp("An id or its beginning, latest, baseline or a date.", valueName: "sweep"))
    var sweep = "latest"

    @Option(
        help: ArgumentHelp(
            "The label whose values are the environments. Default: \(FlagOutlier.Rule.usualLabels.joined(separator: ", else ")).",
            valueName: "label"))
    var label: String?

    @Option(help: ArgumentHelp("How many sweeps to look back.", valueName: "number"))
    var depth = 30

    @OptionGroup var state: StateOption
    @Option(help: "What goes to standard output: text, json.") var format: ReportFormat = .text
    @Option(help: ArgumentHelp("Colour in text on standard output: auto, always, never.", valueName: "when"))
    var color: ColourChoice = .auto

    mutating func validate() throws {
        guard (0...10_000).contains(depth) else { throw ValidationError("--depth must be between 0 and 10000") }
    }

    func run() {
        do throws(CommandFailure) {
            let store = try state.existing()
            var rule = FlagOutlier.Rule()
            rule.label = label
            let found = try stored { () throws(StoreError) in
                try store.drift(of: store.sweep(sweep), by: rule, depth: depth)
            }
            switch format {
            case .json:
                try Console.result(DriftReport.json(found.sweep.identity, found.courses, found.outliers))
            case .text:
                let style = TerminalStyle(isColoured: Console.isColoured(color))
                let text = DriftReport.text(found.sweep.identity, found.courses, found.outliers, style: style)
                try Console.result(Array(text.utf8))
            }
        } catch {
            Console.end(error)
        }
    }
}
