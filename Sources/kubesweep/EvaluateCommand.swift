import ArgumentParser
import FleetSweep
import Hardening
import HostInventory
import ProcessTable
import SweepReport

struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Judges saved ps -ef listings, with the same code as scan and without any network.")

    @Argument(help: ArgumentHelp("Saved listings; - is standard input.", valueName: "file"))
    var files: [String]

    @Option(help: ArgumentHelp("The Kubernetes version the listings come from, e.g. 1.31.", valueName: "version"))
    var kubernetesVersion: String?

    @OptionGroup(title: "Judging") var judging: JudgingOptions
    @OptionGroup(title: "Reports") var reports: ReportOptions

    mutating func validate() throws {
        if let text = kubernetesVersion, release(text) == nil {
            throw ValidationError("--kubernetes-version takes a version like 1.31 or v1.31.4, not \(text)")
        }
        if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("standard input can be read once only") }
    }

    func run() async {
        do throws(CommandFailure) {
            Console.end(try await evaluate())
        } catch {
            Console.end(error)
        }
    }

    /// Load, judge, report.
    private func evaluate() async throws(CommandFailure) -> ExitStatus {
        let (judge, policy) = try judging.judge()
        let claimed = kubernetesVersion.flatMap(release)
        let (files, failure) = await judged(JudgingQueue(judge), judge.policy, claimed)
        let record = EvaluationRecord(policy: policy, claimed: claimed, files: files)
        try reports.write(
            json: { JSONReport.render(record) },
            text: { TerminalReport.render(record, policy: judge.policy, style: $0) })
        if let failure { throw failure }
        let status = judging.exitStatus(worst: record.worstFailure, counts: record.counts)
        Console.talk("exit status \(status.code): \(status.words)")
        return status
    }

    /// The files' records in the order in which they were named, and the first failure to read one; a file that cannot be
    /// read has a record that says so. Reading and judging run side by side, a few files ahead.
    private func judged(
        _ queue: JudgingQueue, _ policy: Policy, _ claimed: Release?
    ) async -> ([FileRecord], CommandFailure?) {
        var records: [FileRecord?] = Array(repeating: nil, count: files.count)
        var failure: CommandFailure?
        await withTaskGroup(of: (Int, FileRecord).self) { group in
            for (index, name) in files.enumerated() {
                if index >= 8, let (done, record) = await group.next() { records[done] = record }
                do throws(CommandFailure) {
                    let bytes = try InputFile.read(name)
                    group.addTask { (index, await record(name, bytes, queue, policy, claimed)) }
                } catch {
                    failure = failure ?? error
                    records[index] = FileRecord(
                        name: name, state: .unreadable,
                        failure: HostFailure(
                            phase: "evidence", reason: "inputUnreadable", detail: error.message,
                            hint: "check the path and its permissions"),
                        checkCount: policy.checks.count)
                }
            }
            for await (done, record) in group { records[done] = record }
        }
        return (records.compactMap(\.self), failure)
    }

    private func record(
        _ name: String, _ bytes: [UInt8], _ queue: JudgingQueue, _ policy: Policy, _ claimed: Release?
    ) async -> FileRecord {
        switch await queue.judged(bytes, origin: .saved, claimed: claimed) {
        case .success(let judged):
            FileRecord(
                name: name, state: judged.state, failure: judged.failure, wholeness: judged.evidence.wholeness,
                document: judged.document, notes: judged.evidence.notes + judged.presence.notes(policy),
                processes: judged.processes,
                checkCount: policy.checks.count,
                absentCheckCount: policy.checkCount(of: judged.presence.absent),
                unseenCheckCount: policy.checkCount(of: judged.presence.unseen))
        case .failure(let problem):
            FileRecord(
                name: name, state: .unreadable, failure: HostFailure(problem), checkCount: policy.checks.count)
        }
    }

    private func release(_ text: String) -> Release? {
        KubernetesVersion(text).flatMap(Release.init)
    }
}
