package import StrictYAML

/// An inventory of whichever kind, told apart by what is at the path.
package enum InventoryFile: Sendable {
    /// kubesweep's own: its text.
    case native(String)
    case ansible(AnsibleInventory)

    /// A file is read once, so that a pipe will do.
    package init(path: String, _ options: AnsibleInventory.Options) throws(YAMLError) {
        let isProgram = try InventoryFormat.isProgram(path, options.format)
        if isProgram || Folder.isFolder(path) {
            self = .ansible(try AnsibleInventory(path: path, options))
            return
        }
        let text = try YAMLFile.text(path: path, limit: AnsibleInventory.fileLimit)
        let format = options.format ?? InventoryFormat.of(text, path: path)
        if format == .native, !text.hasPrefix("#!") {
            self = .native(text)
        } else {
            self = .ansible(try AnsibleInventory(path: path, text: text, format: options.format))
        }
    }
}
