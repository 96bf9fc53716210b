import StrictYAML

/// `group_vars` or `host_vars` beside an inventory (lib/ansible/parsing/dataloader.py, `find_vars_files`).
struct VariableFiles: Sendable {
    private static let extensions = ["yml", "yaml", "json"]
    /// Folders in folders.
    private static let depthLimit = 16

    private let folder: String
    private let names: Set<String>

    init(_ folder: String) {
        self.folder = folder
        names = Set(Folder.names(in: folder) ?? [])
    }

    var isEmpty: Bool { names.isEmpty }

    /// The files of a group or host, the ones that count for more last.
    func files(of name: String) -> [String] {
        // A name with a slash in it would leave the folder.
        guard !names.isEmpty, !name.utf8.contains(UInt8(ascii: "/")) else { return [] }
        for candidate in [name] + Self.extensions.map({ "\(name).\($0)" }) where names.contains(candidate) {
            let path = Folder.joined(folder, candidate)
            return Folder.isFolder(path) ? Self.files(in: path, depth: 0) : [path]
        }
        return []
    }

    private static func files(in folder: String, depth: Int) -> [String] {
        guard depth < depthLimit else { return [] }
        var files: [String] = []
        for name in Folder.names(in: folder) ?? [] where !name.hasPrefix(".") && !name.hasSuffix("~") {
            let path = Folder.joined(folder, name)
            let end = name.dropFirst().lastIndex(of: ".").map { String(name[$0...].dropFirst()) }
            if Folder.isFolder(path) {
                if end == nil { files += self.files(in: path, depth: depth + 1) }
            } else if end.map(extensions.contains) ?? true {
                files.append(path)
            }
        }
        return files
    }
}
