import HostInventory
import StrictYAML

/// Reads an inventory in Ansible's YAML form into the tree (lib/ansible/plugins/inventory/yaml.py).
struct YAMLInventory {
    /// Bytes. A tree of nodes takes some fifty times the text.
    static let fileLimit = 32 << 20
    /// Levels of groups, each a mapping and its `children`, and a host's variables.
    private static let depth = 2 * InventoryTree.depthLimit + 4

    static func read(
        _ text: String, file: Int, path: String, into tree: inout InventoryTree, _ log: inout ReadingLog
    ) {
        let content: YAMLContent
        do throws(YAMLError) {
            content = try YAMLContent.read(text, file: file, path: path, limit: fileLimit, depth: depth)
        } catch {
            log.take(error)
            return
        }
        let start = Position(file: file, line: 1, column: 1)
        guard case .mapping(let groups) = content, !groups.isEmpty else {
            log.report(start, "an inventory must be a mapping of groups")
            return
        }
        if let plugin = groups.first(where: { $0.key == "plugin" }), case .value(let name) = plugin.content {
            log.report(
                plugin.position, "an inventory plugin, which only Ansible can run", text: name.plainText,
                hint: "ansible-inventory -i \(escaped(path)) --list > hosts.json, then --inventory hosts.json")
            return
        }
        do throws(InventoryTree.Full) {
            for group in groups { _ = try read(group, &tree, &log) }
        } catch {
            log.report(full: error, start)
        }
    }

    /// Returns the group's index; nil where the entry is no group.
    private static func read(
        _ entry: YAMLContent.Entry, _ tree: inout InventoryTree, _ log: inout ReadingLog
    ) throws(InventoryTree.Full) -> Int? {
        var sections: [YAMLContent.Entry] = []
        switch entry.content {
        case .mapping(let entries): sections = entries
        case .value(.null): break
        case .value:
            log.report(
                entry.position, "a group must be a mapping", text: entry.key,
                hint: "its keys are hosts, children and vars")
            return nil
        }
        let group = try tree.group(entry.key, entry.position)
        for section in sections {
            guard ["hosts", "children", "vars"].contains(section.key) else {
                log.note(
                    "\(log.place(section.position)): \(quoted(section.key)) is passed over; a group has hosts, children and vars"
                )
                continue
            }
            let members: [YAMLContent.Entry]
            switch section.content {
            case .mapping(let entries): members = entries
            case .value(.null): members = []
            case .value(.text(let name)):
                // One name may stand alone.
                members = [YAMLContent.Entry(key: name, position: section.position, content: .value(.null))]
            case .value:
                log.report(
                    section.position, "\(section.key) must be a mapping", text: entry.key,
                    hint: "write each name with a colon behind it, not with a dash before it")
                continue
            }
            for member in members {
                switch section.key {
                case "vars":
                    tree.set(variable(member), ofGroup: group, &log)
                case "children":
                    if let child = try read(member, &tree, &log) { tree.add(group: child, to: group, member.position) }
                default: try hosts(member, in: group, &tree, &log)
                }
            }
        }
        return group
    }

    private static func hosts(
        _ entry: YAMLContent.Entry, in group: Int, _ tree: inout InventoryTree, _ log: inout ReadingLog
    ) throws(InventoryTree.Full) {
        var variables: [Variable] = []
        switch entry.content {
        case .mapping(let entries): variables = entries.map(variable)
        case .value(.null): break
        case .value:
            log.report(entry.position, "a host's variables must be a mapping", text: entry.key)
            return
        }
        let names: (names: [String], port: Int?)
        do throws(RangeProblem) {
            names = try HostEntry.names(in: entry.key)
        } catch {
            log.report(entry.position, error.message, text: error.text)
            return
        }
        for name in names.names {
            let host = try tree.host(name, port: names.port, in: group, entry.position)
            if !variables.isEmpty { tree.set(variables, ofHost: host) }
        }
    }

    static func variable(_ entry: YAMLContent.Entry) -> Variable {
        var value = VariableValue.structure
        if case .value(let plain) = entry.content { value = plain }
        return Variable(name: entry.key, value: value, position: entry.position)
    }
}
