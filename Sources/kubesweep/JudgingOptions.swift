import ArgumentParser
import FleetSweep
import Hardening
import ProcessTable
import StrictYAML

/// What `scan` and `evaluate` have in common: the policy, and what makes a run fail.
struct JudgingOptions: ParsableArguments {
    @OptionGroup var source: PolicyOption

    @Flag(help: "Judge by the list's literal wording: a safe default does not count, the flag must be on the line.")
    var explicit = false

    @Option(
        help: ArgumentHelp(
            "Failures that are accepted, by whom and until when; they are shown, but do not count. May be given several times.",
            valueName: "file"))
    var waivers: [String] = []

    @Option(help: ArgumentHelp("The lowest severity that makes the exit status 1.", valueName: "severity"))
    var failOn: FailThreshold = .low

    @Option(
        help: ArgumentHelp(
            "The part of all answers, in percent, below which a run is incomplete. Default: 100.", valueName: "percent")
    )
    var minCoverage: Double?

    mutating func validate() throws {
        guard (0...100).contains(minCoverage ?? 100) else {
            throw ValidationError("--min-coverage must be between 0 and 100")
        }
    }

    func judge() throws(CommandFailure) -> ChosenPolicy {
        try source.judge(isExplicit: explicit)
    }

    /// Nil where none are named.
    func waiverList() throws(CommandFailure) -> WaiverList? {
        if waivers.isEmpty { return nil }
        do throws(YAMLError) {
            return try WaiverList.load(waivers)
        } catch {
            throw CommandFailure(.badInput, "the waivers cannot be used, nothing was judged\n\(error)")
        }
    }

    func exitStatus(worst: Severity?, counts: VerdictCounts) -> ExitStatus {
        let hasFindings = worst.map { failOn.includes($0) } ?? false
        let isIncomplete = counts.coverage < minCoverage ?? 100
        return .result(hasFindings: hasFindings, isIncomplete: isIncomplete)
    }

    /// Of a sweep by itself. One that judged no host says nothing of the fleet, however little was asked for.
    func exitStatus(of outcome: Outcome) -> ExitStatus {
        let status = exitStatus(worst: outcome.record.worstFailure, counts: outcome.coverage.sum.counts)
        guard outcome.coverage.isNothing, case .result(let hasFindings, _) = status else { return status }
        return .result(hasFindings: hasFindings, isIncomplete: true)
    }

    /// Of a sweep beside the one before: findings are those that got worse, and incomplete is what was seen before and is
    /// not any more. Where a coverage was asked for by name, it decides instead.
    func exitStatus(of diff: SweepDiff, _ coverage: Coverage) -> ExitStatus {
        let sight: ExitStatus.Sight =
            if coverage.isNothing || coverage.isBelowFloor {
                .tooLittle
            } else if minCoverage == nil ? diff.sawLess : diff.newer.early != nil {
                .less
            } else {
                .held
            }
        return .change(gotWorse: failOn.isReached(by: diff), sight: sight)
    }
}

enum FailThreshold: String, ExpressibleByArgument, CaseIterable {
    case low, medium, high, critical, never

    func includes(_ severity: Severity) -> Bool {
        guard let threshold = Severity(rawValue: rawValue) else { return false }
        return severity >= threshold
    }

    func exitStatus(of diff: SweepDiff) -> ExitStatus {
        .change(gotWorse: isReached(by: diff), sight: diff.sawLess ? .less : .held)
    }

    /// Whether a finding got worse that counts.
    func isReached(by diff: SweepDiff) -> Bool { diff.regressions.contains { includes($0.severity) } }
}
