import Glibc

/// Where kubesweep keeps what must outlive a run. Only its owner can read it: findings are a map of weak spots.
package struct StateDirectory: Sendable, Equatable {
    package let path: String

    /// By order: what the command line says, systemd's `STATE_DIRECTORY`, `XDG_STATE_HOME`, `~/.local/state`.
    ///
    /// - Parameters:
    ///   - option: used as it is, so that it may be relative.
    ///   - environment: looks up a variable; an empty one counts as not set, and a relative one is ignored, as the XDG
    ///     base directory specification demands.
    /// - Returns: nil where nothing says where, e.g. under cron without `HOME`.
    package static func chosen(option: String?, environment: (String) -> String?) -> StateDirectory? {
        if let option, !option.isEmpty { return StateDirectory(path: option) }
        // systemd gives several separated by colons where a unit names several.
        if let given = environment("STATE_DIRECTORY")?.split(separator: ":").first, given.hasPrefix("/") {
            return StateDirectory(path: String(given))
        }
        if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") {
            return StateDirectory(path: state + "/kubesweep")
        }
        if let home = environment("HOME"), home.hasPrefix("/") {
            return StateDirectory(path: home + "/.local/state/kubesweep")
        }
        return nil
    }

    package init(path: String) {
        self.path = path
    }

    package var database: String { path + "/history.sqlite" }
    package var lock: String { path + "/lock" }

    /// Makes it, with the directories above it, readable by its owner only. One that exists is left as it is.
    package func create() throws(StoreError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            partial += component
            if mkdir(partial, 0o700) != 0, errno != EEXIST {
                throw StoreError(.cannotCreate, path: partial, detail: String(cString: strerror(errno)))
            }
            partial += "/"
        }
    }

    /// Whether every account of this machine can read what is kept there. It is made so that none can, and left as it is.
    package var isExposed: Bool {
        var (file, folder) = (stat(), stat())
        guard stat(database, &file) == 0, stat(path, &folder) == 0 else { return false }
        return file.st_mode & S_IROTH != 0 && folder.st_mode & S_IXOTH != 0
    }
}
