package import Hardening
package import StrictJSON

extension WaiverSuggestions {
    /// The failures of a report that `JSONReport` wrote, but for those that a waiver in force lies over.
    package init(report bytes: [UInt8]) throws(JSONProblem) {
        self.init()
        var json = JSONReader(bytes)
        var schema = ""
        var places: JSONReader?
        try json.object(needing: ["schema"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "schema":
                schema = try json.string()
                if schema != "kubesweep.sweep/1", schema != "kubesweep.evaluation/1" {
                    throw json.problem("a report of kubesweep.sweep/1 or kubesweep.evaluation/1 is expected")
                }
            case "clusters", "files":
                places = json
                try json.skip()
            default: try json.skip()
            }
        }
        try json.end()
        guard var places else { throw json.problem("the report has neither clusters nor files") }
        let isSweep = schema == "kubesweep.sweep/1"
        try places.array { json throws(JSONProblem) in
            if isSweep { try addCluster(&json) } else { try addHost(&json, named: "file", cluster: nil) }
        }
    }

    private mutating func addCluster(_ json: inout JSONReader) throws(JSONProblem) {
        var name = ""
        var hosts: JSONReader?
        try json.object(needing: ["name", "hosts"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "name": name = try json.string()
            case "hosts":
                hosts = json
                try json.skip()
            default: try json.skip()
            }
        }
        guard var hosts else { return }
        try hosts.array { json throws(JSONProblem) in try addHost(&json, named: "name", cluster: name) }
    }

    private mutating func addHost(
        _ json: inout JSONReader, named nameKey: String, cluster: String?
    ) throws(JSONProblem) {
        var name = ""
        var failures: [Finding] = []
        try json.object(needing: [nameKey, "processes"]) { (json, key) throws(JSONProblem) in
            switch key {
            case nameKey: name = try json.string()
            case "processes":
                try json.array { json throws(JSONProblem) in failures += try json.failures() }
            default: try json.skip()
            }
        }
        for failure in failures { add(failure, cluster: cluster, host: name) }
    }
}

extension JSONReader {
    /// Of a process.
    fileprivate mutating func failures() throws(JSONProblem) -> [Finding] {
        var failures: [Finding] = []
        try object(needing: ["findings"]) { (json, key) throws(JSONProblem) in
            guard key == "findings" else { return try json.skip() }
            try json.array { json throws(JSONProblem) in
                var waived = json
                let finding = try json.finding()
                if finding.verdict == .fail, try !waived.isWaived() { failures.append(finding) }
            }
        }
        return failures
    }

    /// Whether a waiver in force lies over the finding.
    private mutating func isWaived() throws(JSONProblem) -> Bool {
        var isWaived = false
        try object { (json, key) throws(JSONProblem) in
            guard key == "waiver" else { return try json.skip() }
            if json.null() { return }
            isWaived = true
            try json.object { (json, key) throws(JSONProblem) in
                if key == "expired" { isWaived = try !json.bool() } else { try json.skip() }
            }
        }
        return isWaived
    }
}
