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

    @Flag(
        help:
            "Go on with the last sweep, if it did not finish and policy, inventory, selected hosts and waivers are the same."
    )
    var resume = false

    @Option(help: ArgumentHelp("How long ago that sweep may have begun.", valueName: "hours"))
    var resumeHours = 24

    @Flag(help: "Print what changed since the last sweep, and why, in place of the report.")
    var diff = false

    @Flag(
        help:
            "As --diff, and print nothing at all and exit with 0 where nothing changed, as much was seen as before and --min-coverage asks for, and no deadline ended the sweep."
    )
    var cron = false

    @Option(
        help: ArgumentHelp(
            "Wait up to so many seconds for a sweep that is under way in the same --state-dir.", valueName: "seconds"))
    var waitSeconds = 0.0

    @Option(
        help: ArgumentHelp(
            "Begin later by a part of so many seconds: always the same on one machine, another on each.",
            valueName: "seconds"))
    var splaySeconds = 0.0

    mutating func validate() throws {
        if noHistory, resume || diff || cron {
            throw ValidationError("--no-history cannot be used with --resume, --diff or --cron")
        }
        guard (1...8760).contains(resumeHours) else {
            throw ValidationError("--resume-hours must be between 1 and 8760")
        }
        for (name, seconds) in [("--wait-seconds", waitSeconds), ("--splay-seconds", splaySeconds)]
        where !(0...86_400).contains(seconds) {
            throw ValidationError("\(name) must be between 0 and 86400")
        }
    }

    /// Waits for this machine's turn. A signal meanwhile ends the program, which has done nothing yet.
    func splay() async {
        if splaySeconds == 0 { return }
        let delay = Splay(seconds: splaySeconds, directory: state.directory).delay
        if !cron { Console.talk("begins in \(Int(delay.rounded(.up))) s (--splay-seconds)") }
        try? await Task.sleep(for: .seconds(delay))
    }

    /// Takes the lock and begins the sweep in the history, before the first packet. Where the history cannot be used the
    /// sweep goes on without one, and ends with that failure; one that is to be gone on with does not.
    func begin(_ start: SweepStart) async throws(CommandFailure) -> Recording {
        if noHistory { return Recording(start) }
        guard let directory = state.directory else {
            if resume || diff || cron {
                throw CommandFailure(.usage, "where the history is cannot be told: set --state-dir or HOME")
            }
            Console.talk("no history is kept: set --state-dir or HOME")
            return Recording(start)
        }
        // The same every night, which history check tells, too.
        if !cron, let exposure = directory.exposure { Console.talk(exposure) }
        let failure: CommandFailure
        switch await lock(directory, holder: "pid \(getpid()) since \(start.started)") {
        case .success(let lock):
            do throws(StoreError) {
                return try Recording(
                    start, in: SweepStore.open(directory), lock: lock, resumeHours: resume ? resumeHours : nil,
                    remark: { if !cron { Console.talk($0) } })
            } catch {
                failure = CommandFailure(error)
            }
        case .failure(.held(let holder)):
            throw CommandFailure(
                .busy,
                "another sweep is under way: \(holder)\nwait for it (--wait-seconds), or use another --state-dir or --no-history"
            )
        case .failure(.cannotOpen(let error)): failure = CommandFailure(error)
        }
        if resume { throw failure }
        Console.talk("no history is kept of this sweep: \(failure.message)")
        return Recording(start, failure: failure)
    }

    private func lock(_ directory: StateDirectory, holder: String) async -> Result<SweepLock, SweepLock.Failure> {
        let deadline = ContinuousClock.now + .seconds(waitSeconds)
        while true {
            do throws(SweepLock.Failure) {
                return .success(try SweepLock(directory, holder: holder))
            } catch {
                guard case .held = error, ContinuousClock.now < deadline else { return .failure(error) }
            }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    /// What changed since the sweep before.
    ///
    /// - Parameters:
    ///   - facts: by which findings are judged again.
    ///   - isNotified: somebody is to be told of changes, also where the report shows none.
    func change(
        _ recording: Recording, facts: [Component: ComponentFacts], isNotified: Bool
    ) throws(CommandFailure) -> Change {
        guard diff || cron || isNotified else { return .notAsked }
        guard recording.failure == nil, let store = recording.store else {
            return .none("this sweep is not in the history: there is nothing to compare")
        }
        do throws(StoreError) {
            let newer = try store.sweep(recording.start.id)
            guard let older = try store.parent(of: newer) else {
                return .none("this is the first sweep in \(store.path): there is nothing to compare with")
            }
            switch try store.diff(older, newer, facts: facts) {
            case .failure(let error): return .none(error.reason)
            case .success(let diff):
                // Sums of the whole say nothing of a part, and those of a part nothing of another.
                let isAlike =
                    older.isPartial == newer.isPartial
                    && (!newer.isPartial || older.summary.hosts == newer.summary.hosts)
                return .changes(diff, before: isAlike ? Coverage.Sum(older.summary) : nil)
            }
        } catch {
            throw CommandFailure(error)
        }
    }

    /// What stands on standard output in place of the report; nil from it is nothing at all.
    func output(_ outcome: Outcome) -> ((ReportFormat, TerminalStyle) -> [UInt8]?)? {
        guard diff || cron, let diff = outcome.change.diff else { return nil }
        return { format, style in
            if cron, outcome.isQuiet { return nil }
            return switch format {
            case .json: DiffReport.json(diff)
            case .text: Array((outcome.coverageReport.text(style: style) + DiffReport.text(diff, style: style)).utf8)
            }
        }
    }

    /// Whether anything but the result is said. Cron mails whatever is written.
    func talks(about outcome: Outcome, _ status: ExitStatus) -> Bool { !cron || !outcome.isQuiet || status.code != 0 }
}
