package import Hardening
package import ProcessTable
package import StrictJSON

/// A report that `JSONReport` wrote, read back for one check on one host or file of it. All else is gone past.
package struct SavedReport: Sendable {
    /// As it stands in the report.
    package let policy: PolicyIdentity
    /// The clusters' names, or the files', in the report's order: what could have been asked for.
    package let names: [String]
    /// The hosts of the clusters that were meant, as `cluster/host`; none where no cluster is.
    package let hosts: [String]
    /// More than one where hosts share a name.
    package let places: [SavedPlace]

    /// - Parameters:
    ///   - place: `cluster/host`, the host by its name or address, or a file's name.
    ///   - check: the id of the check whose findings are read.
    package init(_ bytes: [UInt8], place: String, check: String) throws(JSONProblem) {
        var reader = ReportReader(place: place, check: check)
        var json = JSONReader(bytes)
        policy = try reader.report(&json)
        names = reader.names
        hosts = reader.hosts
        places = reader.places
    }
}

/// A host of a sweep or a file of an evaluation.
package struct SavedPlace: Sendable {
    /// `cluster/host`, or the file's name.
    package internal(set) var name: String
    package internal(set) var state = HostState.unreachable
    package internal(set) var failure: HostFailure?
    package internal(set) var notes: [String] = []
    /// The Kubernetes version that was stated.
    package internal(set) var claimed: Release?
    /// Of the evidence, where the report has one.
    package internal(set) var digest: String?
    package internal(set) var evidence: HostEvidence?
    /// What the report says of the check, process by process.
    package internal(set) var findings: [SavedFinding] = []
}

package struct SavedFinding: Sendable, Equatable {
    package let component: Component
    package let pid: Int
    package let finding: Finding
}

private struct ReportReader {
    let place: String
    let check: String
    var names: [String] = []
    var hosts: [String] = []
    var places: [SavedPlace] = []
    private var claimed: Release?

    init(place: String, check: String) {
        self.place = place
        self.check = check
    }

    mutating func report(_ json: inout JSONReader) throws(JSONProblem) -> PolicyIdentity {
        var policy: PolicyIdentity?
        var schema = ""
        var clusters: JSONReader?
        var files: JSONReader?
        var claimed: Release?
        let start = json
        try json.object(needing: ["schema", "policy"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "schema":
                schema = try json.string()
                if schema != "kubesweep.sweep/1", schema != "kubesweep.evaluation/1" {
                    throw json.problem("a report of kubesweep.sweep/1 or kubesweep.evaluation/1 is expected")
                }
            case "policy": policy = try json.policy()
            case "kubernetesVersion":
                claimed = try json.optional { json throws(JSONProblem) in try json.string() }.flatMap { Release($0) }
            case "clusters":
                clusters = json
                try json.skip()
            case "files":
                files = json
                try json.skip()
            default: try json.skip()
            }
        }
        try json.end()
        self.claimed = claimed
        guard let policy else { throw start.problem("the key is missing: policy") }
        if schema == "kubesweep.sweep/1" {
            guard var clusters else { throw start.problem("the key is missing: clusters") }
            try clusters.array { json throws(JSONProblem) in try cluster(&json) }
        } else {
            guard var files else { throw start.problem("the key is missing: files") }
            try files.array { json throws(JSONProblem) in try host(&json, cluster: nil) }
        }
        return policy
    }

    private mutating func cluster(_ json: inout JSONReader) throws(JSONProblem) {
        var name = ""
        var hosts: JSONReader?
        var stated: Release?
        try json.object(needing: ["name", "hosts"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "name": name = try json.string()
            case "kubernetesVersion":
                stated = try json.optional { json throws(JSONProblem) in try json.string() }.flatMap { Release($0) }
            case "hosts":
                hosts = json
                try json.skip()
            default: try json.skip()
            }
        }
        names.append(name)
        guard place.hasPrefix(name + "/"), var hosts else { return }
        claimed = stated
        try hosts.array { json throws(JSONProblem) in try host(&json, cluster: name) }
    }

    /// - Parameter cluster: nil for a file.
    private mutating func host(_ json: inout JSONReader, cluster: String?) throws(JSONProblem) {
        let start = json
        var name = ""
        var address: String?
        try json.object(needing: [cluster == nil ? "file" : "name"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "name", "file": name = try json.string()
            case "address": address = try json.string()
            default: try json.skip()
            }
        }
        let prefix = cluster.map { $0 + "/" } ?? ""
        if cluster == nil { names.append(name) } else { hosts.append(prefix + name) }
        guard place == prefix + name || address.map({ place == prefix + $0 }) ?? false else { return }
        var details = start
        var found = SavedPlace(name: prefix + name, claimed: claimed)
        try found.read(&details, check: check)
        places.append(found)
    }
}
