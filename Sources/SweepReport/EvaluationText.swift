package import Hardening

/// The report for people on saved listings, gathered file by file. It keeps a bounded part of what it was given: of the
/// longest lists it names the first and counts the others.
package struct EvaluationText {
    private var gathered = Gathered(keeping: .some)

    package init() {}

    /// Files come in the order in which they were named.
    package mutating func add(_ file: FileRecord) { gathered.add(file) }

    /// - Parameter summary: over the same files.
    package func render(
        _ identity: PolicyIdentity, _ summary: EvaluationSummary, policy: Policy, style: TerminalStyle
    ) -> String {
        var report = TerminalReport(policy, style, noun: "file")
        report.evaluation(gathered, identity, summary)
        return report.text.text
    }
}
