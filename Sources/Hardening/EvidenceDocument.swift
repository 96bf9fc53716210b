package import ProcessTable
package import StrictJSON

/// What a host showed, as JSON: the same bytes for the same evidence, on one line, and back. Findings can be computed
/// from it anew.
package struct EvidenceDocument: Sendable, Equatable {
    package let bytes: [UInt8]

    /// The longest arguments of a process that are kept, in bytes; a real line has a few thousand.
    package static let argumentsLimit = 64 << 10

    package init(_ evidence: HostEvidence) {
        var json = JSONText(capacity: evidence.documentSize)
        json.line { json in
            json.field("listing", evidence.wholeness.word)
            json.field("hidden", evidence.isHidden)
            json.field("rows", evidence.rowCount)
            json.field("unreadableRows", evidence.unreadableRows)
            json.array("lookAlikes", evidence.lookAlikes) { json, process in json.line { $0.process(process) } }
            json.array("processes", evidence.processes) { json, process in json.line { $0.process(process) } }
        }
        bytes = json.bytes
    }

    /// Bytes that were written by this type before; they are looked at when they are read.
    package init(stored bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The evidence that the document holds.
    package func evidence() throws(JSONProblem) -> HostEvidence {
        var json = JSONReader(bytes)
        let evidence = try Self.read(&json)
        try json.end()
        return evidence
    }

    /// Reads one from the place where `json` stands, and goes past it.
    package static func read(_ json: inout JSONReader) throws(JSONProblem) -> HostEvidence {
        var evidence = HostEvidence(wholeness: .excerpt, isHidden: false, rowCount: 0, processes: [])
        try json.object(needing: ["listing", "hidden", "rows", "unreadableRows", "lookAlikes", "processes"]) {
            (json, key) throws(JSONProblem) in
            switch key {
            case "listing": evidence.wholeness = try json.word(Wholeness.init(word:), "how whole a listing is")
            case "hidden": evidence.isHidden = try json.bool()
            case "rows": evidence.rowCount = try json.count()
            case "unreadableRows": evidence.unreadableRows = try json.count()
            case "lookAlikes":
                try json.array { json throws(JSONProblem) in evidence.lookAlikes.append(try json.process()) }
            case "processes":
                try json.array { json throws(JSONProblem) in evidence.processes.append(try json.process()) }
            default: try json.skip()
            }
        }
        return evidence
    }
}

extension HostEvidence {
    /// About the bytes of the document. Thousands are kept at once, so none should hold more than it needs.
    fileprivate var documentSize: Int {
        (processes + lookAlikes).reduce(160) { size, process in
            process.arguments.reduce(size + 200) { $0 + $1.utf8.count + 4 }
        }
    }
}

extension JSONText {
    fileprivate mutating func process(_ process: ControlPlaneProcess) {
        field("component", process.component.rawValue)
        field("pid", process.pid)
        field("parent", process.parent)
        field("user", process.user)
        field("knownUser", process.isKnownUser)
        line("starter") { json in
            json.field("kind", process.starter.kind)
            json.field("program", process.starter.program)
        }
        field("program", process.program)
        field("cut", process.isCut)
        if case .file(let distribution, let path) = process.settings {
            line("settings") { json in
                json.field("distribution", distribution)
                json.field("path", path)
            }
        } else {
            field("settings", nil as String?)
        }
        let size = process.arguments.reduce(0) { $0 + $1.utf8.count + 1 }
        if size <= EvidenceDocument.argumentsLimit {
            field("arguments", process.arguments)
        } else {
            field("arguments", nil as String?)
        }
    }
}

extension JSONReader {
    fileprivate mutating func process() throws(JSONProblem) -> ControlPlaneProcess {
        var process = ControlPlaneProcess(
            component: .kubeAPIServer, pid: 0, parent: nil, user: "", program: "", arguments: [])
        let keys = [
            "component", "pid", "parent", "user", "knownUser", "starter", "program", "cut", "settings", "arguments",
        ]
        try object(needing: keys) { (json, key) throws(JSONProblem) in
            switch key {
            case "component": process.component = try json.word(Component.init(rawValue:), "a component")
            case "pid": process.pid = try json.count()
            case "parent": process.parent = try json.optional { json throws(JSONProblem) in try json.count() }
            case "user": process.user = try json.string()
            case "knownUser": process.isKnownUser = try json.bool()
            case "starter": process.starter = try json.starter()
            case "program": process.program = try json.string()
            case "cut": process.isCut = try json.bool()
            case "settings":
                process.settings =
                    try json.optional { json throws(JSONProblem) in try json.settings() } ?? .commandLine
            case "arguments":
                if json.null() { throw json.problem("they were too long to be kept") }
                process.arguments = try json.strings()
            default: try json.skip()
            }
        }
        return process
    }

    private mutating func settings() throws(JSONProblem) -> SettingsSource {
        var distribution = ""
        var path = ""
        try object(needing: ["distribution", "path"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "distribution": distribution = try json.string()
            case "path": path = try json.string()
            default: try json.skip()
            }
        }
        return .file(distribution: distribution, path: path)
    }

    private mutating func starter() throws(JSONProblem) -> Starter {
        var kind = ""
        var program = ""
        var starter: Starter?
        try object(needing: ["kind", "program"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "kind": kind = try json.string()
            case "program": program = try json.string()
            default: try json.skip()
            }
            starter = Starter(kind: kind, program: program)
        }
        guard let starter else { throw problem("unknown kind of starter") }
        return starter
    }
}

extension Starter {
    fileprivate var kind: String {
        switch self {
        case .notListed: "notListed"
        case .service: "service"
        case .container: "container"
        case .session: "session"
        case .other: "other"
        }
    }

    /// Empty where it does not matter which it was.
    fileprivate var program: String {
        switch self {
        case .notListed, .service, .container: ""
        case .session(let program), .other(let program): program
        }
    }

    fileprivate init?(kind: String, program: String) {
        switch kind {
        case "notListed": self = .notListed
        case "service": self = .service
        case "container": self = .container
        case "session": self = .session(program)
        case "other": self = .other(program)
        default: return nil
        }
    }
}

extension Wholeness {
    /// Nil for a word that is none of JSON's.
    package init?(word: String) {
        switch word {
        case "proven": self = .proven
        case "assumed": self = .assumed
        case "excerpt": self = .excerpt
        default:
            guard word.hasPrefix("cut: "), let sign = CutSign(rawValue: String(word.dropFirst(5))) else { return nil }
            self = .cut(sign)
        }
    }
}
