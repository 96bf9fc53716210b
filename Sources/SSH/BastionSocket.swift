import ChildProcess
import Glibc

/// The control socket of a bastion's connection, and the ssh calls that use it (PROTOCOL.mux of OpenSSH).
struct BastionSocket: Sendable {
    let path: String
    let hop: ProxyJump.Hop

    /// Where the connection writes what it has to say.
    var log: String { path + ".log" }

    /// Seconds without a host after which the connection ends by itself.
    private static let idleLimit = 60

    /// Whether somebody listens: an ssh that was killed leaves its socket behind.
    var isAlive: Bool {
        switch UnixSocket.connect(path) {
        case .connected(let descriptor):
            Glibc.close(descriptor)
            return true
        case .failed(let problem): return ![ECONNREFUSED, ENOENT].contains(problem)
        }
    }

    /// Logs in, makes the socket and returns: 0 once the connection stands. Nothing is asked on a terminal, and a host
    /// key must be known, as for the hosts themselves.
    func login(_ jump: ProxyJump, through outer: BastionSocket?, connectLimit: Duration) -> [String] {
        var words = ["ssh", "-f", "-N", "-M", "-S", path, "-E", log]
        if let file = jump.configFile { words += ["-F", file] }
        let seconds = max(1, connectLimit.components.seconds)
        for option in [
            "BatchMode=yes", "StrictHostKeyChecking=yes", "ControlPersist=\(Self.idleLimit)", "LogLevel=INFO",
            "ConnectTimeout=\(seconds)", "ServerAliveInterval=10", "ServerAliveCountMax=2", "ClearAllForwardings=yes",
            "ForwardAgent=no", "ForwardX11=no", "PermitLocalCommand=no", "RemoteCommand=none", "RequestTTY=no",
            "UpdateHostKeys=no",
        ] {
            words += ["-o", option]
        }
        if let outer {
            // ssh hands it to a shell and replaces %h and %p; no other word of it holds anything special.
            let proxy = outer.words(["-W", "[%h]:%p"]).map { "'\($0)'" }.joined(separator: " ")
            words += ["-o", "ProxyCommand=\(proxy)"]
        }
        if let user = hop.user { words += ["-l", user] }
        if let port = hop.port { words += ["-p", String(port)] }
        return words + ["--", hop.host]
    }

    /// Standard input and output become the connection to this host.
    func forward(host: String, port: UInt16) -> [String] { words(["-W", "[\(host)]:\(port)"]) }

    /// An ssh that only speaks to this socket: where the socket is gone it ends, rather than log in by itself.
    private func words(_ request: [String]) -> [String] {
        ["ssh", "-F", "none", "-S", path, "-o", "ControlMaster=no", "-o", "BatchMode=yes", "-o", "ProxyCommand=false"]
            + request + ["--", hop.host]
    }

    func close() {
        _ = try? ProgramRun(words(["-O", "exit"]), timeLimit: .seconds(2), outputLimit: 4 << 10)
    }
}
