import Hardening
import ProcessTable
import StrictJSON

extension SavedPlace {
    mutating func read(_ json: inout JSONReader, check: String) throws(JSONProblem) {
        var place = self
        try json.object(needing: ["state", "failure", "notes", "processes"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "state": place.state = try json.word(HostState.init(rawValue:), "how a host ended")
            case "failure": place.failure = try json.optional { json throws(JSONProblem) in try json.failure() }
            case "notes": place.notes = try json.strings()
            case "evidence": if !json.null() { try place.readEvidence(&json) }
            case "processTable": try place.readProcessTable(&json)
            case "processes":
                try json.array { json throws(JSONProblem) in
                    try place.readFindings(&json, of: check)
                }
            default: try json.skip()
            }
        }
        self = place
    }

    private mutating func readEvidence(_ json: inout JSONReader) throws(JSONProblem) {
        var place = self
        try json.object { (json, key) throws(JSONProblem) in
            switch key {
            case "digest": place.digest = try json.string()
            case "processTable": try place.readProcessTable(&json)
            default: try json.skip()
            }
        }
        self = place
    }

    private mutating func readProcessTable(_ json: inout JSONReader) throws(JSONProblem) {
        evidence = try json.optional { json throws(JSONProblem) in try EvidenceDocument.read(&json) }
    }

    private mutating func readFindings(_ json: inout JSONReader, of check: String) throws(JSONProblem) {
        var component = Component.kubeAPIServer
        var pid = 0
        var found: [Finding] = []
        try json.object(needing: ["component", "pid", "findings"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "component": component = try json.word(Component.init(rawValue:), "a component")
            case "pid": pid = try json.count()
            case "findings":
                try json.array { json throws(JSONProblem) in
                    let finding = try json.finding()
                    if finding.check == check { found.append(finding) }
                }
            default: try json.skip()
            }
        }
        findings += found.map { SavedFinding(component: component, pid: pid, finding: $0) }
    }
}

extension JSONReader {
    mutating func policy() throws(JSONProblem) -> PolicyIdentity {
        var policy = PolicyIdentity(name: "", digest: "")
        try object(needing: ["name", "digest", "explicit"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "name": policy.name = try json.string()
            case "digest": policy.digest = try json.string()
            case "explicit": policy.isExplicit = try json.bool()
            case "disabled":
                var disabled: [String: String] = [:]
                try json.object { (json, id) throws(JSONProblem) in disabled[id] = try json.string() }
                policy.disabled = disabled
            default: try json.skip()
            }
        }
        return policy
    }

    fileprivate mutating func failure() throws(JSONProblem) -> HostFailure {
        var failure = HostFailure(phase: "", reason: "", detail: "", hint: "")
        try object(needing: ["phase", "reason", "detail", "hint"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "phase": failure.phase = try json.string()
            case "reason": failure.reason = try json.string()
            case "detail": failure.detail = try json.string()
            case "hint": failure.hint = try json.string()
            default: try json.skip()
            }
        }
        return failure
    }

    fileprivate mutating func finding() throws(JSONProblem) -> Finding {
        var finding = Finding(check: "", severity: .low, verdict: .pass, observed: "", expected: "")
        var word = ""
        var reason: String?
        let start = self
        try object(needing: ["check", "severity", "verdict", "reason", "observed", "expected"]) {
            (json, key) throws(JSONProblem) in
            switch key {
            case "check": finding.check = try json.string()
            case "severity": finding.severity = try json.word(Severity.init(rawValue:), "a severity")
            case "verdict": word = try json.string()
            case "reason": reason = try json.optional { json throws(JSONProblem) in try json.string() }
            case "observed": finding.observed = try json.string()
            case "expected": finding.expected = try json.string()
            case "note": finding.note = try json.optional { json throws(JSONProblem) in try json.string() }
            default: try json.skip()
            }
        }
        guard let verdict = Verdict(word: word, reason: reason) else { throw start.problem("no such verdict") }
        finding.verdict = verdict
        return finding
    }
}

extension Verdict {
    fileprivate init?(word: String, reason: String?) {
        switch (word, reason) {
        case ("pass", nil): self = .pass
        case ("fail", nil): self = .fail
        case ("unknown", let reason?):
            guard let reason = UnknownReason(rawValue: reason) else { return nil }
            self = .unknown(reason)
        case ("notApplicable", let reason?):
            guard let reason = NotApplicableReason(rawValue: reason) else { return nil }
            self = .notApplicable(reason)
        default: return nil
        }
    }
}
