/// Who started a component, as far as the listing shows the processes above it.
package enum Starter: Sendable, Hashable {
    /// Parents are not shown, or the one that matters is not listed.
    case notListed
    /// An init system or a distribution's own program.
    case service
    /// A container runtime: the process has a network of its own unless it was given the host's.
    case container
    /// Somebody's login session; the base name of the program in it.
    case session(String)
    /// Another program, by its base name.
    case other(String)
}

/// Finds the starters of components among the rows of a listing. A process whose parent has ended belongs to PID 1,
/// so a session that is over leaves no trace.
struct Ancestry {
    private let rows: [ProcessRow]
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Positions of rows, ascending by PID; nil where the rows themselves are.
    private var order: [Int]?

    init(_ rows: [ProcessRow], of bytes: UnsafeBufferPointer<UInt8>) {
        self.rows = rows
        self.bytes = bytes
        if !zip(rows, rows.dropFirst()).allSatisfy({ $0.pid <= $1.pid }) {
            order = rows.indices.sorted { rows[$0].pid < rows[$1].pid }
        }
    }

    func starter(of row: ProcessRow) -> Starter {
        var child = row
        // A longer chain of launchers is nobody's, and a listing somebody wrote may hold a circle.
        for _ in 0..<16 {
            guard let pid = child.parent else { return .notListed }
            if pid <= 1 { return .service }
            guard let parent = listed(pid) else { return .notListed }
            if let starter = starter(as: words(of: parent)) { return starter }
            child = parent
        }
        return .notListed
    }

    private func listed(_ pid: Int) -> ProcessRow? {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[order?[middle] ?? middle].pid < pid { low = middle + 1 } else { high = middle }
        }
        guard low < rows.count else { return nil }
        let found = rows[order?[low] ?? low]
        return found.pid == pid ? found : nil
    }

    /// A program's name and what tells whether it does another's bidding; other processes' arguments go no further.
    private func words(of row: ProcessRow) -> [String] {
        bytes[row.command].prefix(256).split(separator: UInt8(ascii: " "), maxSplits: 8)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Nil for a program that starts others on somebody's behalf: its own parent tells more.
    private func starter(as words: [String]) -> Starter? {
        // A kernel thread or a zombie starts nothing: the parent has gone, and its PID is another's.
        guard let first = words.first, first.utf8.first != UInt8(ascii: "[") else { return .notListed }
        var name = baseName(first)
        // Titles that a program gives itself: `sshd: bob [priv]`, `tmux: server`.
        if name.utf8.last == UInt8(ascii: ":") { name.removeLast() }
        if first.utf8.first == UInt8(ascii: "-") { return .session(String(name.dropFirst())) }
        if Self.runtimes.contains(name) || name.hasPrefix("containerd-shim") { return .container }
        if Self.sessions.contains(name) { return .session(name) }
        if name == "systemd" { return words.contains("--user") ? .session(name) : .service }
        if Self.services.contains(name) || Distribution.programs.contains(name) { return .service }
        if Self.shells.contains(name) { return runsScript(words) ? nil : .session(name) }
        if Self.userChangers.contains(name) { return words.contains("-c") ? nil : .session(name) }
        if Launcher.known[name] != nil || ComponentClaim.names.contains(name) { return nil }
        return .other(String(name.prefix(64)))
    }

    /// A script's path, or `-c` alone or among other letters (`-lc`).
    private func runsScript(_ words: [String]) -> Bool {
        words.dropFirst().contains { word in
            !word.hasPrefix("-") || !word.hasPrefix("--") && word.contains("c")
        }
    }

    private static let runtimes: Set<String> = [
        "conmon", "docker-containerd-shim", "docker-containerd", "containerd", "dockerd", "docker", "dockerd-current",
        "docker-containerd-shim-current", "docker-containerd-current", "runc", "crun", "runsc", "crio", "cri-o",
        "kata-runtime", "lxc-start", "systemd-nspawn", "rkt", "podman",
    ]

    private static let services: Set<String> = [
        "init", "upstart", "openrc-init", "supervise-daemon", "runsv", "runit", "s6-supervise", "s6-svscan",
        "supervise",
        "supervisord", "monit", "launchd", "pebble", "snapd", "bosh-agent", "etcd-manager", "rancher", "kube-init",
        "start-stop-daemon",
    ]

    private static let sessions: Set<String> = [
        "sshd", "sshd-session", "dropbear", "login", "telnetd", "in.telnetd", "mosh-server", "tmux", "screen", "SCREEN",
        "script", "xterm", "gnome-terminal-server", "konsole", "cockpit-bridge",
    ]

    private static let shells: Set<String> = ["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh"]

    private static let userChangers: Set<String> = ["su", "runuser"]
}
