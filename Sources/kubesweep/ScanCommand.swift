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
        for note in fleet.notes { Console.talk(note) }
        let notification = try notifications.load()
        await history.splay()

        let started = UTCTime.now
        let tool = ToolIdentity(name: "kubesweep", version: Kubesweep.version, libssh2: SSHLibrary.version)
        var recording = try await history.begin(
            SweepStart(
                id: started.sweepID, started: started.text, tool: tool, policy: policy.identity,
                policyDocument: policy.document,
                inventory: InventoryIdentity(digest: sha256(source.bytes), hosts: source.fleet.hostCount),
                fleet: FleetRecord(source.fleet), isPartial: fleet.hostCount != source.fleet.hostCount,
                waivers: waivers?.text))
        let end = SweepEnd()
        SignalWatch.ends(end)
        let swept = try await connections.sweep(
            recording.rest(of: fleet), first: earlier.union(recording.notSeenBefore), judge: policy.judge, until: end
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
            record = record.applying(waivers, at: record.sweep.started, places: FleetRecord(source.fleet).waiverPlaces)
        }
        recording.finish(record, early: early)
        let status = try report(record, early, policy.judge, recording, notification)
        if history.talks(about: status) { Console.talk("exit status \(status.code): \(status.words)") }
        if let failure = recording.failure { throw failure }
        return status
    }

    /// Writes the report, or what changed since the last sweep in its place, and tells whoever is to be told.
    private func report(
        _ record: SweepRecord, _ early: EarlyEnd?, _ judge: Judge, _ recording: Recording,
        _ notification: Notification?
    ) throws(CommandFailure) -> ExitStatus {
        let interrupted = SignalWatch.received.map(ExitStatus.interrupted)
        let status = interrupted ?? judging.exitStatus(worst: record.worstFailure, counts: record.counts)
        let change =
            interrupted == nil
            ? try history.change(recording, facts: judge.facts, isNotified: notification != nil) : .notAsked
        let output = history.output(change)
        // What stands in place of the report says it by itself. A mail is to begin with it.
        let warning = interrupted == nil && output == nil ? early?.words : nil
        if let warning, history.cron { Console.talk(printable(warning)) }
        var failure: CommandFailure?
        do throws(CommandFailure) {
            try reports.write(
                instead: output,
                json: { put in JSONReport.write(record, put) },
                text: { TerminalReport.render(record, policy: judge.policy, style: $0) })
        } catch {
            failure = error
        }
        if let warning, !history.cron { Console.talk(printable(warning)) }
        notification?.send(record, early, change, to: recording)
        if let failure { throw failure }
        guard history.diff || history.cron else { return status }
        switch change {
        case .notAsked: return status
        case .none(let reason):
            Console.talk(printable(reason))
            // The first night has its findings as its result.
            return history.cron ? status : .notComparable
        case .changes(let diff): return judging.exitStatus(of: diff)
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
