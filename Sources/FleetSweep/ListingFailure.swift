package import Hardening
package import ProcessTable

extension HostFailure {
    /// What a listing that cannot be read becomes in the report.
    ///
    /// - Parameter complaint: the beginning of the command's standard error.
    package init(_ problem: ListingProblem, complaint: [UInt8] = []) {
        let said = Redaction.text(
            String(decoding: complaint.prefix(200), as: UTF8.self), isCut: complaint.count > 200)
        let quote = said.isEmpty ? "" : "; it said: \(said)"
        switch problem {
        case .empty:
            self.init(
                phase: "evidence", reason: "emptyOutput", detail: "the command gave no output\(quote)",
                hint: "check that the account may run ps, and what its shell or forced command does")
        case .notAListing(let line, let excerpt):
            self.init(
                phase: "evidence", reason: "notAListing",
                detail: "no process rows; line \(line) is: \(excerpt)\(quote)",
                hint: "check what the account's shell or forced command prints")
        case .commandFailed(let status):
            self.init(
                phase: "evidence", reason: "commandFailed", detail: "ps ended with status \(status)\(quote)",
                hint: "check that ps is installed and in the account's PATH")
        }
    }

    /// A whole listing is asked for, so rows without a header went through somebody's filter on their way.
    package static let noHeader = HostFailure(
        phase: "evidence", reason: "noHeader", detail: "process rows without the header line of ps",
        hint: "check what the account's shell or forced command prints")
}

extension JudgedEvidence {
    /// Why nothing of the host was judged although it answered; nil where something was.
    package var failure: HostFailure? {
        switch state {
        case .hidden:
            HostFailure(
                phase: "evidence", reason: "hidden", detail: "the account sees its own processes only",
                hint: "/proc is mounted with hidepid; put the account into the group that its gid= option names")
        case .incomplete:
            HostFailure(
                phase: "evidence", reason: "incomplete",
                detail: "no control-plane process in the part of the listing that came", hint: "run the sweep again")
        case .noControlPlane:
            HostFailure(
                phase: "evidence", reason: "noControlPlane",
                detail: "no process that the policy speaks of among \(evidence.rowCount) rows",
                hint: "check that this host is a control-plane host, and that its API server runs")
        case .evaluated, .unreadable, .unreachable, .abandoned: nil
        }
    }
}
