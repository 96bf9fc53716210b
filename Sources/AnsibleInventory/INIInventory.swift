import HostInventory
import StrictYAML

/// Reads an inventory in Ansible's INI form into the tree (lib/ansible/plugins/inventory/ini.py).
struct INIInventory {
    private enum Section {
        case hosts, children, variables
    }

    private let file: Int
    private var section = Section.hosts
    private var group = InventoryTree.ungrouped
    private var line = 0
    /// Groups that a header of theirs, or an earlier file, declares.
    private var declared: Set<Int>
    /// What must be declared somewhere in the file: children and groups with variables.
    private var awaited: [(group: Int, position: Position, isChild: Bool)] = []

    static func read(_ text: String, file: Int, into tree: inout InventoryTree, _ log: inout ReadingLog) {
        var reader = INIInventory(file: file, tree)
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            // A byte order mark is no part of the first line.
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
            while start < bytes.count {
                let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
                reader.line += 1
                guard reader.read(UnsafeBufferPointer(rebasing: bytes[start..<end]), &tree, &log) else { return }
                start = end + 1
            }
        }
        for entry in reader.awaited where !reader.declared.contains(entry.group) {
            let name = tree.groups[entry.group].name
            log.report(
                entry.position,
                entry.isChild ? "child group that is not there" : "variables of a group that is not there",
                text: name, hint: "write a section [\(escaped(name))], with or without hosts")
        }
    }

    private init(file: Int, _ tree: InventoryTree) {
        self.file = file
        declared = Set(tree.groups.indices)
    }

    private typealias Line = Slice<UnsafeBufferPointer<UInt8>>

    /// False where nothing more can be read.
    private mutating func read(
        _ whole: UnsafeBufferPointer<UInt8>, _ tree: inout InventoryTree, _ log: inout ReadingLog
    ) -> Bool {
        let line = Self.trimmed(whole[...])
        guard let first = line.first, first != UInt8(ascii: "#"), first != UInt8(ascii: ";") else { return true }
        do throws(InventoryTree.Full) {
            if first == UInt8(ascii: "["), try header(line, whole, &tree, &log) { return true }
            switch section {
            case .hosts: try hosts(line, whole, &tree, &log)
            case .variables: variable(line, whole, &tree, &log)
            case .children: try child(line, whole, &tree, &log)
            }
            return true
        } catch {
            log.report(full: error, position(line.startIndex, whole))
            return false
        }
    }

    /// False where the line is no header.
    private mutating func header(
        _ line: Line, _ whole: UnsafeBufferPointer<UInt8>, _ tree: inout InventoryTree, _ log: inout ReadingLog
    ) throws(InventoryTree.Full) -> Bool {
        let place = position(line.startIndex, whole)
        guard let close = line.firstIndex(of: UInt8(ascii: "]")),
            Self.isEmptyOrComment(line[line.index(after: close)...])
        else {
            guard line.last == UInt8(ascii: "]") else { return false }
            refuseHeader(line, place, &log)
            return true
        }
        let words = line[line.index(after: line.startIndex)..<close].split(
            separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard (1...2).contains(words.count), let name = words.first, !name.isEmpty,
            !words.contains(where: { $0.contains(where: Self.isBlank) })
        else {
            // A range of hosts has this shape, too: `[a:c].example.com` does not.
            refuseHeader(line, place, &log)
            return true
        }
        let kind = words.count == 2 ? String(decoding: words[1], as: UTF8.self) : "hosts"
        switch kind {
        case "hosts": section = .hosts
        case "children": section = .children
        case "vars": section = .variables
        default:
            log.report(place, "section of an unknown kind", text: kind, hint: "there are hosts, children and vars")
            return true
        }
        group = try tree.group(String(decoding: name, as: UTF8.self), place)
        if section == .variables {
            awaited.append((group, place, false))
        } else {
            declared.insert(group)
        }
        return true
    }

    private func refuseHeader(_ line: Line, _ place: Position, _ log: inout ReadingLog) {
        log.report(
            place, "not a section", text: String(decoding: line, as: UTF8.self),
            hint: "write [group], [group:children] or [group:vars], without spaces")
    }

    private mutating func hosts(
        _ line: Line, _ whole: UnsafeBufferPointer<UInt8>, _ tree: inout InventoryTree, _ log: inout ReadingLog
    ) throws(InventoryTree.Full) {
        let start = line.startIndex
        let words: [ShellWord]
        do throws(ShellWords.Failure) {
            words = try ShellWords.split(line, comments: true)
        } catch {
            log.report(position(start, whole), error.words, text: String(decoding: line, as: UTF8.self))
            return
        }
        guard let entry = words.first else { return }
        let place = position(start, whole)
        guard entry.text != "---" else {
            log.report(place, "this is YAML", hint: "name the file .yml, or give --inventory-format yaml")
            return
        }
        var variables: [Variable] = []
        variables.reserveCapacity(words.count - 1)
        for word in words.dropFirst() {
            let at = position(start + word.offset, whole)
            guard let equals = word.text.utf8.firstIndex(of: UInt8(ascii: "=")) else {
                log.report(at, "key=value is expected behind a host", text: word.text)
                continue
            }
            let value = String(word.text[word.text.index(after: equals)...])
            variables.append(
                Variable(name: String(word.text[..<equals]), value: PythonLiteral.value(of: value), position: at))
        }
        let names: (names: [String], port: Int?)
        do throws(RangeProblem) {
            names = try HostEntry.names(in: entry.text)
        } catch {
            log.report(place, error.message, text: error.text)
            return
        }
        guard names.port != nil || entry.text.utf8.last != UInt8(ascii: ":") else {
            log.report(place, "a host that ends in a colon", text: entry.text, hint: "a port would stand there")
            return
        }
        for name in names.names {
            let host = try tree.host(name, port: names.port, in: group, place)
            if !variables.isEmpty { tree.set(variables, ofHost: host) }
        }
    }

    private mutating func variable(
        _ line: Line, _ whole: UnsafeBufferPointer<UInt8>, _ tree: inout InventoryTree, _ log: inout ReadingLog
    ) {
        let place = position(line.startIndex, whole)
        guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
            log.report(place, "key=value is expected here", text: String(decoding: line, as: UTF8.self))
            return
        }
        let name = String(decoding: Self.trimmed(line[..<equals]), as: UTF8.self)
        let text = String(decoding: Self.trimmed(line[line.index(after: equals)...]), as: UTF8.self)
        let value = PythonLiteral.value(of: text)
        tree.set(Variable(name: name, value: value, position: place), ofGroup: group, &log)
    }

    private mutating func child(
        _ line: Line, _ whole: UnsafeBufferPointer<UInt8>, _ tree: inout InventoryTree, _ log: inout ReadingLog
    ) throws(InventoryTree.Full) {
        let place = position(line.startIndex, whole)
        let name = line.prefix { !Self.isBlank($0) && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "]") }
        guard !name.isEmpty, Self.isEmptyOrComment(line[name.endIndex...]) else {
            log.report(place, "a group's name is expected", text: String(decoding: line, as: UTF8.self))
            return
        }
        let child = try tree.group(String(decoding: name, as: UTF8.self), place)
        awaited.append((child, place, true))
        tree.add(group: child, to: group, place)
    }

    private func position(_ index: Int, _ whole: UnsafeBufferPointer<UInt8>) -> Position {
        // Bytes that continue a scalar are no columns.
        Position(file: file, line: line, column: whole[..<index].count { $0 & 0xC0 != 0x80 } + 1)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte) }

    private static func trimmed(_ line: Line) -> Line {
        let start = line.drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return start[start.endIndex...] }
        return start[...last]
    }

    private static func isEmptyOrComment(_ rest: Line) -> Bool {
        let rest = trimmed(rest)
        return rest.isEmpty || rest.first == UInt8(ascii: "#")
    }
}

extension ReadingLog {
    mutating func report(full: InventoryTree.Full, _ position: Position) {
        switch full {
        case .hosts: report(position, "more than \(InventoryTree.hostLimit) hosts in one inventory")
        case .groups: report(position, "more than \(InventoryTree.groupLimit) groups in one inventory")
        }
    }
}

extension InventoryTree {
    /// Sets a group's variable; the one that is no variable is its priority.
    mutating func set(_ variable: Variable, ofGroup group: Int, _ log: inout ReadingLog) {
        guard variable.name == "ansible_group_priority" else {
            set([variable], ofGroup: group)
            return
        }
        guard let priority = variable.value.plainText.flatMap({ Int($0) }) else {
            log.report(
                variable.position, "ansible_group_priority must be a whole number", text: variable.value.plainText)
            return
        }
        set(priority: priority, ofGroup: group)
    }
}
