import ChildProcess
import StrictJSON
package import StrictYAML

/// The room of Ansible's inventories: a file, folder or program becomes groups, hosts and variables as Ansible would
/// have them, and of those the clusters of a fleet. It knows nothing of SSH.
package struct AnsibleInventory: Sendable {
    package struct Options: Sendable {
        /// Nil tells by the file.
        package var format: InventoryFormat?
        /// For all calls of one dynamic inventory together.
        package var programLimit: Duration = .seconds(60)
        /// Asked every tenth of a second while a program runs.
        package var isCancelled: @Sendable () -> Bool = { false }

        package init() {}
    }

    /// Bytes of one file, or of what a program prints.
    package static let fileLimit = 128 << 20
    /// Bytes of all files together.
    private static let totalLimit = 512 << 20
    /// Calls with `--host`, each a process.
    private static let hostCallLimit = 1_000
    /// Folders in folders.
    private static let depthLimit = 16
    /// What Ansible passes over in a folder (lib/ansible/config/base.yml, INVENTORY_IGNORE_EXTS).
    private static let ignoredEnds = [
        ".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".ini", ".cfg", ".retry",
    ]
    private static let ignoredNames: Set<String> = ["host_vars", "group_vars", "vars_plugins"]

    /// As it was given.
    package let path: String
    /// Everything that it was read from, for a digest.
    package private(set) var bytes: [UInt8] = []
    var tree = InventoryTree()
    var log = ReadingLog()
    /// From `group_vars`, by group.
    private(set) var groupFiles: [Int: [Variable]] = [:]
    private let hostFolder: VariableFiles
    private var hostFiles: [Int: [Variable]] = [:]

    /// Reads the inventory, with the variables beside it. Programs are run.
    package init(path: String, _ options: Options = Options()) throws(YAMLError) {
        self.path = path
        let isFolder = Folder.isFolder(path)
        let base = isFolder ? path : Folder.parent(of: path)
        hostFolder = VariableFiles(Folder.joined(base, "host_vars"))
        if isFolder {
            read(folder: path, options, depth: 0)
            if log.files.isEmpty {
                let start = Position(file: log.open(path), line: 1, column: 1)
                log.report(
                    start, "no inventory in this folder",
                    hint: "as Ansible does, kubesweep passes over .ini and .cfg files in a folder: name the file itself"
                )
            }
        } else {
            read(file: path, text: nil, options)
        }
        try finish(base)
    }

    /// Reads a file whose text is known already.
    package init(
        path: String, text: String, format: InventoryFormat? = nil, variableFolders: Bool = true
    ) throws(YAMLError) {
        self.path = path
        let base = Folder.parent(of: path)
        hostFolder = VariableFiles(variableFolders ? Folder.joined(base, "host_vars") : "")
        var options = Options()
        options.format = format
        read(file: path, text: text, options)
        try finish(variableFolders ? base : nil)
    }

    private mutating func finish(_ base: String?) throws(YAMLError) {
        try log.check()
        let (loops, tooDeep) = tree.finish()
        for (parent, child) in loops {
            log.report(
                child.position, "a group is its own ancestor", text: tree.groups[child.index].name,
                hint: "it is below \(quoted(tree.groups[parent].name)) already")
        }
        for group in tooDeep {
            log.report(
                tree.groups[group].position, "groups nested deeper than \(InventoryTree.depthLimit)",
                text: tree.groups[group].name)
        }
        try log.check()
        if let base {
            let folder = VariableFiles(Folder.joined(base, "group_vars"))
            if !folder.isEmpty {
                for group in tree.groups.indices {
                    let files = folder.files(of: tree.groups[group].name)
                    if !files.isEmpty { groupFiles[group] = files.flatMap { variables(inFile: $0) } }
                }
            }
        }
        try log.check()
    }

    /// Reads the files of `host_vars` for these hosts.
    mutating func readFiles(ofHosts hosts: [Int]) throws(YAMLError) {
        guard !hostFolder.isEmpty else { return }
        for host in hosts where hostFiles[host] == nil {
            let files = hostFolder.files(of: tree.hosts[host].name)
            if !files.isEmpty { hostFiles[host] = files.flatMap { variables(inFile: $0) } }
        }
        try log.check()
    }

    func variables(ofFiles host: Int) -> [Variable] { hostFiles[host] ?? [] }

    private mutating func variables(inFile path: String) -> [Variable] {
        let file = log.open(path)
        let content: YAMLContent
        do throws(YAMLError) {
            let text = try text(path, limit: YAMLInventory.fileLimit)
            if text.hasPrefix("$ANSIBLE_VAULT") {
                log.note("\(escaped(path)) is encrypted with ansible-vault; the variables in it are not known")
                return []
            }
            guard Self.hasContent(text) else { return [] }
            content = try YAMLContent.read(text, file: file, path: path, limit: YAMLInventory.fileLimit, depth: 1)
        } catch {
            log.take(error)
            return []
        }
        switch content {
        case .mapping(let entries): return entries.map(YAMLInventory.variable)
        case .value(.null): return []
        case .value:
            log.report(Position(file: file, line: 1, column: 1), "variables must be a mapping")
            return []
        }
    }

    /// Whether anything but comments stands in it.
    private static func hasContent(_ text: String) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "\n")).contains { line in
            let start = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
            return start.first.map { $0 != UInt8(ascii: "#") } ?? false && !start.elementsEqual("---".utf8)
        }
    }

    private mutating func text(_ path: String, limit: Int) throws(YAMLError) -> String {
        let text = try YAMLFile.text(path: path, limit: limit)
        try take(Array(text.utf8), path)
        return text
    }

    private mutating func take(_ more: [UInt8], _ path: String) throws(YAMLError) {
        guard bytes.count + more.count <= Self.totalLimit else {
            throw YAMLError(problems: [
                YAMLProblem(
                    place: Place(file: path, line: 1, column: 1),
                    message: "the inventory's files are larger than \(Self.totalLimit >> 20) MiB together")
            ])
        }
        bytes += more
    }

    private mutating func read(folder: String, _ options: Options, depth: Int) {
        guard depth < Self.depthLimit else { return }
        for name in Folder.names(in: folder) ?? [] {
            let path = Folder.joined(folder, name)
            if name.hasPrefix(".") || Self.ignoredNames.contains(name) { continue }
            if Self.ignoredEnds.contains(where: name.hasSuffix) {
                if name.hasSuffix(".ini") || name.hasSuffix(".cfg") {
                    log.note("\(escaped(path)) is passed over, as Ansible does in a folder")
                }
                continue
            }
            if Folder.isFolder(path) {
                read(folder: path, options, depth: depth + 1)
            } else {
                read(file: path, text: nil, options)
            }
        }
    }

    /// - Parameter known: the file's text, where it has been read.
    private mutating func read(file path: String, text known: String?, _ options: Options) {
        let file = log.open(path)
        let start = Position(file: file, line: 1, column: 1)
        do throws(YAMLError) {
            if known == nil {
                guard try !InventoryFormat.isProgram(path, options.format) else {
                    run(path, file, options)
                    return
                }
            }
            var text = known ?? ""
            if known == nil {
                text = try self.text(path, limit: Self.fileLimit)
            } else {
                try take(Array(text.utf8), path)
            }
            guard options.format != nil || !text.hasPrefix("#!") else {
                log.report(
                    start, "a program that may not be run",
                    hint: "chmod +x \(escaped(path)), or say with --inventory-format what it is")
                return
            }
            switch options.format ?? InventoryFormat.of(text, path: path) {
            case .ini: INIInventory.read(text, file: file, into: &tree, &log)
            case .yaml: YAMLInventory.read(text, file: file, path: path, into: &tree, &log)
            case .list:
                let open = ListDocument.read(Array(text.utf8), file: file, into: &tree, &log)
                if !open.isEmpty {
                    log.note("\(escaped(path)) has no _meta: no variables of single hosts are known")
                }
            case .native, .script:
                log.report(start, "no inventory of Ansible's", hint: "a group has hosts, children and vars")
            }
        } catch {
            log.take(error)
        }
    }

    /// Runs a dynamic inventory with `--list`, and with `--host` for each host where that leaves them open.
    private mutating func run(_ path: String, _ file: Int, _ options: Options) {
        let program = path.utf8.contains(UInt8(ascii: "/")) ? path : "./\(path)"
        let deadline = ContinuousClock.now + options.programLimit
        let start = Position(file: file, line: 1, column: 1)
        guard let list = output(of: [program, "--list"], start, until: deadline, options) else { return }
        let open = ListDocument.read(list, file: file, into: &tree, &log)
        if open.isEmpty { return }
        guard open.count <= Self.hostCallLimit else {
            log.report(
                start, "the program's list has no _meta, and \(open.count) hosts are too many to ask for one by one",
                hint: "let it print _meta with hostvars")
            return
        }
        log.note("\(escaped(path)) prints no _meta: it was run \(open.count) times more, once a host")
        for host in open {
            let name = tree.hosts[host].name
            guard let answer = output(of: [program, "--host", name], start, until: deadline, options) else { return }
            do throws(JSONProblem) {
                tree.set(try ListDocument.hostVariables(answer, file: file), ofHost: host)
            } catch {
                log.report(
                    Position(file: file, line: error.line, column: error.column),
                    "what it prints with --host is no object of variables: \(error.message)", text: name)
            }
        }
    }

    private mutating func output(
        of arguments: [String], _ start: Position, until deadline: ContinuousClock.Instant, _ options: Options
    ) -> [UInt8]? {
        let call = arguments.dropFirst().map { escaped($0) }.joined(separator: " ")
        let run: ProgramRun
        do throws(ChildProcessError) {
            run = try ProgramRun(
                arguments, timeLimit: deadline - .now, outputLimit: Self.fileLimit, isCancelled: options.isCancelled)
        } catch {
            log.report(start, "cannot be run: \(escaped(error.text))")
            return nil
        }
        let said = String(decoding: run.errors, as: UTF8.self).split(separator: "\n").suffix(5)
            .map { escaped(String($0.prefix(300))) }.joined(separator: "\n    ")
        let hint = said.isEmpty ? "it wrote nothing to standard error" : "it wrote: \(said)"
        switch run.end {
        case .exited(0): break
        case .exited(let status):
            log.report(start, "ended with status \(status) when run with \(call)", hint: hint)
            return nil
        case .timedOut:
            log.report(
                start, "took longer than \(options.programLimit.components.seconds) s when run with \(call)", hint: hint
            )
            return nil
        case .tooMuch:
            log.report(start, "printed more than \(Self.fileLimit >> 20) MiB when run with \(call)")
            return nil
        case .cancelled:
            log.report(start, "was interrupted when run with \(call)")
            return nil
        }
        do throws(YAMLError) {
            try take(run.output, path)
        } catch {
            log.take(error)
            return nil
        }
        return run.output
    }
}
