import ArgumentParser
import FleetSweep
import Glibc
import Hardening
import HostInventory
import ProcessTable
import SweepHistory
import SweepReport

/// What a sweep leaves in the history, and what it is compared with.
struct RecordingOptions: ParsableArguments {
    @OptionGroup var state: StateOption

    @Flag(help: "Keep nothing of this sweep.")
    var noHistory = false

    @Flag(help: "Go on with the last sweep, if it did not finish and policy and inventory are the same.")
    var resume = false

    @Flag(help: "Print what changed since the last sweep, and why, in place of the report.")
    var diff = false

    @Flag(help: "As --diff, and print nothing at all and exit with 0 where nothing changed.")
    var cron = false

    mutating func validate() throws {
        if noHistory, resume || diff || cron {
            throw ValidationError("--no-history cannot be used with --resume, --diff or --cron")
        }
    }

    /// Takes the lock and begins the sweep in the history, before the first packet.
    func begin(_ start: SweepStart) throws(CommandFailure) -> Recording {
        if noHistory { return Recording(start) }
        guard let directory = state.directory else {
            if resume || diff || cron {
                throw CommandFailure(.usage, "where the history is cannot be told: set --state-dir or HOME")
            }
            Console.talk("no history is kept: set --state-dir or HOME")
            return Recording(start)
        }
        let lock: SweepLock
        do throws(SweepLock.Failure) {
            lock = try SweepLock(directory, holder: "pid \(getpid()) since \(start.started)")
        } catch {
            switch error {
            case .held(let holder):
                throw CommandFailure(
                    .busy,
                    "another sweep is under way: \(holder)\nwait for it, or use another --state-dir or --no-history")
            case .cannotOpen(let error): throw CommandFailure(error)
            }
        }
        do throws(StoreError) {
            return try Recording(start, in: SweepStore.open(directory), lock: lock, resumes: resume)
        } catch {
            throw CommandFailure(error)
        }
    }

    /// What changed since the sweep before.
    ///
    /// - Parameter facts: by which findings are judged again.
    func change(
        _ recording: Recording, facts: [Component: ComponentFacts]
    ) throws(CommandFailure) -> Change {
        guard diff || cron, recording.failure == nil, let store = recording.store else { return .notAsked }
        do throws(StoreError) {
            let newer = try store.sweep(recording.start.id)
            guard let older = try store.parent(of: newer) else {
                return .none("this is the first sweep in \(store.path): there is nothing to compare with")
            }
            switch try store.diff(older, newer, facts: facts) {
            case .failure(let error): return .none(error.reason)
            case .success(let diff): return .changes(diff, isQuiet: cron && diff.isEmpty)
            }
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Cron mails whatever is written.
    func talks(about status: ExitStatus) -> Bool { !cron || status.code != 0 }

    enum Change {
        case notAsked
        case none(String)
        case changes(SweepDiff, isQuiet: Bool)

        /// In place of the report on standard output.
        var output: ((ReportFormat, TerminalStyle) -> [UInt8]?)? {
            switch self {
            case .notAsked, .none: nil
            case .changes(let diff, let isQuiet):
                { format, style in
                    if isQuiet { return nil }
                    return switch format {
                    case .json: DiffReport.json(diff)
                    case .text: Array(DiffReport.text(diff, style: style).utf8)
                    }
                }
            }
        }
    }
}
