import FleetSweep
import Hardening
import ProcessTable
import SweepReport

/// The first byte chooses policy and version; the rest is a listing.
func checkReport(_ bytes: UnsafeBufferPointer<UInt8>) throws(BrokenInvariant) {
    guard let choice = bytes.first else { return }
    let judge = builtInJudges[Int(choice) % builtInJudges.count]
    let minor = Int(choice) / builtInJudges.count
    let claimed = minor < 10 ? nil : Release(minor: minor)
    let listing = UnsafeBufferPointer(rebasing: bytes.dropFirst())
    try checkCut(listing, judge, claimed)

    let file: FileRecord
    switch reading(listing) {
    case .success(let evidence):
        let processes = judge.judge(evidence, claimed: claimed)
        try checkJudging(processes, of: evidence, judge)
        let again = judge.judge(evidence, claimed: claimed)
        try hold(processes == again, "judged twice, judged differently")
        let judged = JudgedEvidence(
            evidence: evidence, processes: processes, presence: judge.presence(in: evidence))
        file = FileRecord(
            name: "f", state: judged.state, failure: judged.failure, wholeness: evidence.wholeness,
            notes: evidence.notes + judged.presence.notes(judge.policy), processes: processes,
            checkCount: judge.policy.checks.count)
    case .failure(let problem):
        file = FileRecord(
            name: "f", state: .unreadable, failure: HostFailure(problem), checkCount: judge.policy.checks.count)
    }
    let record = EvaluationRecord(policy: PolicyIdentity(name: judge.policy.name, digest: ""), files: [file])
    try checkPrintable(String(decoding: JSONReport.render(record), as: UTF8.self), "the JSON report")
    let text = TerminalReport.render(record, policy: judge.policy, style: TerminalStyle(isColoured: false))
    try checkPrintable(text, "the terminal report")
}

private func reading(_ listing: UnsafeBufferPointer<UInt8>) -> Result<HostEvidence, ListingProblem> {
    Result { () throws(ListingProblem) in try HostEvidence.read(listing, origin: .saved) }
}

private func checkJudging(
    _ records: [ProcessRecord], of evidence: HostEvidence, _ judge: Judge
) throws(BrokenInvariant) {
    try hold(records.count == evidence.processes.count, "processes lost or invented")
    for (record, process) in zip(records, evidence.processes) {
        let asked = judge.policy.checks.filter { $0.component == process.component.rawValue }
        try hold(record.findings.map(\.check) == asked.map(\.id), "checks lost or invented")
        guard process.isCut || evidence.isHidden || process.settings != .commandLine else { continue }
        try hold(record.findings.allSatisfy { $0.verdict != .pass }, "a pass that rests on what was not seen")
    }
}

/// What the remote command printed, cut anywhere before the end of its marker, leaves no pass.
private func checkCut(
    _ listing: UnsafeBufferPointer<UInt8>, _ judge: Judge, _ claimed: Release?
) throws(BrokenInvariant) {
    // A marker inside would be the end of a shorter listing that is whole.
    guard !Array(listing).containsMarker else { return }
    let whole = Array(listing) + "\nkubesweep-end status=0\n".utf8
    let length = listing.choice(of: whole.count)
    guard let evidence = try? HostEvidence.read(Array(whole[..<length]), origin: .remoteCommand) else { return }
    for record in judge.judge(evidence, claimed: claimed) {
        try hold(record.findings.allSatisfy { $0.verdict != .pass }, "a cut at \(length) leaves a pass")
    }
}

extension [UInt8] {
    fileprivate var containsMarker: Bool {
        let marker = Array("kubesweep-end".utf8)
        return indices.contains { self[$0...].starts(with: marker) }
    }
}
