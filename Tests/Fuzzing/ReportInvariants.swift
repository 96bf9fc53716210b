import FleetSweep
import Hardening
import ProcessTable
import StrictJSON
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
        let document = EvidenceDocument(evidence)
        try checkDocument(document, of: evidence)
        let judged = JudgedEvidence(
            evidence: evidence, document: document, processes: processes, presence: judge.presence(in: evidence))
        file = FileRecord(
            name: "f", state: judged.state, failure: judged.failure, wholeness: evidence.wholeness,
            document: document, notes: evidence.notes + judged.presence.notes(judge.policy),
            processes: processes, checkCount: judge.policy.checks.count)
    case .failure(let problem):
        file = FileRecord(
            name: "f", state: .unreadable, failure: HostFailure(problem), checkCount: judge.policy.checks.count)
    }
    let identity = PolicyIdentity(name: judge.policy.name, digest: "")
    var summary = EvaluationSummary()
    summary.add(file)
    let frame = JSONReport.frame(identity, claimed: claimed, summary)
    let json = frame.head + JSONReport.element(file, isFirst: true) + frame.tail
    try checkPrintable(String(decoding: json, as: UTF8.self), "the JSON report")
    var report = EvaluationText()
    report.add(file)
    let text = report.render(identity, summary, policy: judge.policy, style: TerminalStyle(isColoured: false))
    try checkPrintable(text, "the terminal report")
}

private func reading(_ listing: UnsafeBufferPointer<UInt8>) -> Result<HostEvidence, ListingProblem> {
    Result { () throws(ListingProblem) in try HostEvidence.read(listing, origin: .saved) }
}

private func checkJudging(
    _ records: [ProcessRecord], of evidence: HostEvidence, _ judge: Judge
) throws(BrokenInvariant) {
    try hold(records.count == evidence.processes.count + evidence.lookAlikes.count, "processes lost or invented")
    for (record, process) in zip(records, evidence.processes) {
        let asked = judge.policy.checks.filter { $0.component == process.component.rawValue }
        let answered = record.findings.map(\.check).filter { IntegrityCheck.named($0) == nil }
        try hold(answered == asked.map(\.id), "checks lost or invented")
        guard process.isCut || evidence.isHidden || process.settings != .commandLine else { continue }
        try hold(record.findings.allSatisfy { $0.verdict != .pass }, "a pass that rests on what was not seen")
    }
}

/// The evidence as JSON, read back. Arguments that are too long to be kept are refused.
private func checkDocument(_ document: EvidenceDocument, of evidence: HostEvidence) throws(BrokenInvariant) {
    var json = JSONReader(document.bytes)
    let again: HostEvidence
    do throws(JSONProblem) {
        again = try EvidenceDocument.read(&json)
        try json.end()
    } catch {
        let isKept = (evidence.processes + evidence.lookAlikes).allSatisfy { process in
            process.arguments.reduce(0) { $0 + $1.utf8.count + 1 } <= EvidenceDocument.argumentsLimit
        }
        return try hold(!isKept, "evidence that its own reader refuses: \(error.description)")
    }
    try hold(again == evidence, "evidence changed on its way through JSON")
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
