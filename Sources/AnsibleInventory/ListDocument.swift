import StrictJSON
import StrictYAML

/// Reads what a dynamic inventory or `ansible-inventory --list` prints into the tree
/// (lib/ansible/plugins/inventory/script.py).
struct ListDocument {
    private let file: Int
    /// Hosts in the order of their first mention; variables of others are not taken.
    private var hosts: [Int] = []
    private var known: Set<Int> = []
    /// The place of `_meta.hostvars`; without it each host is asked for by itself.
    private var hostVariables: JSONReader?
    private var tooMuch: InventoryTree.Full?

    /// - Returns: the hosts whose variables the document leaves to `--host`; nil where it is the end.
    static func read(
        _ bytes: [UInt8], file: Int, into tree: inout InventoryTree, _ log: inout ReadingLog
    ) -> [Int] {
        var document = ListDocument(file: file)
        do throws(JSONProblem) {
            var json = JSONReader(bytes)
            try json.object { (json, key) throws(JSONProblem) in
                if key == "_meta" {
                    try document.meta(&json)
                } else {
                    try document.group(key, &json, &tree, &log)
                }
            }
            try json.end()
            if document.hostVariables == nil { return document.hosts }
            try document.variables(&tree)
        } catch {
            if let full = document.tooMuch {
                log.report(full: full, Position(file: file, line: error.line, column: error.column))
            } else {
                log.report(
                    Position(file: file, line: error.line, column: error.column), error.message,
                    text: error.path.isEmpty ? nil : error.path)
            }
        }
        return []
    }

    /// What `--host` prints for one host.
    static func hostVariables(_ bytes: [UInt8], file: Int) throws(JSONProblem) -> [Variable] {
        if bytes.allSatisfy({ $0 == UInt8(ascii: " ") || (0x09...0x0D).contains($0) }) { return [] }
        var json = JSONReader(bytes)
        let variables = try variables(&json, Position(file: file, line: 1, column: 1))
        try json.end()
        return variables
    }

    private init(file: Int) { self.file = file }

    private mutating func meta(_ json: inout JSONReader) throws(JSONProblem) {
        var found: JSONReader?
        try json.object { (json, key) throws(JSONProblem) in
            if key == "hostvars" {
                _ = json.peek()
                found = json
            }
            try json.skip()
        }
        hostVariables = found
    }

    /// Read last, when it is known which hosts there are.
    private mutating func variables(_ tree: inout InventoryTree) throws(JSONProblem) {
        guard var json = hostVariables else { return }
        let known = known
        let file = file
        try json.object { (json, name) throws(JSONProblem) in
            guard let host = tree.hostIndex[name], known.contains(host) else {
                try json.skip()
                return
            }
            // Lines of a machine's output tell nobody anything, and counting them takes time.
            tree.set(try Self.variables(&json, Position(file: file, line: 1, column: 1)), ofHost: host)
        }
    }

    private mutating func group(
        _ name: String, _ json: inout JSONReader, _ tree: inout InventoryTree, _ log: inout ReadingLog
    ) throws(JSONProblem) {
        let place = Position(file: file, line: 1, column: 1)
        let group = try held(in: json) { () throws(InventoryTree.Full) in try tree.group(name, place) }
        if json.peek() == UInt8(ascii: "[") {
            try hosts(of: group, &json, &tree)
            return
        }
        guard json.peek() == UInt8(ascii: "{") else {
            throw json.problem("a group must be an object or a list of hosts")
        }
        let start = json
        var isGroup = false
        var document = self
        try json.object { (json, key) throws(JSONProblem) in
            switch key {
            case "hosts":
                isGroup = true
                try document.hosts(of: group, &json, &tree)
            case "children":
                isGroup = true
                for child in try json.strings() {
                    let index = try document.held(in: json) { () throws(InventoryTree.Full) in
                        try tree.group(child, place)
                    }
                    tree.add(group: index, to: group, place)
                }
            case "vars":
                isGroup = true
                for variable in try Self.variables(&json, place) { tree.set(variable, ofGroup: group, &log) }
            default: try json.skip()
            }
        }
        self = document
        guard !isGroup else { return }
        // The old short form: a host of the group's name, and its variables, which are the group's.
        var variables = start
        for variable in try Self.variables(&variables, place) { tree.set(variable, ofGroup: group, &log) }
        try add(name, to: group, json, &tree)
    }

    private mutating func hosts(
        of group: Int, _ json: inout JSONReader, _ tree: inout InventoryTree
    ) throws(JSONProblem) {
        for name in try json.strings() { try add(name, to: group, json, &tree) }
    }

    private mutating func add(
        _ name: String, to group: Int, _ json: JSONReader, _ tree: inout InventoryTree
    ) throws(JSONProblem) {
        let place = Position(file: file, line: 1, column: 1)
        let host = try held(in: json) { () throws(InventoryTree.Full) in
            try tree.host(name, port: nil, in: group, place)
        }
        if known.insert(host).inserted { hosts.append(host) }
    }

    private mutating func held<Value>(
        in json: JSONReader, _ body: () throws(InventoryTree.Full) -> Value
    ) throws(JSONProblem) -> Value {
        do throws(InventoryTree.Full) {
            return try body()
        } catch {
            tooMuch = error
            throw json.problem("too much")
        }
    }

    private static func variables(
        _ json: inout JSONReader, _ position: Position
    ) throws(JSONProblem) -> [Variable] {
        var variables: [Variable] = []
        try json.object { (json, key) throws(JSONProblem) in
            variables.append(Variable(name: key, value: try value(&json), position: position))
        }
        return variables
    }

    private static func value(_ json: inout JSONReader) throws(JSONProblem) -> VariableValue {
        switch json.peek() {
        case UInt8(ascii: "\""): return .text(try json.string())
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean(try json.bool())
        case UInt8(ascii: "n"):
            try json.skip()
            return .null
        case UInt8(ascii: "["):
            try json.skip()
            return .structure
        case UInt8(ascii: "{"):
            var start = json
            try json.skip()
            // How ansible-inventory writes what ansible-vault encrypted.
            var isVault = false
            try start.object { (json, key) throws(JSONProblem) in
                if key == "__ansible_vault" { isVault = true }
                try json.skip()
            }
            return isVault ? .vault : .structure
        default:
            let text = try json.numberText()
            return Int(text).map(VariableValue.integer) ?? .number(text)
        }
    }
}
