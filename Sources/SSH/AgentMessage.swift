/// A key that an agent lists.
package struct AgentKey: Sendable, Equatable {
    package var publicKey: HostKey
    /// Made printable; often the path of the key's file.
    package var comment: String
}

/// Why an agent did not do what it was asked for.
package enum AgentError: Error, Sendable, Equatable {
    case unreachable(String)
    /// It closed the connection before it had answered.
    case closed
    case silent(seconds: Double)
    /// It answered that it will not: locked, not confirmed, not its key.
    case refused
    case malformed(String)

    package var message: String {
        switch self {
        case .unreachable(let why): "the agent cannot be reached: \(why)"
        case .closed: "the agent closed the connection without an answer"
        case .silent(let seconds): "the agent did not answer within \(seconds) s"
        case .refused: "the agent refused (locked, not confirmed, or the key is gone)"
        case .malformed(let what): "the agent's answer is not understood: \(what)"
        }
    }
}

/// The messages of draft-miller-ssh-agent that kubesweep speaks.
enum AgentMessage {
    /// As OpenSSH's own client.
    static let answerLimit = 256 << 10
    static let keyLimit = 2048

    static let listKeys: [UInt8] = [0, 0, 0, 1, 11]

    static func sign(_ data: [UInt8], with key: HostKey, algorithm: String) -> [UInt8] {
        var body = WireWriter()
        body.string(key.blob)
        body.string(data)
        // SSH_AGENT_RSA_SHA2_256 and _512; without either an RSA key signs with SHA-1.
        body.uint32(algorithm == "rsa-sha2-256" ? 2 : algorithm == "rsa-sha2-512" ? 4 : 0)
        var message = WireWriter()
        message.string([13] + body.bytes)
        return message.bytes
    }

    private static func isRefusal(_ type: UInt8) -> Bool { type == 5 || type == 30 || type == 102 }

    /// The answer to `listKeys`: keys in the agent's order, damaged ones left out.
    static func keys(in answer: [UInt8]) -> Result<[AgentKey], AgentError> {
        var reader = WireReader(answer)
        guard let type = reader.byte() else { return .failure(.malformed("it is empty")) }
        if isRefusal(type) { return .failure(.refused) }
        guard type == 12, let count = reader.uint32() else { return .failure(.malformed("message \(type)")) }
        guard count <= keyLimit else { return .failure(.malformed("\(count) keys, more than \(keyLimit)")) }
        var keys: [AgentKey] = []
        for _ in 0..<count {
            guard let blob = reader.string(), let comment = reader.string() else {
                return .failure(.malformed("the list of keys is cut"))
            }
            guard let publicKey = HostKey(blob: Array(blob)) else { continue }
            keys.append(AgentKey(publicKey: publicKey, comment: PeerText.printable(comment, limit: 128)))
        }
        return .success(keys)
    }

    /// The answer to `sign`: what follows the algorithm's name in the signature blob.
    static func signature(in answer: [UInt8], algorithm: String) -> Result<[UInt8], AgentError> {
        var reader = WireReader(answer)
        guard let type = reader.byte() else { return .failure(.malformed("it is empty")) }
        if isRefusal(type) { return .failure(.refused) }
        guard type == 14, let blob = reader.string() else { return .failure(.malformed("message \(type)")) }
        var fields = WireReader(blob)
        guard let name = fields.text(), let signature = fields.string(), fields.isAtEnd, !signature.isEmpty else {
            return .failure(.malformed("the signature is cut"))
        }
        guard name == algorithm else {
            let printable = PeerText.printable(name.utf8, limit: 64)
            return .failure(.malformed("signed with \(printable) instead of \(algorithm)"))
        }
        return .success(Array(signature))
    }
}
