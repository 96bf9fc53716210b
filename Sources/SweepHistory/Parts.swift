import GRDB
import Hardening
import ProcessTable
import StrictJSON

/// Findings and flags by their content: hosts of a fleet share nearly all of theirs. One for a sweep that is written
/// or read.
struct Parts {
    private var findingIDs: [Finding: Int64] = [:]
    private var flagIDs: [FlagValues: Int64] = [:]
    private var findings: [Int64: Finding] = [:]
    private var flags: [Int64: FlagValues] = [:]
    /// What the last process of a component had. The next one's lists are nearly the same, place by place, and comparing
    /// costs a fraction of hashing.
    private var last: [Component: (findings: PartList<Finding>, flags: PartList<FlagValues>)] = [:]

    /// The ids of a process's findings and flags in their order, a space behind each.
    mutating func ids(of process: ProcessRecord, in db: Database) throws -> (findings: String, flags: String) {
        var (findings, flags) = last.removeValue(forKey: process.component) ?? (PartList(), PartList())
        let newFindings = process.findings.places(otherThanIn: findings.parts)
        try findings.become(process.findings, newFindings) { try id(of: $0, in: db) }
        let line = process.flags ?? []
        let newFlags = line.places(otherThanIn: flags.parts)
        try flags.become(line, newFlags) { try id(of: $0, in: db) }
        last[process.component] = (findings, flags)
        return (findings.text, flags.text)
    }

    private mutating func id(of finding: Finding, in db: Database) throws -> Int64 {
        if let id = findingIDs[finding] { return id }
        let id = try Self.id(of: finding.part, in: db)
        findingIDs[finding] = id
        return id
    }

    private mutating func id(of flag: FlagValues, in db: Database) throws -> Int64 {
        if let id = flagIDs[flag] { return id }
        let id = try Self.id(of: flag.part, in: db)
        flagIDs[flag] = id
        return id
    }

    mutating func finding(_ id: Int64, in db: Database) throws -> Finding {
        if let finding = findings[id] { return finding }
        var json = try Self.reader(id, in: db)
        let finding = try json.finding()
        findings[id] = finding
        return finding
    }

    mutating func flag(_ id: Int64, in db: Database) throws -> FlagValues {
        if let flag = flags[id] { return flag }
        var json = try Self.reader(id, in: db)
        let flag = try FlagValues(part: &json)
        flags[id] = flag
        return flag
    }

    private static func id(of body: [UInt8], in db: Database) throws -> Int64 {
        let text = String(decoding: body, as: UTF8.self)
        let find = try db.cachedStatement(sql: "SELECT id FROM part WHERE body = ?")
        if let id = try Int64.fetchOne(find, arguments: [text]) { return id }
        try db.cachedStatement(sql: "INSERT INTO part (body) VALUES (?)").execute(arguments: [text])
        return db.lastInsertedRowID
    }

    private static func reader(_ id: Int64, in db: Database) throws -> JSONReader {
        let find = try db.cachedStatement(sql: "SELECT body FROM part WHERE id = ?")
        guard let text = try String.fetchOne(find, arguments: [id]) else { throw Missing(what: "part \(id)") }
        return JSONReader(Array(text.utf8))
    }
}

/// The findings or flags of one process with their ids, and these as text, a space behind each.
private struct PartList<Part> {
    private(set) var parts: [Part] = []
    private(set) var text = ""
    private var ids: [Int64] = []

    /// - Parameter places: where `parts` differs from what was there before.
    mutating func become(_ parts: [Part], _ places: [Int], id: (Part) throws -> Int64) rethrows {
        if places.isEmpty, parts.count == ids.count { return }
        ids.removeLast(max(0, ids.count - parts.count))
        ids += repeatElement(0, count: parts.count - ids.count)
        for place in places { ids[place] = try id(parts[place]) }
        self.parts = parts
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 * ids.count)
        for id in ids {
            bytes += String(id).utf8
            bytes.append(UInt8(ascii: " "))
        }
        text = String(decoding: bytes, as: UTF8.self)
    }
}

extension Finding {
    fileprivate var part: [UInt8] {
        var json = JSONText(capacity: 320)
        json.line { json in
            json.field("check", check)
            json.field("severity", severity.rawValue)
            json.field("verdict", verdict.word)
            json.field("reason", verdict.reason)
            json.field("observed", observed)
            json.field("expected", expected)
            json.field("note", note)
        }
        return json.bytes
    }
}

extension FlagValues {
    fileprivate var part: [UInt8] {
        var json = JSONText(capacity: 120)
        json.line { json in
            json.field("flag", name)
            json.field("value", value)
            json.field("perHost", isPerHost)
        }
        return json.bytes
    }

    fileprivate init(part json: inout JSONReader) throws(JSONProblem) {
        var name = ""
        var value = ""
        var isPerHost = false
        try json.object(needing: ["flag", "value", "perHost"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "flag": name = try json.string()
            case "value": value = try json.string()
            case "perHost": isPerHost = try json.bool()
            default: try json.skip()
            }
        }
        self.init(name: name, value: value, isPerHost: isPerHost)
    }
}
