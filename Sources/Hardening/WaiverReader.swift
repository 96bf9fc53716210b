import HostInventory
import StrictYAML
import Yams

/// Reads a file of waivers. Every problem is left in `yaml`.
struct WaiverReader {
    var yaml: YAMLReader

    /// What a suggested waiver has in place of the words that only a person can find; it is no waiver until they are
    /// gone.
    static let placeholder = "FILL IN"

    private static let keys = [
        "id", "check", "cluster", "host", "labels", "everywhere", "value", "reason", "owner", "expires", "ticket",
        "created",
    ]
    private static let needed = ["id", "check", "reason", "owner", "expires"]

    mutating func waivers(_ root: Node) -> [(waiver: Waiver, place: Place)] {
        var read: [(waiver: Waiver, place: Place)] = []
        var ids: [String: Place] = [:]
        let entries = yaml.entries(of: root, "the file of waivers", keys: ["waivers"]) ?? []
        if entries.isEmpty, case .mapping = root {
            yaml.report(root, "no waivers", hint: "begin with \"waivers:\" and a list; \"waivers: []\" has none")
        }
        for entry in entries {
            let list = yaml.list(entry.value, "waivers") ?? []
            if list.count > WaiverList.countLimit {
                yaml.report(entry.value, "more than \(WaiverList.countLimit) waivers")
                return []
            }
            for element in list {
                guard let waiver = waiver(element, &ids) else { continue }
                read.append((waiver, yaml.place(element)))
            }
        }
        return read
    }

    private mutating func waiver(_ node: Node, _ ids: inout [String: Place]) -> Waiver? {
        guard let entries = yaml.entries(of: node, "a waiver", keys: Self.keys) else { return nil }
        var texts: [String: String] = [:]
        var scope = WaiverScope()
        var isEverywhere: Node?
        var end: Moment?
        for entry in entries {
            switch entry.key {
            case "cluster": scope.clusters = globs(entry.value, "cluster")
            case "host": scope.hosts = globs(entry.value, "host")
            case "labels": scope.labels = labels(entry.value)
            case "everywhere":
                guard let value = yaml.boolean(entry.value, "everywhere") else { break }
                if value { isEverywhere = entry.value } else { onlyTrue(entry.value) }
            case "value": texts["value"] = yaml.text(entry.value, "value")
            case "expires": (texts["expires"], end) = moment(entry.value, "expires")
            case "created": texts["created"] = moment(entry.value, "created").text
            default: texts[entry.key] = words(entry.value, entry.key)
            }
        }
        for key in Self.needed where !entries.contains(where: { $0.key == key }) {
            yaml.report(node, "waiver without \(key)", text: texts["id"], hint: Self.hint(key))
        }
        let selectors = entries.filter { ["cluster", "host", "labels"].contains($0.key) }
        if selectors.isEmpty, !entries.contains(where: { $0.key == "everywhere" }) {
            yaml.report(
                node, "waiver that says not where it holds", text: texts["id"],
                hint: "give cluster, host or labels, or \"everywhere: true\"")
        }
        if let isEverywhere, !selectors.isEmpty {
            yaml.report(isEverywhere, "everywhere beside \(selectors.map(\.key).joined(separator: ", "))")
        }
        if let text = texts["created"], let end, let created = Moment(rfc3339: text) ?? Moment(endOfDay: text),
            created > end
        {
            yaml.report(node, "expires before it is created", text: texts["id"])
        }
        if let id = texts["id"], let entry = entries.first(where: { $0.key == "id" }) { name(id, entry, &ids) }
        guard let id = texts["id"], let check = texts["check"], let reason = texts["reason"],
            let owner = texts["owner"], let expires = texts["expires"], let end
        else { return nil }
        return Waiver(
            id: id, check: check, scope: scope, value: texts["value"], reason: reason, owner: owner, expires: expires,
            ticket: texts["ticket"], created: texts["created"], end: end)
    }

    private mutating func name(_ id: String, _ entry: YAMLEntry, _ ids: inout [String: Place]) {
        let isName = id.utf8.count <= 100 && id.unicodeScalars.allSatisfy(Self.isInName)
        if !isName {
            yaml.report(
                entry.value, "a waiver's id is made of letters, digits, dots, dashes and underscores, 100 at most",
                text: id)
        }
        if let first = ids[id] {
            yaml.report(entry.value, "waiver is there twice, first at \(yaml.position(first))", text: id)
        } else {
            ids[id] = yaml.place(entry.value)
        }
    }

    static func isInName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": true
        default: false
        }
    }

    /// Text that somebody has written.
    private mutating func words(_ node: Node, _ what: String) -> String? {
        guard let text = yaml.text(node, what) else { return nil }
        guard text.hasPrefix(Self.placeholder) else { return text }
        yaml.report(node, "\(what) is still to be filled in", text: text, hint: Self.hint(what))
        return nil
    }

    private mutating func moment(_ node: Node, _ what: String) -> (text: String?, end: Moment?) {
        guard let text = words(node, what) else { return (nil, nil) }
        guard let end = Moment(endOfDay: text) ?? Moment(rfc3339: text) else {
            yaml.report(node, "\(what) must be a day or a time", text: text, hint: Self.hint("expires"))
            return (nil, nil)
        }
        return (text, end)
    }

    private mutating func globs(_ node: Node, _ what: String) -> [Glob] {
        guard let texts = yaml.texts(node, what) else { return [] }
        if texts.isEmpty { yaml.report(node, "\(what) is empty", hint: "leave it out, or write \"*\" for any") }
        if texts.contains("") { yaml.report(node, "\(what) with an empty name") }
        return texts.map { Glob($0) }
    }

    private mutating func labels(_ node: Node) -> [String: String] {
        guard let entries = yaml.entries(of: node, "labels") else { return [:] }
        if entries.isEmpty { yaml.report(node, "labels is empty", hint: "leave it out, or name a label") }
        var labels: [String: String] = [:]
        for entry in entries {
            if let value = yaml.text(entry.value, "a label") { labels[entry.key] = value }
        }
        return labels
    }

    private mutating func onlyTrue(_ node: Node) {
        yaml.report(node, "everywhere is true or left out", text: "false")
    }

    private static func hint(_ key: String) -> String? {
        switch key {
        case "id": "a name of your own, once in the file"
        case "check": "the check's id, as reports show it"
        case "reason": "why the failure is accepted"
        case "owner": "who answers for it"
        case "expires": "a day like 2026-12-31, in UTC and to its end, or a time like 2026-12-31T12:00:00Z"
        default: nil
        }
    }
}
