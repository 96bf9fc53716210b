import ArgumentParser
import FleetSweep
import Hardening
import HostInventory
import SSH
import SweepReport

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Shows what a sweep would use, what is wrong with it, and what to do.",
        discussion: """
            Without an inventory: this program and its libraries, limits, ssh-agent, key files and known_hosts. With one, \
            also how each host would be reached, and where each setting came from. Nothing is sent to a host unless \
            --connect is given, which does everything a sweep does but the command. Takes a sweep's options.

            EXIT STATUS
              0    ready
              1    problems found
              2    with --connect: some hosts were not reached
              3    both 1 and 2
              64 and above, as for every command
            """)

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The inventory of clusters and their masters, as of scan; may be given several times.", valueName: "path"))
    var inventory: [String] = []

    @OptionGroup var selection: SelectionOptions

    @Flag(help: "Connect to each host, check its host key and sign in; no command is run.")
    var connect = false

    @OptionGroup(title: "Judging") var policy: PolicyOption
    @OptionGroup(title: "Reports") var reports: ReportOptions
    @OptionGroup(title: "Connections") var connections: ConnectionOptions

    mutating func validate() throws {
        guard inventory.isEmpty else { return }
        if connect { throw ValidationError("--connect needs --inventory") }
        if !selection.isEmpty { throw ValidationError("--cluster and --host need --inventory") }
    }

    func run() async {
        do throws(CommandFailure) {
            Console.end(try await examine())
        } catch {
            Console.end(error)
        }
    }

    /// Load, look, report.
    private func examine() async throws(CommandFailure) -> ExitStatus {
        let chosen = try policy.judge(isExplicit: false)
        let (judge, policy) = (chosen.judge, chosen.identity)
        var source: InventorySource?
        var fleet: Fleet?
        if !inventory.isEmpty {
            let loaded = try selection.load(inventory)
            for note in loaded.fleet.notes { Console.talk(note) }
            source = loaded
            fleet = try selection.select(from: loaded.fleet)
        }
        let end = SweepEnd()
        SignalWatch.ends(end)
        var record = DoctorRecord(
            tool: ToolIdentity(name: "kubesweep", version: Kubesweep.version, libssh2: SSHLibrary.version),
            policy: policy, time: UTCTime.now.text, items: [])
        let checkup = Checkup(connections: connections, isTried: connect, end: end)
        (record.items, record.fleet) = try await checkup.run(
            fleet, tool: record.tool, policy: policy, checks: judge.policy.checks.count,
            inventory: source.map { InventoryIdentity(digest: sha256($0.bytes), hosts: $0.fleet.hostCount) })
        try reports.write(
            json: { put in put(DoctorJSON.render(record)[...]) }, text: { DoctorReport.render(record, style: $0) })
        let status =
            SignalWatch.received.map(ExitStatus.interrupted)
            ?? .health(hasProblems: record.hasProblems, hasUnreached: record.hasUnreached)
        Console.talk("exit status \(status.code): \(status.words)")
        return status
    }
}
