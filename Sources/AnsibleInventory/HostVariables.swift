import StrictYAML

/// The variables of hosts as Ansible orders them: groups by depth, priority and name, then `group_vars` in the same
/// order, then the host's own, then `host_vars`. Hosts of the same groups share what the groups say.
struct HostVariables {
    private let inventory: AnsibleInventory
    private var ofGroups: [[Int]: [String: Variable]] = [:]
    /// A host is asked for all its settings in a row.
    private var latest: (host: Int, values: [String: Variable])?

    init(_ inventory: AnsibleInventory) { self.inventory = inventory }

    mutating func value(_ name: String, of host: Int) -> Variable? {
        // The last one counts.
        if let found = inventory.variables(ofFiles: host).last(where: { $0.name == name }) { return found }
        if let magic = magic(name, of: host) { return magic }
        if let found = inventory.tree.hosts[host].variables.last(where: { $0.name == name }) { return found }
        return shared(host)[name]
    }

    /// All of them, Ansible's own aside.
    mutating func values(of host: Int) -> [String: VariableValue] {
        var values = shared(host).mapValues(\.value)
        for variable in inventory.tree.hosts[host].variables + inventory.variables(ofFiles: host) {
            values[variable.name] = variable.value
        }
        return values
    }

    private mutating func shared(_ host: Int) -> [String: Variable] {
        if let latest, latest.host == host { return latest.values }
        let values = ofGroups(host)
        latest = (host, values)
        return values
    }

    private mutating func ofGroups(_ host: Int) -> [String: Variable] {
        let direct = inventory.tree.hosts[host].groups
        if let known = ofGroups[direct] { return known }
        let groups = inventory.tree.precedence(of: direct)
        var result: [String: Variable] = [:]
        func take(_ variables: [Variable]) {
            for variable in variables { result[variable.name] = variable }
        }
        for group in [InventoryTree.all] + groups { take(inventory.tree.groups[group].variables) }
        for group in [InventoryTree.all] + groups { take(inventory.groupFiles[group] ?? []) }
        ofGroups[direct] = result
        return result
    }

    /// What Ansible says of every host itself, over what the inventory says.
    private func magic(_ name: String, of host: Int) -> Variable? {
        let entry = inventory.tree.hosts[host]
        let file = inventory.log.place(entry.position).file
        let value: String
        switch name {
        case "inventory_hostname": value = entry.name
        case "inventory_hostname_short":
            let isAddress = entry.name.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
            value = isAddress || entry.name.contains(":") ? entry.name : String(entry.name.prefix { $0 != "." })
        case "inventory_file": value = file
        case "inventory_dir": value = Folder.parent(of: file)
        default: return nil
        }
        return Variable(name: name, value: .text(value), position: entry.position)
    }
}

/// Why a variable's value cannot be used.
struct UnusableValue: Error {
    var position: Position
    var message: String
    var text: String?
    var hint: String?
}

extension HostVariables {
    /// References in references.
    private static let depthLimit = 16
    /// Bytes of a value.
    private static let lengthLimit = 16 << 10

    /// The text of a variable with its templates filled in; nil where it is not set, or empty.
    mutating func text(_ name: String, of host: Int) throws(UnusableValue) -> (text: String, position: Position)? {
        guard let variable = value(name, of: host), variable.value != .null else { return nil }
        let text = try text(of: variable, host, depth: 0)
        return text.isEmpty ? nil : (text, variable.position)
    }

    private mutating func text(of variable: Variable, _ host: Int, depth: Int) throws(UnusableValue) -> String {
        switch variable.value {
        case .vault:
            throw UnusableValue(
                position: variable.position, message: "\(variable.name) is encrypted with ansible-vault",
                hint: "ansible-inventory --list with the vault's password prints it in the clear for kubesweep to read")
        case .structure:
            throw UnusableValue(
                position: variable.position, message: "\(variable.name) is a list or a mapping; a plain value is needed"
            )
        case .text(let text) where Self.holdsTemplate(text):
            return try filled(text, variable, host, depth)
        default: return variable.value.plainText ?? ""
        }
    }

    /// Byte by byte: asked of every value that is looked at.
    private static func holdsTemplate(_ text: String) -> Bool {
        let bytes = text.utf8
        return zip(bytes, bytes.dropFirst()).contains { first, second in
            first == UInt8(ascii: "{") && (second == first || second == UInt8(ascii: "%"))
        }
    }

    private mutating func filled(
        _ text: String, _ variable: Variable, _ host: Int, _ depth: Int
    ) throws(UnusableValue) -> String {
        func refused(_ why: String) -> UnusableValue {
            UnusableValue(
                position: variable.position, message: "\(variable.name) \(why)", text: text,
                hint: "only {{ name }} of a variable of the same host is filled in; ansible can: "
                    + "ansible \(escaped(inventory.tree.hosts[host].name)) -m debug -a var=\(escaped(variable.name))")
        }
        guard depth < Self.depthLimit else { throw refused("refers to itself") }
        guard !text.contains("{%"), !text.contains("{#") else { throw refused("is a template that is not filled in") }
        var result = ""
        var rest = text[...]
        while let open = rest.range(of: "{{") {
            result += rest[..<open.lowerBound]
            guard let close = rest[open.upperBound...].range(of: "}}") else {
                throw refused("has braces that do not close")
            }
            let name = rest[open.upperBound..<close.lowerBound].trimmed
            guard Self.isName(name) else { throw refused("is a template that is not filled in") }
            guard let other = value(name, of: host), other.value != .null else {
                throw refused("refers to \(name), which is not set")
            }
            result += try self.text(of: other, host, depth: depth + 1)
            guard result.utf8.count <= Self.lengthLimit else { throw refused("is too long") }
            rest = rest[close.upperBound...]
        }
        return result + rest
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy {
            $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
        }
    }
}

extension Substring {
    /// The first place where the word stands.
    fileprivate func range(of word: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(word) { return start..<index(start, offsetBy: word.count) }
            start = index(after: start)
        }
        return nil
    }

    fileprivate var trimmed: String {
        let start = drop { $0 == " " || $0 == "\t" || $0 == "-" }
        guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" && $0 != "-" }) else { return "" }
        return String(start[...last])
    }
}
