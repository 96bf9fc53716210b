import GRDB
import Hardening
import ProcessTable
import StrictJSON

/// What was said of one host's evidence when it was judged, as a document: findings and flags by the ids of their
/// parts.
struct Judgement {
    var digest: String
    var wholeness: Wholeness
    var presence: Presence
    var processes: [ProcessRecord]

    init(_ evidence: EvidenceRecord, _ host: HostRecord) {
        digest = evidence.digest
        wholeness = evidence.wholeness
        presence = host.presence
        processes = host.processes
    }

    func document(_ parts: inout Parts, in db: Database) throws -> [UInt8] {
        let lists = try processes.map { try parts.ids(of: $0, in: db) }
        var json = JSONText(capacity: 512 + 1024 * processes.count)
        json.line { json in
            json.field("digest", digest)
            json.field("listing", wholeness.word)
            json.field("absent", presence.absent.map(\.rawValue).sorted())
            json.field("unseen", presence.unseen.map(\.rawValue).sorted())
            json.array("processes", Array(zip(processes, lists))) { json, element in
                let (process, ids) = element
                json.line { json in
                    json.field("component", process.component.rawValue)
                    json.field("pid", process.pid)
                    json.field("user", process.user)
                    json.field("oldest", process.releases?.lower.minor)
                    json.field("newest", process.releases?.upper.minor)
                    json.field("notes", process.notes)
                    json.field("flags", ids.flags)
                    // Without this word no flags are flags that are not known, as in all that was stored before it.
                    if process.flags?.isEmpty == true { json.field("flagless", true) }
                    json.field("findings", ids.findings)
                }
            }
        }
        return json.bytes
    }

    init(document bytes: [UInt8], _ parts: inout Parts, in db: Database) throws {
        var digest = ""
        var wholeness = Wholeness.excerpt
        var presence = Presence()
        var saved: [SavedProcess] = []
        var json = JSONReader(bytes)
        try json.object(needing: ["digest", "listing", "absent", "unseen", "processes"]) {
            (json, key) throws(JSONProblem) in
            switch key {
            case "digest": digest = try json.string()
            case "listing": wholeness = try json.word(Wholeness.init(word:), "how whole a listing is")
            case "absent": presence.absent = try json.components()
            case "unseen": presence.unseen = try json.components()
            case "processes": try json.array { json throws(JSONProblem) in saved.append(try json.process()) }
            default: try json.skip()
            }
        }
        self.digest = digest
        self.wholeness = wholeness
        self.presence = presence
        processes = []
        for process in saved { processes.append(try process.record(&parts, in: db)) }
    }
}

private struct SavedProcess {
    var record = ProcessRecord(component: .kubeAPIServer, pid: 0, user: "")
    var flags = ""
    var isFlagless = false
    var findings = ""

    func record(_ parts: inout Parts, in db: Database) throws -> ProcessRecord {
        var record = record
        let line = try Self.ids(flags).map { try parts.flag($0, in: db) }
        record.flags = line.isEmpty && !isFlagless ? nil : line
        for id in try Self.ids(findings) { record.findings.append(try parts.finding(id, in: db)) }
        return record
    }

    static func ids(_ text: String) throws -> [Int64] {
        try text.split(separator: " ").map { word in
            guard let id = Int64(word) else { throw Missing(what: "part \(word)") }
            return id
        }
    }
}

extension JSONReader {
    fileprivate mutating func components() throws(JSONProblem) -> Set<Component> {
        var components: Set<Component> = []
        try array { json throws(JSONProblem) in
            components.insert(try json.word(Component.init(rawValue:), "a component"))
        }
        return components
    }

    fileprivate mutating func process() throws(JSONProblem) -> SavedProcess {
        var process = SavedProcess()
        var oldest: Int?
        var newest: Int?
        try object(needing: ["component", "pid", "user", "oldest", "newest", "notes", "flags", "findings"]) {
            (json, key) throws(JSONProblem) in
            switch key {
            case "component": process.record.component = try json.word(Component.init(rawValue:), "a component")
            case "pid": process.record.pid = try json.count()
            case "user": process.record.user = try json.string()
            case "oldest": oldest = try json.optional { json throws(JSONProblem) in try json.count() }
            case "newest": newest = try json.optional { json throws(JSONProblem) in try json.count() }
            case "notes": process.record.notes = try json.strings()
            case "flags": process.flags = try json.string()
            case "flagless": process.isFlagless = try json.bool()
            case "findings": process.findings = try json.string()
            default: try json.skip()
            }
        }
        if let oldest, let newest {
            guard oldest <= newest else { throw problem("the oldest release is newer than the newest") }
            process.record.releases = ReleaseRange(Release(minor: oldest), Release(minor: newest))
        }
        return process
    }
}

/// The parts that a judgement refers to, without reading them.
func partIDs(ofJudgement bytes: [UInt8]) throws -> [Int64] {
    var saved: [SavedProcess] = []
    var json = JSONReader(bytes)
    try json.object(needing: ["processes"]) { (json, key) throws(JSONProblem) in
        guard key == "processes" else { return try json.skip() }
        try json.array { json throws(JSONProblem) in saved.append(try json.process()) }
    }
    return try saved.flatMap { try SavedProcess.ids($0.flags) + SavedProcess.ids($0.findings) }
}
