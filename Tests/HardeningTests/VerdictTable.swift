import Hardening
import Testing

/// One row of a table: a check, the version that is stated, what must come out, and the flags of the line.
struct VerdictRow: Sendable, CustomTestStringConvertible {
    var check: String
    /// Nil where no version is stated.
    var version: Release?
    /// `pass`, `fail`, `fail low` (a severity other than the check's own), `unknown versionNeeded`,
    /// `notApplicable removed`; `, noted` behind a pass or fail that carries a note.
    var outcome: String
    var flags: String

    /// With the number of the row in the list that the policy follows.
    var testDescription: String {
        let item = (try? builtInPolicy.get())?.checks.first { $0.id == "apiserver-" + check }?.item
        return
            "item \(item.map(String.init) ?? "?") \(check) at \(version?.description ?? "?"): \(outcome) for \(flags)"
    }

    /// The outcome in the words of the table.
    func found(isExplicit: Bool) throws -> String {
        let finding = try record(flags, claimed: version, isExplicit: isExplicit).finding(check)
        let own = try builtInPolicy.get().checks.first { $0.id == finding.check }?.severity
        var text = finding.verdict.text
        if finding.severity != own { text += " \(finding.severity.rawValue)" }
        if [.pass, .fail].contains(finding.verdict), finding.note != nil { text += ", noted" }
        return text
    }
}

/// Reads rows of `versions  outcome | flags` under lines of `check:`. Versions are separated by commas; `?` states none.
func verdictTable(_ text: String) -> [VerdictRow] {
    var rows: [VerdictRow] = []
    var check = ""
    for line in text.split(separator: "\n") {
        if line.hasSuffix(":") {
            check = String(line.dropLast())
            continue
        }
        let halves = line.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let words = halves[0].split(separator: " ")
        let flags = halves.count > 1 ? String(halves[1].trimmingPrefix(" ")) : "NO BAR IN THIS ROW"
        for version in words[0].split(separator: ",") {
            rows.append(
                VerdictRow(
                    check: check, version: Release(version), outcome: words.dropFirst().joined(separator: " "),
                    flags: flags))
        }
    }
    return rows
}
