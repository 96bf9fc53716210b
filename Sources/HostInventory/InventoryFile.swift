import Glibc
package import StrictYAML

extension Fleet {
    /// The largest inventory that is read, in bytes.
    package static let fileLimit = 1 << 24

    /// Reads and parses an inventory. Every problem of the file is in the error, in the order of the file; a
    /// file that cannot be read at all is one problem at its first line.
    package static func load(path: String) throws(YAMLError) -> Fleet {
        try parse(try YAMLFile.text(path: path, limit: fileLimit), file: path)
    }

    /// Parses an inventory's text. `file` is its path as the user gave it: relative paths in the text are
    /// relative to its directory. `~` is `$HOME`.
    package static func parse(_ text: String, file: String) throws(YAMLError) -> Fleet {
        try parse(text, file: file, home: getenv("HOME").map { String(cString: $0) })
    }

    static func parse(_ text: String, file: String, home: String?) throws(YAMLError) -> Fleet {
        try YAMLFile.read(text, file: file, limit: fileLimit) { yaml, root in
            var reader = InventoryReader(yaml: yaml, file: file, home: home)
            var clusters = reader.clusters(in: root)
            for index in clusters.indices { clusters[index].source = file }
            yaml = reader.yaml
            return Fleet(source: file, clusters: clusters)
        }
    }
}
