import StrictYAML

/// The grammars that an inventory may be written in.
package enum InventoryFormat: String, Sendable, CaseIterable {
    /// kubesweep's own YAML.
    case native
    /// Ansible's INI.
    case ini
    /// Ansible's YAML.
    case yaml
    /// What `ansible-inventory --list` prints.
    case list
    /// A program that prints such a list: a dynamic inventory.
    case script

    /// Extensions of files that are data whatever their mode says; a mode is easily lost on shared folders.
    private static let dataExtensions: Set<String> = ["ini", "cfg", "yml", "yaml", "json", "toml", "txt"]

    /// Whether the path is to be run. Of what is executable a program is only what is not named like data and begins like
    /// a program.
    static func isProgram(_ path: String, _ given: InventoryFormat?) throws(YAMLError) -> Bool {
        if let given { return given == .script }
        guard !dataExtensions.contains(fileExtension(path)), Folder.isExecutable(path) else { return false }
        let head = try YAMLFile.head(path: path, count: 4)
        return head.starts(with: "#!".utf8) || head == [0x7F, 0x45, 0x4C, 0x46]
    }

    /// The grammar of a file that is no program, by its name and its first lines. Ansible tries one reader after the
    /// other and takes the first that does not object; here a file is what it looks like, so that what is wrong with it
    /// can be said.
    static func of(_ text: String, path: String) -> InventoryFormat {
        let end = fileExtension(path)
        if end == "ini" || end == "cfg" { return .ini }
        let isNamedYAML = ["yml", "yaml", "json"].contains(end)
        var hasGroup = false
        var isFirst = true
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            let start = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
            guard let byte = start.first, byte != UInt8(ascii: "#") else { continue }
            if isFirst {
                isFirst = false
                if byte == UInt8(ascii: "{") {
                    if contains(text, "\"_meta\"") { return .list }
                    return contains(text, "\"clusters\"") ? .native : .yaml
                }
                if start.starts(with: "---".utf8) { continue }
                if !isNamedYAML, byte == UInt8(ascii: "[") || byte == UInt8(ascii: ";") || !isKey(start) { return .ini }
            }
            let key = start.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: " ") }
            guard start.dropFirst(key.count).first == UInt8(ascii: ":") else { continue }
            let isTop = start.startIndex == line.startIndex
            if isTop, key.elementsEqual("version".utf8) || key.elementsEqual("clusters".utf8) { return .native }
            if isTop ? key.elementsEqual("all".utf8) || key.elementsEqual("plugin".utf8) : isSection(key) {
                hasGroup = true
            }
        }
        // What is no inventory at all is told so by the grammar that most people write.
        return hasGroup || (!isNamedYAML && !isFirst) ? .yaml : isNamedYAML || isFirst ? .native : .ini
    }

    private static func isSection(_ key: some Collection<UInt8>) -> Bool {
        key.elementsEqual("hosts".utf8) || key.elementsEqual("children".utf8) || key.elementsEqual("vars".utf8)
    }

    /// `name:` with a space, a comment or nothing behind it; a host's port follows at once.
    private static func isKey(_ line: some Collection<UInt8>) -> Bool {
        var word = Array(line)
        while let last = word.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: " ") { word.removeLast() }
        guard let colon = word.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let key = word[..<colon]
        guard !key.contains(where: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "=") }) else { return false }
        return colon + 1 == word.count || word[colon + 1] == UInt8(ascii: " ")
    }

    static func fileExtension(_ path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "" }
        return String(name[dot...].dropFirst()).lowercased()
    }

    private static func contains(_ text: String, _ word: String) -> Bool {
        let bytes = Array(text.utf8)
        let word = Array(word.utf8)
        var index = 0
        while let found = bytes[index...].firstIndex(of: word[0]) {
            if bytes[found...].starts(with: word) { return true }
            index = found + 1
        }
        return false
    }
}
