import Foundation
import Glibc
import SSH

/// Several dropbear servers, each with a host key of its own, whose only answer is their own number. For each there are
/// two ports: on the second, sessions end at random moments, by a reset, an orderly end, or the server's death.
///
/// Dropbear and not sshd: a session costs a quarter of the time.
final class ServerOfMany: Sendable {
    let steadyPorts: [UInt16]
    let abortingPorts: [UInt16]
    /// Lines of known_hosts, for the names `server0` and so on.
    let knownHosts: String
    private let pid: pid_t
    private let workshop: Workshop

    static let isAvailable =
        Server.isRequired || (Server.isAvailable && access("/usr/sbin/dropbear", X_OK) == 0)

    init(count: Int) throws {
        workshop = try Workshop()
        let keys = try TestKeys.get()
        var known = ""
        for number in 0..<count {
            let text = try Tool.run(
                "/usr/bin/dropbearkey", ["-t", "ed25519", "-f", "\(workshop.path)/key\(number)"])
            let line = text.split(separator: "\n").first { $0.hasPrefix("ssh-ed25519 ") } ?? ""
            known += "server\(number) \(line.split(separator: " ").prefix(2).joined(separator: " "))\n"
        }
        knownHosts = known
        // Dropbear knows no other place for authorized_keys than the account's home.
        let home = "\(workshop.path)/home/.ssh"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        _ = try workshop.write(workshop.read(keys.authorizedKeys), to: "home/.ssh/authorized_keys")
        for folder in ["home", "home/.ssh"] { chmod("\(workshop.path)/\(folder)", 0o700) }
        let script = try workshop.write(Self.script, to: "servers.py")
        let mount = "mount --bind '\(workshop.path)/home' /root && exec \"$@\""
        pid = try Server.start(
            [
                "/usr/bin/unshare", "-m", "/bin/sh", "-c", mount, "sh", "/usr/bin/python3", script, workshop.path,
                String(count),
            ], log: "\(workshop.path)/log")
        var ports: [UInt16] = []
        for _ in 0..<1000 where ports.isEmpty {
            usleep(10_000)
            ports = ((try? workshop.read("ports")) ?? "").split(separator: " ").compactMap { UInt16($0) }
        }
        guard ports.count == 2 * count else {
            kill(pid, SIGTERM)
            throw WorkshopError(text: "no servers: \((try? workshop.read("log")) ?? "")")
        }
        steadyPorts = Array(ports[..<count])
        abortingPorts = Array(ports[count...])
    }

    deinit {
        kill(pid, SIGTERM)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    /// What inetd does, and the aborts. A connect to AF_UNSPEC sends RST whoever else holds the socket.
    private static let script = """
        import ctypes, heapq, os, random, selectors, signal, socket, struct, sys, time

        folder, count = sys.argv[1], int(sys.argv[2])
        libc = ctypes.CDLL(None)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        selector = selectors.DefaultSelector()
        ports = []
        for aborts in (False, True):
            for number in range(count):
                listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
                ports.append(listener.getsockname()[1])
                selector.register(listener, selectors.EVENT_READ, (number, aborts))
        with open(folder + "/ports.part", "w") as file:
            file.write(" ".join(map(str, ports)))
        os.rename(folder + "/ports.part", folder + "/ports")
        null = os.open("/dev/null", os.O_RDWR)
        due = []
        while True:
            wait = max(0, due[0][0] - time.monotonic()) if due else None
            for key, _ in selector.select(wait):
                number, aborts = key.data
                connection, _ = key.fileobj.accept()
                words = ["dropbear", "-i", "-s", "-j", "-k", "-r", f"{folder}/key{number}", "-c", f"echo I am {number}"]
                actions = [(os.POSIX_SPAWN_DUP2, connection.fileno(), 0), (os.POSIX_SPAWN_DUP2, connection.fileno(), 1),
                           (os.POSIX_SPAWN_DUP2, null, 2)]
                pid = os.posix_spawn("/usr/sbin/dropbear", words, {"PATH": "/usr/bin:/bin"}, file_actions=actions)
                if aborts:
                    moment = time.monotonic() + random.random() ** 2 * 0.6
                    heapq.heappush(due, (moment, pid, connection))
                else:
                    connection.close()
            while due and due[0][0] <= time.monotonic():
                _, pid, connection = heapq.heappop(due)
                way = random.randrange(3)
                if way == 0:
                    libc.connect(connection.fileno(), struct.pack("HHQ", socket.AF_UNSPEC, 0, 0), 16)
                elif way == 1:
                    try:
                        connection.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
                else:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                if way:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        pass
                connection.close()
        """
}
