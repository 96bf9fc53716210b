import ArgumentParser
import FleetSweep
import Glibc
import Hardening
import HostInventory
import SSH
import StrictJSON
import StrictYAML
import SweepReport

struct ScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Sweeps a fleet over SSH and reports per cluster what is wrong and what could not be seen.")

    @Option(
        name: [.short, .long], help: ArgumentHelp("The inventory of clusters and their masters.", valueName: "file"))
    var inventory: String

    @Option(help: ArgumentHelp("Only clusters whose name matches; may be given several times.", valueName: "glob"))
    var cluster: [String] = []

    @Option(
        help: ArgumentHelp("Only hosts whose name or address matches; may be given several times.", valueName: "glob"))
    var host: [String] = []

    @Option(
        help: ArgumentHelp(
            "An earlier report of scan in JSON; hosts that were not judged there are talked to first.",
            valueName: "file"))
    var previous: String?

    @OptionGroup(title: "Judging") var judging: JudgingOptions
    @OptionGroup(title: "Reports") var reports: ReportOptions
    @OptionGroup(title: "Connections") var connections: ConnectionOptions

    func run() async {
        do throws(CommandFailure) {
            Console.end(try await sweep())
        } catch {
            Console.end(error)
        }
    }

    /// Load, sweep, report.
    private func sweep() async throws(CommandFailure) -> ExitStatus {
        let (judge, policy) = try judging.judge()
        let source = try InventorySource.load(inventory)
        let fleet = try select(from: source.fleet)
        let first = try notJudged(in: previous)

        let end = SweepEnd()
        SignalWatch.ends(end)
        let started = UTCTime.now
        let clusters = try await connections.sweep(fleet, first: first, judge: judge, until: end)

        let record = SweepRecord(
            tool: ToolIdentity(name: "kubesweep", version: Kubesweep.version, libssh2: SSHLibrary.version),
            policy: policy,
            inventory: InventoryIdentity(digest: sha256(source.bytes), hosts: source.fleet.hostCount),
            sweep: SweepIdentity(
                id: started.sweepID, started: started.text, ended: UTCTime.now.text,
                isComplete: end.cause == nil && clusters.allSatisfy { $0.hosts.allSatisfy { $0.state == .evaluated } }),
            clusters: clusters)
        try reports.write(
            json: { put in JSONReport.write(record, put) },
            text: { TerminalReport.render(record, policy: judge.policy, style: $0) })
        let status =
            SignalWatch.received.map(ExitStatus.interrupted)
            ?? judging.exitStatus(worst: record.worstFailure, counts: record.counts)
        if let cause = end.cause, SignalWatch.received == nil { Console.talk(cause) }
        Console.talk("exit status \(status.code): \(status.words)")
        return status
    }

    private func notJudged(in report: String?) throws(CommandFailure) -> Set<HostIdentity> {
        guard let report else { return [] }
        let bytes = try InputFile.read(report, limit: InputFile.reportLimit)
        do throws(JSONProblem) {
            return try EarlierSweep.notJudged(bytes)
        } catch {
            throw CommandFailure(
                .badInput, "the earlier report cannot be read\n\(report):\(escaped(error.description))")
        }
    }

    private func select(from fleet: Fleet) throws(CommandFailure) -> Fleet {
        let selection = fleet.selecting(clusters: cluster, hosts: host)
        // Hosts are looked for in the selected clusters only.
        let part = cluster.isEmpty ? "" : " in the clusters of --cluster"
        let unmatched =
            selection.unmatchedClusters.map { "--cluster \($0) matches no cluster" }
            + selection.unmatchedHosts.map { "--host \($0) matches no host\(part)" }
        if !unmatched.isEmpty {
            let lines = unmatched.joined(separator: "\n")
            throw CommandFailure(.usage, "not in \(fleet.source), nothing was contacted\n\(lines)")
        }
        return selection.fleet
    }
}
