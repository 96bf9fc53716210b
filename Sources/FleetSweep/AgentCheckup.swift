package import Hardening
package import SSH

/// The ssh-agent: whether it answers, and which of its keys can be used.
package struct AgentCheckup: Sendable {
    package var item: HealthItem
    /// The keys that it holds, of whatever kind.
    package var keys: [HostKey] = []

    /// - Parameters:
    ///   - socket: one that an option names has to answer.
    ///   - limit: for its answer.
    package init(_ socket: AgentSocket, limit: Duration) async {
        guard let path = socket.path else {
            let words =
                switch socket.origin {
                case .option: "none is to be asked"
                case .sshConfig: "none: ssh_config says so (IdentityAgent); keys are read from files"
                case .inventory, .usual: "none: SSH_AUTH_SOCK is not set; keys are read from files"
                }
            item = HealthItem(.agent, "ssh-agent", .ok, words)
            return
        }
        let answer: Result<[AgentKey], AgentError>
        let client: AgentClient
        do {
            client = try AgentClient(path: path, answerLimit: limit)
            answer = await client.keys()
        } catch {
            item = HealthItem(
                .agent, "ssh-agent", .problem, error.message, hint: "raise the limit on open files (ulimit -n)")
            return
        }
        switch answer {
        case .failure(let error):
            item = HealthItem(
                .agent, "ssh-agent", socket.origin == .option ? .problem : .warning, error.message,
                hint: "check it: SSH_AUTH_SOCK='\(path)' ssh-add -l; or leave it out: --agent none",
                facts: [.init("path", .text(path)), .init("keys", .number(0))])
        case .success(let held):
            keys = held.map(\.publicKey)
            let lines = held.map { Self.line($0, client) }
            let usable = lines.count { $0.isUsable }
            let detail =
                held.isEmpty
                ? "it holds no key" : "it holds \(held.count) key\(held.count == 1 ? "" : "s"), \(usable) of use here"
            item = HealthItem(
                .agent, "ssh-agent", usable == 0 ? .warning : .ok, detail,
                hint: usable == 0 ? "add one: ssh-add FILE; or leave the agent out: --agent none" : "",
                facts: [
                    .init("path", .text(path), label: "socket"), .init("keys", .number(held.count)),
                    .init("usable", .number(usable)), .init("list", .list(lines.map(\.text)), label: "key"),
                ])
        }
    }

    /// Of each agent that hosts have; where they have none, why.
    package static func all(of sockets: [AgentSocket], limit: Duration) async -> [AgentCheckup] {
        let asked = sockets.filter { $0.path != nil }
        var checkups: [AgentCheckup] = []
        for socket in asked.isEmpty ? Array(sockets.prefix(1)) : asked {
            checkups.append(await AgentCheckup(socket, limit: limit))
        }
        return checkups
    }

    private static func line(_ key: AgentKey, _ client: AgentClient) -> (text: String, isUsable: Bool) {
        let name = key.comment.isEmpty ? "" : " (\(key.comment))"
        let text = "\(key.publicKey.type) \(key.publicKey.fingerprint)\(name)"
        guard let identity = Identity(key, in: client) else {
            return ("\(text): keys of this type are not supported", false)
        }
        if let why = identity.unsupported { return ("\(text): \(why)", false) }
        return (identity.limitation.map { "\(text): \($0)" } ?? text, true)
    }
}
