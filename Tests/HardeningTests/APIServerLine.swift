import Hardening
import ProcessTable
import Testing

let builtInFacts = Result { () throws(PolicyError) in try BuiltIn.facts() }
let builtInPolicy = Result { () throws(PolicyError) in
    try PolicySource.load(BuiltIn.defaultPolicy).policy(facts: builtInFacts.get())
}

func judge(isExplicit: Bool = false) throws -> Judge {
    Judge(policy: try builtInPolicy.get(), facts: try builtInFacts.get(), isExplicit: isExplicit)
}

let header = "UID          PID    PPID  C STIME TTY          TIME CMD"
let initRow = "root           1       0  0 Nov01 ?        00:00:09 /sbin/init splash"
let endMarker = "\nkubesweep-end status=0\n"

/// A kube-apiserver's row; `flags` stand behind the program as they are.
func apiServerRow(_ flags: String, pid: Int = 700) -> String {
    "root \(pid) 1 0 10:14 ? 00:00:00 kube-apiserver" + (flags.isEmpty ? "" : " " + flags)
}

func listing(_ rows: [String], end: String = "") -> String {
    ([header, initRow] + rows).map { $0 + "\n" }.joined() + end
}

func judged(
    _ text: String, origin: ListingOrigin = .saved, claimed: Release? = nil, isExplicit: Bool = false
) throws -> [ProcessRecord] {
    try judge(isExplicit: isExplicit).judge(HostEvidence.read(Array(text.utf8), origin: origin), claimed: claimed)
}

/// The record of the one API server whose line holds `flags`, in a listing that is whole.
func record(_ flags: String, claimed: Release? = nil, isExplicit: Bool = false) throws -> ProcessRecord {
    let records = try judged(
        listing([apiServerRow(flags)], end: endMarker), origin: .remoteCommand, claimed: claimed,
        isExplicit: isExplicit)
    try #require(records.count == 1)
    return records[0]
}

extension ProcessRecord {
    /// `check` without its `apiserver-`.
    func finding(_ check: String) throws -> Finding {
        try #require(findings.first { $0.check == "apiserver-" + check }, "no finding for \(check)")
    }

    func verdicts() -> [String: String] {
        Dictionary(uniqueKeysWithValues: findings.map { ($0.check, $0.verdict.text) })
    }
}

extension Verdict {
    /// `pass`, `fail`, `unknown truncated`, `notApplicable removed`.
    var text: String { [word, reason].compactMap { $0 }.joined(separator: " ") }
}
