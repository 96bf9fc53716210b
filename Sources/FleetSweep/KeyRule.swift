import Glibc

/// Which keys a host is offered.
package enum KeyRule: Sendable, Hashable {
    /// Those of these files, which an option or the inventory names, and no others.
    case named([String])
    /// Those of ssh_config's IdentityFile, as far as they are there, and then the agent's others, unless
    /// `isExclusive` (IdentitiesOnly).
    case configured([String], isExclusive: Bool)
    /// Those of the agent that are also in `~/.ssh`, the agent's others unless `isExclusive`, and the usual files.
    case usual(isExclusive: Bool)

    /// Those that somebody named.
    package var files: [String] {
        switch self {
        case .named(let files), .configured(let files, _): files
        case .usual: []
        }
    }

    /// Those that are read.
    var readFiles: [String] {
        if case .usual = self { Self.usualFiles.filter(Self.isThere) } else { files }
    }

    /// Those of these that a host may be offered something of. Of a key that only the agent has in full, the public half
    /// beside the named path does, as for ssh.
    static func isThere(_ path: String) -> Bool { access(path, R_OK) == 0 || access("\(path).pub", R_OK) == 0 }

    /// The files that are looked for where none is named.
    static var usualFiles: [String] {
        guard let home = getenv("HOME").map({ String(cString: $0) }) else { return [] }
        return ["id_ed25519", "id_ecdsa", "id_rsa"].map { "\(home)/.ssh/\($0)" }
    }
}
