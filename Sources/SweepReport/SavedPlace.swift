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
