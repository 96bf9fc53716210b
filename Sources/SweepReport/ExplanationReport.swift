import Hardening
import ProcessTable

/// An explanation for people: from the process to the tokens of its line to the rule that decided.
package enum ExplanationReport {
    /// The places under each other.
    package static func render(_ places: [PlaceExplanation]) -> String {
        var text = ExplanationText()
        for (index, place) in places.enumerated() {
            if index > 0 { text.blank() }
            text.place(place)
        }
        return text.text
    }
}

extension ExplanationText {
    fileprivate mutating func place(_ place: PlaceExplanation) {
        title("\(place.place.name)  \(place.check.id)")
        title(place.check.title)
        for remark in place.remarks {
            begin("NOTE")
            line(remark)
        }
        for (explanation, saved) in place.processes {
            blank()
            process(explanation)
            version(explanation.version, explanation.process)
            flags(explanation)
            decision(explanation)
            verdict(explanation, saved)
        }
        if let absence = place.absence {
            blank()
            self.absence(absence, place)
        }
    }

    private mutating func process(_ explanation: Explanation) {
        let process = explanation.process
        begin("PROCESS")
        line("\(process.component.rawValue), pid \(process.pid), user \(process.user)")
        line("program \(process.program), \(counted(process.arguments.count, "argument"))")
        if case .file(let distribution, let path) = process.settings {
            line("\(distribution) keeps its settings in \(path), so its line says nothing of them")
        }
        line(process.isCut ? "the row is cut off; what stands behind the cut is not known" : "the row is not cut off")
        line(explanation.wholeness.words)
        if explanation.isHidden { line("other users' processes are hidden from the account") }
        for doubt in explanation.doubtsOfLine { line("doubtful: \(doubt)") }
    }

    private mutating func version(_ version: VersionTrace, _ process: ControlPlaneProcess) {
        begin("VERSION")
        line(version.claimed.map { "\($0) is stated" } ?? "none is stated")
        if let claimed = version.claimed, !version.known.contains(claimed) {
            line("the facts hold for \(version.known), of which the nearest is taken")
        }
        for proof in version.proofs { line("\(proof.witness) proves \(proof.releases.within(version.known))") }
        if case .commandLine = process.settings, version.proofs.isEmpty { line("the line proves none") }
        switch version.bounds.conflict {
        case .disproved(let stated, let proofs): line("the line disproves \(stated): \(proofs.joined(separator: ", "))")
        case .contradictory(let proofs): line("no release accepts these together: \(proofs.joined(separator: ", "))")
        case nil: break
        }
        line("judged as \(version.bounds.releases)")
    }

    private mutating func flags(_ explanation: Explanation) {
        begin("FLAGS")
        for flag in explanation.flags { self.flag(flag) }
        for neighbour in explanation.neighbours {
            line("of \(neighbour.component.rawValue), pid \(neighbour.pid):")
            flag(neighbour.flag)
        }
        begin("FACTS")
        for fact in explanation.facts { line(fact) }
        begin("ELSEWHERE")
        for place in explanation.places {
            line([place.path, place.note].compactMap(\.self).joined(separator: ": "))
            line(
                place.overridesLine
                    ? "holds these settings, whatever stands on the line" : "may hold what is not on the line", level: 1
            )
            line("as this holds:", level: 1)
            condition(place.when, level: 1)
        }
        begin("")
    }

    private mutating func flag(_ flag: FlagTrace) {
        if flag.occurrences.isEmpty {
            line("--\(flag.name): not \(flag.isCut ? "seen before the cut" : "on the line")")
        } else {
            line("--\(flag.name), \(flag.kind.words): \(flag.ruleWords)")
        }
        for occurrence in flag.occurrences {
            let place =
                occurrence.positions.count == 1
                ? "argument \(occurrence.positions.lowerBound + 1)"
                : "arguments \(occurrence.positions.lowerBound + 1) to \(occurrence.positions.upperBound)"
            line(occurrence.tokens.joined(separator: " "), level: 1, label: place)
            let words = occurrence.words(of: flag)
            if !words.isEmpty { line(words, level: 2) }
        }
        if flag.combination == .pairsMerge, !flag.occurrences.isEmpty { return }
        for (releases, value) in flag.values {
            let when = flag.values.count > 1 ? "in \(releases) " : ""
            line(when + value.words, level: 1)
        }
    }

    private mutating func decision(_ explanation: Explanation) {
        begin("DECISION")
        for era in explanation.eras {
            if explanation.eras.count > 1 { line("in \(era.releases):") }
            for step in era.steps {
                line("\(step.question.words): \(step.effect.words)")
                condition(step.condition, level: 1)
                if let note = step.note { line(note, level: 1, label: "note") }
            }
        }
        if explanation.eras.isEmpty { line("without the settings no rule can be asked") }
        if explanation.eras.count > 1 {
            let answers = explanation.eras.map { "\($0.verdict.words) in \($0.releases)" }.joined(separator: ", ")
            line("together: \(answers); that makes \(explanation.merged.words)")
        }
        if explanation.isDoubted {
            line(
                "\(explanation.merged.words) is taken back: it rests on what was not seen, or can be read in another way"
            )
        }
    }

    private mutating func condition(_ condition: ConditionTrace, level: Int) {
        let seen = condition.seen.map { " (\($0))" } ?? ""
        line(condition.words + seen, level: level, label: padded(condition.truth.words, to: 4))
        if case .open(let reason) = condition.truth, condition.parts.isEmpty, condition.seen == nil || !reason.isSeen {
            line(reason.words, level: level + 3)
        }
        for part in condition.parts { self.condition(part, level: level + 1) }
    }

    private mutating func verdict(_ explanation: Explanation, _ saved: Finding?) {
        let finding = explanation.finding
        begin("VERDICT")
        line(finding.verdict.words + (finding.verdict == .fail ? ", \(finding.severity.rawValue)" : ""))
        if case .unknown(let reason) = finding.verdict { line(reason.words) }
        line(finding.expected, label: "want")
        line(finding.observed, label: "seen")
        if let note = finding.note { line(note, label: "note") }
        if let saved, saved != finding {
            line(
                "the report says otherwise: \(saved.verdict.words), seen \(saved.observed)"
                    + (saved.note.map { ", note \($0)" } ?? "")
                    + "; another kubesweep or policy made it, or it was changed")
        } else if saved == nil {
            line("the report has no such finding; another kubesweep or policy made it")
        }
    }

    private mutating func absence(_ absence: PlaceExplanation.Absence, _ place: PlaceExplanation) {
        begin("VERDICT")
        switch absence {
        case .notSeen: line("none: nothing was seen of this host (\(place.place.state.rawValue))")
        case .noEvidence: line("not explained: the report holds findings without the evidence they rest on")
        case .notRunning(let seen):
            line("\(Verdict.notApplicable(.noSuchProcess).words): a whole listing shows no \(place.check.component)")
            line(seen.words)
        case .unseen(let seen):
            line("none: no \(place.check.component) was seen here, which does not prove that there is none")
            line(seen.words)
        case .otherProcesses(let pids):
            line(
                "none: no \(place.check.component) has this process id; seen: \(pids.map(String.init).joined(separator: ", "))"
            )
        }
        if let failure = place.place.failure {
            begin("FAILURE")
            line("\(failure.reason) (\(failure.phase))")
            line(failure.detail)
            begin("HINT")
            for hint in failure.hint.split(separator: "\n") { line(String(hint)) }
        }
        begin("HOST")
        for note in place.place.notes { line(note) }
        begin("")
    }
}
