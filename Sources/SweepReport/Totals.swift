import Hardening

extension VerdictCounts {
    /// The decided part of all that should have been decided, in tenths of a percent, rounded down, so that 1000 means
    /// all of it; 0 where nothing was asked.
    var coverageTenths: Int { total == 0 ? 0 : answered * 1000 / total }
}

extension EvaluationSummary {
    /// The highest severity first; every severity has its place, also with none.
    var failuresBySeverity: [(severity: Severity, count: Int)] {
        Severity.allCases.reversed().map { ($0, failures[$0] ?? 0) }
    }
}

/// Failed findings without a waiver in force, the highest severity first; every severity has its place, also with none.
func failures(in processes: some Sequence<ProcessRecord>) -> [(severity: Severity, count: Int)] {
    var counts: [Severity: Int] = [:]
    for process in processes { process.forEachFailure { counts[$0, default: 0] += 1 } }
    return Severity.allCases.reversed().map { ($0, counts[$0] ?? 0) }
}
