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
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "More listings, named in a file, one a line; - is standard input. A list may be of any length.",
            valueName: "list"))
    var filesFrom: String?

    @Flag(help: "The names in the list end in a NUL byte, as find -print0 writes them.")
    var null = false

    @Option(help: ArgumentHelp("The Kubernetes version the listings come from, e.g. 1.31.", valueName: "version"))
    var kubernetesVersion: String?

    @OptionGroup(title: "Judging") var judging: JudgingOptions
    @OptionGroup(title: "Reports") var reports: ReportOptions

    mutating func validate() throws {
        if let text = kubernetesVersion, release(text) == nil {
            throw ValidationError("--kubernetes-version takes a version like 1.31 or v1.31.4, not \(text)")
        }
        if files.isEmpty, filesFrom == nil { throw ValidationError("name a listing, or a list with --files-from") }
        if null, filesFrom == nil { throw ValidationError("--null speaks of a list: give --files-from") }
        if files.count(where: { $0 == "-" }) + (filesFrom == "-" ? 1 : 0) > 1 {
            throw ValidationError("standard input can be read once only")
        }
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
        var names = try ListingNames(files, list: filesFrom, endsInNUL: null)
        var evaluation = Evaluation(
            judge, claimed: kubernetesVersion.flatMap(release), wantsJSON: reports.has(.json),
            wantsText: reports.has(.text))
        await evaluation.run(&names)
        let summary = evaluation.summary
        if summary.fileCount == 0 { throw evaluation.failure ?? CommandFailure(.noInput, "no file is named") }
        try reports.write(
            json: { put throws(CommandFailure) in try evaluation.writeJSON(policy, put) },
            text: { evaluation.text.render(policy, summary, policy: judge.policy, style: $0) })
        if let failure = evaluation.failure { throw failure }
        let status = judging.exitStatus(worst: summary.worstFailure, counts: summary.counts)
        Console.talk("exit status \(status.code): \(status.words)")
        return status
    }

    private func release(_ text: String) -> Release? {
        KubernetesVersion(text).flatMap(Release.init)
    }
}
