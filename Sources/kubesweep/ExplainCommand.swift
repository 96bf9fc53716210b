import ArgumentParser
import FleetSweep
import Hardening
import StrictJSON
import StrictYAML
import SweepReport

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explains one verdict of a saved JSON report, from the tokens of the line to the rule that decided.",
        discussion: """
            The finding is computed anew from the evidence in the report. The policy is the report's own where it is \
            built in, and otherwise the one that --policy names.
            """)

    @Argument(
        help: ArgumentHelp(
            "What to explain: CLUSTER/HOST/CHECK of a sweep, FILE/CHECK of an evaluation.", valueName: "place"))
    var place: String

    @Option(help: ArgumentHelp("A report of scan or evaluate in JSON; - is standard input.", valueName: "file"))
    var from: String

    @Option(
        name: .customLong("policy"),
        help: ArgumentHelp(
            "The policy that the report was made with, if it is not built in; may be given several times.",
            valueName: "policy"))
    var policies: [String] = []

    @Option(help: ArgumentHelp("One process alone, where a host runs several of the component.", valueName: "number"))
    var pid: Int?

    func run() {
        do throws(CommandFailure) {
            try Console.result(Array(ExplanationReport.render(explanations()).utf8))
        } catch {
            Console.end(error)
        }
    }

    /// Read the report, load its policy, judge again.
    private func explanations() throws(CommandFailure) -> [PlaceExplanation] {
        guard let slash = place.lastIndex(of: "/"), slash > place.startIndex else {
            throw CommandFailure(.usage, "a place is CLUSTER/HOST/CHECK or FILE/CHECK, not \(quoted(place))")
        }
        let (name, id) = (String(place[..<slash]), String(place[place.index(after: slash)...]))
        let report = try saved(name, id)
        let chosen = try PolicyOption.judge(try policyNames(report), isExplicit: report.policy.isExplicit)
        let (judge, identity) = (chosen.judge, chosen.identity)
        let check = try check(id, in: judge.policy, report)
        if report.places.isEmpty { throw unknownPlace(name, report) }
        let explanations = report.places.map { place in
            PlaceExplanation(
                place, check: check, judge: judge, pid: pid, remarks: remarks(place, report.policy, identity))
        }
        if let pid, case .otherProcesses(let others)? = explanations.first?.absence, explanations.count == 1 {
            let list = others.map(String.init).joined(separator: ", ")
            throw CommandFailure(.usage, "no \(check.component) there has process id \(pid); seen: \(list)")
        }
        return explanations
    }

    private func saved(_ name: String, _ id: String) throws(CommandFailure) -> SavedReport {
        let bytes = try InputFile.read(from, limit: InputFile.reportLimit)
        do throws(JSONProblem) {
            return try SavedReport(bytes, place: name, check: id)
        } catch {
            throw CommandFailure(.badInput, "the report cannot be read\n\(from):\(escaped(error.description))")
        }
    }

    private func policyNames(_ report: SavedReport) throws(CommandFailure) -> [String] {
        if !policies.isEmpty { return policies }
        let names = report.policy.name.split(separator: "+").map(String.init)
        if names.allSatisfy(BuiltIn.policyNames.contains), !names.isEmpty { return names }
        throw CommandFailure(
            .usage, "the report was made with policy \(quoted(report.policy.name)): name its file with --policy")
    }

    private func check(_ id: String, in policy: Policy, _ report: SavedReport) throws(CommandFailure) -> Check {
        if let check = policy.checks.first(where: { $0.id == id }) { return check }
        if let reason = policy.disabled[id] ?? report.policy.disabled[id] {
            throw CommandFailure(.usage, "policy \(policy.name) switches \(id) off: \(escaped(reason))")
        }
        if IntegrityCheck.named(id) != nil {
            throw CommandFailure(
                .usage, "\(id) is no check of a policy; kubesweep checks explain \(id) tells when it speaks")
        }
        throw CommandFailure(
            .usage, "policy \(policy.name) has no check \(quoted(id))\(meant(id, policy.checks.map(\.id)))")
    }

    private func unknownPlace(_ name: String, _ report: SavedReport) -> CommandFailure {
        if !report.hosts.isEmpty {
            return CommandFailure(.usage, "the report has no host \(quoted(name))\(meant(name, report.hosts))")
        }
        let first = name.prefix { $0 != "/" }
        let guess = nearestKey(to: name, among: report.names) ?? nearestKey(to: String(first), among: report.names)
        let hint = guess.map { "; did you mean \(quoted($0))?" } ?? ""
        return CommandFailure(.usage, "the report has nothing of the name \(quoted(name))\(hint)")
    }

    private func meant(_ name: String, _ known: [String]) -> String {
        nearestKey(to: name, among: known).map { "; did you mean \(quoted($0))?" } ?? ""
    }

    private func remarks(_ place: SavedPlace, _ reported: PolicyIdentity, _ present: PolicyIdentity) -> [String] {
        var remarks: [String] = []
        if reported.digest != present.digest {
            remarks.append(
                "the report was made with another policy \(reported.name) (\(reported.digest)); this is what "
                    + "\(present.name) says (\(present.digest))")
        }
        if let digest = place.digest, let evidence = place.evidence, evidence.digest != digest {
            remarks.append("the evidence in the report is not the one that it was made from: its digest differs")
        }
        return remarks
    }
}
