package import ProcessTable
package import StrictJSON

/// Everything a policy was read from, so that it can be read again later, by another release of this program too.
package struct PolicyDocument: Sendable, Equatable {
    /// In the order of the command line.
    package let sources: [PolicySource]
    /// The policies that those take checks of, in order of name.
    package let taken: [PolicySource]
    package let isExplicit: Bool

    package init(_ sources: [PolicySource], of policy: Policy, isExplicit: Bool) {
        self.sources = sources
        self.isExplicit = isExplicit
        taken = policy.taken.sorted().compactMap { name in
            PolicyLibrary.builtIn.text(name).map { PolicySource(text: $0, file: name) }
        }
    }

    /// A judge by this policy with this program's facts.
    package func judge(facts: [Component: ComponentFacts]) throws(PolicyError) -> Judge {
        let library = PolicyLibrary(Dictionary(taken.map { ($0.file, $0.text) }) { first, _ in first })
        return Judge(policy: try sources.policy(facts: facts, library: library), facts: facts, isExplicit: isExplicit)
    }

    /// The same bytes for the same policy.
    package var json: [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("explicit", isExplicit)
            json.array("sources", sources) { json, source in json.line { $0.source(source) } }
            json.array("taken", taken) { json, source in json.line { $0.source(source) } }
        }
        return json.bytes
    }

    package init(json bytes: [UInt8]) throws(JSONProblem) {
        var json = JSONReader(bytes)
        var isExplicit = false
        var sources: [PolicySource] = []
        var taken: [PolicySource] = []
        try json.object(needing: ["explicit", "sources", "taken"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "explicit": isExplicit = try json.bool()
            case "sources": try json.array { json throws(JSONProblem) in sources.append(try json.source()) }
            case "taken": try json.array { json throws(JSONProblem) in taken.append(try json.source()) }
            default: try json.skip()
            }
        }
        try json.end()
        self.isExplicit = isExplicit
        self.sources = sources
        self.taken = taken
    }
}

extension JSONText {
    fileprivate mutating func source(_ source: PolicySource) {
        field("file", source.file)
        field("text", source.text)
    }
}

extension JSONReader {
    fileprivate mutating func source() throws(JSONProblem) -> PolicySource {
        var file = ""
        var text = ""
        try object(needing: ["file", "text"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "file": file = try json.string()
            case "text": text = try json.string()
            default: try json.skip()
            }
        }
        return PolicySource(text: text, file: file)
    }
}
