package import Hardening

/// What a reader must know of a sweep's coverage before all else.
package struct CoverageReport {
    /// Printable, each one line, the most serious first; empty where coverage held.
    package let warnings: [Warning]

    package struct Warning: Sendable, Equatable {
        package let title: String
        package let words: String
    }

    /// - Parameter isToldOtherwise: what follows names what is not seen any more.
    package init(_ coverage: Coverage, lossIsToldOtherwise isToldOtherwise: Bool = false) {
        var warnings: [Warning] = []
        if coverage.isNothing { warnings.append(Warning(title: "NOTHING SEEN", words: Self.nothing(coverage))) }
        if let floor = coverage.floor, coverage.isBelowFloor {
            let tenths = coverage.sum.counts.coverageTenths
            let words = "coverage is \(tenths / 10).\(tenths % 10) %, below --min-coverage \(Self.number(floor))"
            warnings.append(Warning(title: "TOO LITTLE SEEN", words: words))
        }
        if let before = coverage.before, coverage.isLess, !isToldOtherwise {
            let words =
                "hosts judged: \(coverage.sum.judged), before \(before.judged); "
                + "checks answered: \(coverage.sum.counts.answered), before \(before.counts.answered)"
            warnings.append(Warning(title: "LESS SEEN", words: words))
        }
        self.warnings = warnings
    }

    /// The lines with which a mail begins, and a blank one behind them; empty where coverage held.
    package func text(style: TerminalStyle) -> String {
        if warnings.isEmpty { return "" }
        return warnings.map { "\(style.heading($0.title))  \($0.words)\n" }.joined() + "\n"
    }

    private static func nothing(_ coverage: Coverage) -> String {
        guard let commonest = coverage.commonest else { return "the sweep had no host" }
        let part = commonest.hosts == coverage.hosts ? "all of them" : "\(commonest.hosts) of them"
        // A hint may go on with commands; the report has them.
        let hint = commonest.hint.prefix { $0 != "\n" }
        return "no host of \(coverage.hosts) was judged; on \(part): \(printable(commonest.name))"
            + (hint.isEmpty ? "" : "; \(printable(String(hint), limit: 300))")
    }

    private static func number(_ percent: Double) -> String { Int(exactly: percent).map(String.init) ?? "\(percent)" }
}
