import ArgumentParser
import FleetSweep
import Glibc
import Hardening
import HostInventory
import SSH
import StrictJSON
import StrictYAML
import SweepHistory
import SweepReport

struct ScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Sweeps a fleet over SSH and reports per cluster what is wrong and what could not be seen.")

    @OptionGroup var inventories: InventoryOptions

    @Option(
        help: ArgumentHelp(
            "An earlier report of scan in JSON; hosts that were not judged there are talked to first.",
            valueName: "file"))
    var previous: String?

    @OptionGroup(title: "Judging") var judging: JudgingOptions
    @OptionGroup(title: "Reports") var reports: ReportOptions
    @OptionGroup(title: "History") var history: RecordingOptions
    @OptionGroup(title: "Notification") var notifications: NotificationOptions
    @OptionGroup(title: "Connections") var connections: ConnectionOptions

    mutating func validate() throws {
        if history.noHistory, notifications.isAsked {
            throw ValidationError(
                "--notify-command and --webhook need a history: they cannot be used with --no-history")
        }
    }

    func run() async {
        do throws(CommandFailure) {
            Console.end(try await sweep())
        } catch {
            Console.end(error)
        }
    }

    /// Load, sweep, record, report.
    private func sweep() async throws(CommandFailure) -> ExitStatus {
        let policy = try judging.judge()
        let waivers = try judging.waiverList()
        let source = try inventories.load()
        let fleet = try inventories.select(from: source.fleet)
        let earlier = try notJudged(in: previous)
        // These are the same every night; inventory and doctor tell them, too.
        if !history.cron { fleet.notes.forEach(Console.talk) }
        let notification = try notifications.load()
        await history.splay()

        let started = UTCTime.now
        let tool = ToolIdentity(name: "kubesweep", version: Kubesweep.version, libssh2: SSHLibrary.version)
        var recording = try await history.begin(
            SweepStart(
                id: started.sweepID, started: started.text, tool: tool, policy: policy.identity,
                policyDocument: policy.document,
                inventory: InventoryIdentity(digest: sha256(source.bytes), hosts: source.fleet.hostCount),
                fleet: FleetRecord(source.fleet),
                selection: fleet.hostCount == source.fleet.hostCount ? nil : FleetRecord(fleet),
                waivers: waivers?.text))
        let end = SweepEnd()
        SignalWatch.ends(end)
        var heldBack: [String] = []
        let swept = try await connections.sweep(
            recording.rest(of: fleet), first: earlier.union(recording.notSeenBefore), judge: policy.judge, until: end,
            remark: { history.cron ? heldBack.append($0) : Console.talk($0) }
        ) { host, cluster in recording.take(host, cluster) }

        let clusters = recording.joined(with: swept, policy: policy.judge.policy)
        let states = clusters.flatMap(\.hosts).map(\.state)
        let early = end.cause.flatMap { EarlyEnd(states, cause: $0) }
        var record = SweepRecord(
            tool: tool, policy: policy.identity, inventory: recording.start.inventory,
            sweep: SweepIdentity(
                id: recording.start.id, started: recording.start.started, ended: UTCTime.now.text,
                isComplete: states.allSatisfy { $0 == .evaluated }),
            clusters: clusters)
        if let waivers {
            // A sweep that was gone on with may have begun a day ago: a waiver that ended since does not waive any more.
            record = record.applying(waivers, at: record.sweep.ended, places: FleetRecord(source.fleet).waiverPlaces)
        }
        recording.finish(record, early: early)
        let outcome = Outcome(
            record, early: early, change: change(&recording, policy.judge, notification), floor: judging.minCoverage)
        let status = try report(outcome, policy.judge.policy, recording, notification)
        if history.talks(about: outcome, status) {
            heldBack.forEach(Console.talk)
            if status.code != 0 || !history.cron { Console.talk("exit status \(status.code): \(status.words)") }
        }
        if let failure = recording.failure { throw failure }
        return status
    }

    /// A history that cannot be read any more keeps nobody from the report.
    private func change(_ recording: inout Recording, _ judge: Judge, _ notification: Notification?) -> Change {
        if SignalWatch.received != nil { return .notAsked }
        do throws(CommandFailure) {
            return try history.change(recording, facts: judge.facts, isNotified: notification != nil)
        } catch {
            recording.fail(error)
            return .none("the history cannot be read: there is nothing to compare with")
        }
    }

    /// Writes the report, or what changed since the last sweep in its place, and tells whoever is to be told.
    private func report(
        _ outcome: Outcome, _ policy: Policy, _ recording: Recording, _ notification: Notification?
    ) throws(CommandFailure) -> ExitStatus {
        let output = history.output(outcome)
        let (first, last) = warnings(outcome, isReported: output == nil)
        first.forEach(Console.talk)
        var failure: CommandFailure?
        do throws(CommandFailure) {
            try reports.write(
                instead: output,
                json: { put in JSONReport.write(outcome.record, put) },
                text: { TerminalReport.render(outcome.record, policy: policy, style: $0) })
        } catch {
            failure = error
        }
        last.forEach(Console.talk)
        notification?.send(outcome, to: recording)
        if let failure { throw failure }
        return status(outcome)
    }

    /// What is said before and after the result. A mail is to begin with what was not seen; text in place of the report
    /// says it by itself.
    private func warnings(_ outcome: Outcome, isReported: Bool) -> (first: [String], last: [String]) {
        if SignalWatch.received != nil { return ([], []) }
        let coverage = outcome.coverageReport.warnings.map(\.words)
        let early = outcome.early.map { [printable($0.words)] } ?? []
        return switch (history.cron, isReported) {
        case (true, true): (coverage + early, [])
        case (false, true): ([], early)
        case (_, false): (reports.format == .json && !(history.cron && outcome.isQuiet) ? coverage : [], [])
        }
    }

    private func status(_ outcome: Outcome) -> ExitStatus {
        if let signal = SignalWatch.received { return .interrupted(signal: signal) }
        let status = judging.exitStatus(of: outcome)
        guard history.diff || history.cron else { return status }
        switch outcome.change {
        case .notAsked: return status
        case .none(let reason):
            Console.talk(printable(reason))
            // The first night has its findings as its result.
            return history.cron ? status : .notComparable
        case .changes(let diff, _): return judging.exitStatus(of: diff, outcome.coverage)
        }
    }

    private func notJudged(in report: String?) throws(CommandFailure) -> Set<HostPlace> {
        guard let report else { return [] }
        let bytes = try InputFile.read(report, limit: InputFile.reportLimit)
        do throws(JSONProblem) {
            return try EarlierSweep.notJudged(bytes)
        } catch {
            throw CommandFailure(
                .badInput, "the earlier report cannot be read\n\(report):\(escaped(error.description))")
        }
    }
}
