import ArgumentParser
import Glibc

@main
enum Program {
    /// Not asynchronous, so that signals are blocked before the first thread of the concurrency runtime starts.
    static func main() {
        SignalWatch.start()
        // Detached: the main actor's thread does nothing but wait.
        Task.detached {
            await Kubesweep.main()
            exit(0)
        }
        while true { pause() }
    }
}

/// The commands. Everything that is printed is printed from this room; results go to standard output, talk to
/// standard error.
struct Kubesweep: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "kubesweep",
        abstract: "Reads the flags of Kubernetes control planes over SSH and judges them against a hardening policy.",
        discussion: """
            One read-only command is run on each host (ps), nothing is written there, and host keys are checked.
            What could not be seen is reported as unknown, never as fine.

            EXIT STATUS
              0    complete, and nothing at or above --fail-on
              1    findings
              2    incomplete: something is unknown or was not seen, beyond --min-coverage
              3    both 1 and 2 (diff and doctor have their own meaning of 1 and 2)
              4    nothing to compare with
              64   wrong usage
              65   bad inventory, policy, waivers or report; nothing was contacted
              66   an input file cannot be read
              73   a report or the history cannot be written
              75   another sweep is under way
              77   the history may not be read by this account
              130  interrupted; what was seen until then is reported (143 after SIGTERM)
            """,
        version: version,
        subcommands: [
            ScanCommand.self, EvaluateCommand.self, DiffCommand.self, HistoryCommand.self, StatusCommand.self,
            ReportCommand.self, ReplayCommand.self, DriftCommand.self, ExplainCommand.self, InventoryCommand.self,
            DoctorCommand.self, ChecksCommand.self, PolicyCommand.self, WaiversCommand.self,
        ])
}
