/// What ssh and sshd say when a way through a bastion does not open: whose fault it is, read from their words.
enum ProxyComplaint: Equatable {
    /// The bastion let nobody through: it is down, unknown or refuses the login.
    case bastion
    /// The bastion is reached, and forbids the connection to the host (AllowTcpForwarding, PermitOpen).
    case forbidden
    /// The bastion tried, and this came of it.
    case target(SSHFailureReason)

    /// Nil where the words are of no known kind. What stands last counts: warnings come first.
    init?(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline).reversed() {
            if let complaint = Self.read(line) {
                self = complaint
                return
            }
        }
        return nil
    }

    /// All lines must agree; nil otherwise. For a log that several hosts share.
    init?(unanimous text: String) {
        let all = text.split(whereSeparator: \.isNewline).compactMap(Self.read)
        guard let first = all.first, all.allSatisfy({ $0 == first }) else { return nil }
        self = first
    }

    private static func read(_ line: Substring) -> ProxyComplaint? {
        // serverloop.c and channels.c of OpenSSH; the part behind "connect failed" is strerror(3) or gai_strerror(3).
        if line.contains("open failed: ") {
            if line.contains("prohibited") { return .forbidden }
            if line.contains("Connection refused") { return .target(.connectionRefused) }
            if line.contains("timed out") { return .target(.timedOut) }
            if line.contains("No route to host") || line.contains("Network is unreachable") {
                return .target(.hostUnreachable)
            }
            if line.contains("not known") || line.contains("No address associated") || line.contains("unknown host") {
                return .target(.nameNotFound)
            }
            if line.contains("connect failed") { return .target(.hostUnreachable) }
            return nil
        }
        let signs = [
            "ssh: connect to host ", "ssh: Could not resolve hostname ", "Host key verification failed",
            "Permission denied", "Too many authentication failures", "kex_exchange_identification",
            "ssh_exchange_identification", "Connection closed by ", "Connection reset by ", "Unable to negotiate",
            "Received disconnect from ", "Timeout, server ", "no matching host key",
        ]
        return signs.contains { line.contains($0) } ? .bastion : nil
    }

    /// Its last lines, as one line that is safe to print.
    static func shown(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline).suffix(3)
        return lines.map { PeerText.printable($0.utf8, limit: 200) }.joined(separator: " / ")
    }

    /// What to do about a bastion that does not let anybody through.
    static func hint(_ text: String, bastion: String, trial: String? = nil) -> String {
        if text.contains("Host key verification failed") || text.contains("REMOTE HOST IDENTIFICATION HAS CHANGED") {
            return "verify the bastion's host key and add it to the known_hosts file that ssh uses for \(bastion)"
        }
        if text.contains("Permission denied") || text.contains("authentication failures") {
            return "set User and IdentityFile for \(bastion) in ssh_config, or load its key into the agent"
        }
        guard let trial else { return "check that the bastion is up, and run the proxy command by hand" }
        return "check that the bastion is up: \(trial)"
    }
}
