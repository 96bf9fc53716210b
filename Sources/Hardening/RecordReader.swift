package import StrictJSON

// Parts of records as they stand in JSON. Keys that are not known are gone past: a later release may have written them.

extension JSONReader {
    /// A policy's identity, as reports and histories hold it.
    package mutating func policy() throws(JSONProblem) -> PolicyIdentity {
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
            case "parameters":
                var parameters: [String: String] = [:]
                try json.object { (json, name) throws(JSONProblem) in parameters[name] = try json.string() }
                policy.parameters = parameters
            default: try json.skip()
            }
        }
        return policy
    }

    /// Why a host gave no listing.
    package mutating func failure() throws(JSONProblem) -> HostFailure {
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

    /// One finding.
    package mutating func finding() throws(JSONProblem) -> Finding {
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
    /// Nil for words that no verdict has.
    package init?(word: String, reason: String?) {
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
