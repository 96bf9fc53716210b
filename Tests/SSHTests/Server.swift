import CLinux
import Foundation
import Glibc
import SSH

/// A real sshd on loopback, stopped with the last reference to it.
final class Server: Sendable {
    let port: UInt16
    let address: String
    private let pid: pid_t
    private let workshop: Workshop

    /// Where a run must not pass for want of a server, tests without one fail instead of being skipped: Scripts/test asks
    /// for that as root.
    static let isRequired = getenv("KUBESWEEP_REQUIRE_SERVERS") != nil
    static let isAvailable = isRequired || (getuid() == 0 && access("/usr/sbin/sshd", X_OK) == 0)

    /// - `shadow`, `passwd`: in place of the machine's, for this server and its sessions.
    /// - `mounts`: shell commands for the mount namespace that only they see.
    init(
        hostKeys: [String] = ["ed25519"], address: String = "127.0.0.1", port: UInt16? = nil, options: [String] = [],
        shadow: String? = nil, passwd: String? = nil, mounts: [String] = []
    ) throws {
        let keys = try TestKeys.get()
        let workshop = try Workshop()
        self.workshop = workshop
        try? FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        self.address = address
        self.port = try port ?? Loopback.freePort(address)
        var configuration = [
            "ListenAddress \(address):\(self.port)", "PidFile none", "UsePAM no", "StrictModes no", "UseDNS no",
            "PermitRootLogin prohibit-password", "PasswordAuthentication no", "KbdInteractiveAuthentication no",
            "AuthorizedKeysFile \(keys.authorizedKeys)", "PrintMotd no", "LogLevel ERROR", "MaxStartups 1000",
        ]
        configuration += try hostKeys.map { name in
            // sshd wants its key files for itself.
            let file = "\(workshop.path)/host-\(name)"
            try FileManager.default.copyItem(atPath: keys.host(name), toPath: file)
            return "HostKey \(file)"
        }
        // sshd takes the first value of most options, but the last MaxStartups.
        let named = Set(options.map { $0.prefix { $0 != " " } })
        configuration.removeAll { named.contains($0.prefix { $0 != " " }) }
        let file = try workshop.write((options + configuration).joined(separator: "\n") + "\n", to: "sshd_config")
        var command = ["/usr/sbin/sshd", "-D", "-e", "-f", file]
        var mounts = mounts
        if shadow != nil || passwd != nil {
            // Laid over the folder, not the files: useradd replaces those, and then a mount on one of them is gone.
            try FileManager.default.createDirectory(atPath: "\(workshop.path)/etc", withIntermediateDirectories: true)
            if let shadow { _ = try workshop.write(shadow, to: "etc/shadow") }
            if let passwd { _ = try workshop.write(passwd, to: "etc/passwd", mode: 0o644) }
            mounts.append("mount -t overlay overlay -o 'lowerdir=\(workshop.path)/etc:/etc' /etc")
        }
        if !mounts.isEmpty {
            // In a mount namespace of its own the server sees other files than the machine has.
            let script = (mounts + ["exec \"$@\""]).joined(separator: " && ")
            command = ["/usr/bin/unshare", "-m", "/bin/sh", "-c", script, "sh"] + command
        }
        pid = try Self.start(command, log: "\(workshop.path)/log")
        for _ in 0..<500 {
            if Loopback.accepts(address, self.port) { return }
            usleep(10_000)
        }
        Glibc.kill(pid, SIGTERM)
        throw WorkshopError(text: "sshd did not start: \((try? workshop.read("log")) ?? "")")
    }

    deinit {
        Glibc.kill(pid, SIGTERM)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    static func start(_ command: [String], log: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Nothing of the other tests is kept open: a pipe of theirs would not end before this program does.
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, command[0], &actions, nil, &arguments, environ)
        guard code == 0 else { throw WorkshopError(text: "posix_spawn failed: \(code)") }
        return pid
    }

    /// The server and every session it serves, at once.
    func kill() {
        for child in Processes.descendants(of: pid) { Glibc.kill(child, SIGKILL) }
        Glibc.kill(pid, SIGKILL)
    }

    /// Lets nobody in any more; its sessions go on.
    func stopListening() { Glibc.kill(pid, SIGKILL) }

    /// Stops every session that it serves now, which then neither take nor say anything; their processes.
    func freeze() -> [pid_t] {
        let sessions = Processes.descendants(of: pid)
        for session in sessions { Glibc.kill(session, SIGSTOP) }
        return sessions
    }

    /// Returns once it runs as many processes with these words, or after half a minute.
    func waitForSessions(_ words: String, count: Int) {
        for _ in 0..<600 {
            if sessions(words) >= count { return }
            usleep(50_000)
        }
    }

    /// How many processes with these words it runs now.
    private func sessions(_ words: String) -> Int {
        Processes.descendants(of: pid).filter { pid in
            guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
            return String(decoding: data.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self) == words + " "
        }.count
    }

    var log: String { (try? workshop.read("log")) ?? "" }

    /// The name that known_hosts has to hold.
    var knownName: String { "[host.test]:\(port)" }

    func target(
        id: Int = 1, keys: [PrivateKey], knownHosts: String, command: String, user: String = "root"
    ) -> SSHTarget {
        SSHTarget(
            id: id, knownHostsName: "host.test", address: address, port: port, user: user,
            identities: keys.map(Identity.init), knownHosts: KnownHosts(text: knownHosts), command: command)
    }
}

enum Loopback {
    static func address(_ text: String, _ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, text, &address.sin_addr)
        return address
    }

    static func withSockaddr<R>(_ address: sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// A listening socket on a port that the system chose, and the port.
    static func listen(_ text: String, backlog: Int32 = 64) throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard withSockaddr(address(text, 0), { bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, backlog) == 0
        else { throw WorkshopError(text: "cannot listen on \(text)") }
        var bound = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &bound) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
        }
        return (descriptor, UInt16(bigEndian: bound.sin_port))
    }

    static func freePort(_ text: String) throws -> UInt16 {
        let (descriptor, port) = try listen(text)
        close(descriptor)
        return port
    }

    static func accepts(_ text: String, _ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        return withSockaddr(address(text, port), { connect(descriptor, $0, $1) }) == 0
    }
}
