package import Hardening
package import StrictJSON

/// What a saved report of a sweep says about whom it saw. Nothing else of it is built.
package enum EarlierSweep {
    /// The hosts whose state is not `evaluated`.
    package static func notJudged(_ bytes: [UInt8]) throws(JSONProblem) -> Set<HostIdentity> {
        var hosts: Set<HostIdentity> = []
        var json = JSONReader(bytes)
        try json.object(needing: ["schema", "clusters"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "schema":
                let start = json
                if try json.string() != "kubesweep.sweep/1" {
                    throw start.problem("a report of kubesweep.sweep/1 is expected")
                }
            case "clusters":
                try json.array { json throws(JSONProblem) in hosts.formUnion(try cluster(&json)) }
            default: try json.skip()
            }
        }
        try json.end()
        return hosts
    }

    private static func cluster(_ json: inout JSONReader) throws(JSONProblem) -> [HostIdentity] {
        var cluster = ""
        var hosts: [String] = []
        try json.object(needing: ["name", "hosts"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "name": cluster = try json.string()
            case "hosts":
                try json.array { json throws(JSONProblem) in
                    var name = ""
                    var state = HostState.evaluated
                    try json.object(needing: ["name", "state"]) { (json, key) throws(JSONProblem) in
                        switch key {
                        case "name": name = try json.string()
                        case "state": state = try json.word(HostState.init(rawValue:), "how a host ended")
                        default: try json.skip()
                        }
                    }
                    if state != .evaluated { hosts.append(name) }
                }
            default: try json.skip()
            }
        }
        return hosts.map { HostIdentity(cluster: cluster, name: $0) }
    }
}
