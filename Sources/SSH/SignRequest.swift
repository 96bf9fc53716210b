import Synchronization

/// What libssh2's sign callback finds when the server has accepted a public key: the key itself, which signs at once, or
/// the way to the agent, whose answer the callback is called again for. Confined to its connection's lane.
final class SignRequest {
    private enum State {
        /// The server has not accepted the key yet.
        case idle
        /// The callback has asked; nobody has told the agent.
        case asked([UInt8], algorithm: String)
        case waiting
        case answered([UInt8])
        case failed(AgentError)
        /// The signature would be SHA-1's.
        case tooWeak
        case signed
    }

    enum Answer {
        case signature([UInt8])
        case wait
        case failed
    }

    let identity: Identity
    private var state = State.idle
    private let ticket = Ticket()

    /// In the agent's line: whether the signature is still wanted.
    private final class Ticket: Sendable {
        let isDropped = Atomic<Bool>(false)
    }

    init(_ identity: Identity) { self.identity = identity }

    /// The server accepted the key, and it was signed for.
    var isSigned: Bool { if case .signed = state { true } else { false } }

    /// The agent was asked and has not answered.
    var isWaiting: Bool { if case .waiting = state { true } else { false } }

    /// The server takes none but a SHA-1 signature of the RSA key, and none is made.
    var isTooWeak: Bool { if case .tooWeak = state { true } else { false } }

    /// Why the agent did not sign.
    var failure: AgentError? { if case .failed(let failure) = state { failure } else { nil } }

    /// Called by libssh2 with the data of RFC 4252 §7, the same each time.
    func sign(_ data: UnsafeBufferPointer<UInt8>) -> Answer {
        if identity.algorithm == .rsa, SignatureAlgorithm.name(in: data) == "ssh-rsa" { state = .tooWeak }
        switch (state, identity.signing) {
        case (.answered(let signature), _):
            state = .signed
            return .signature(signature)
        case (.failed, _), (.tooWeak, _): return .failed
        case (.waiting, _), (.asked, _): return .wait
        case (.idle, .key(let signer)), (.signed, .key(let signer)):
            guard let signature = signer.signature(of: data) else { return .failed }
            state = .signed
            return .signature(signature)
        case (.idle, .agent):
            guard let algorithm = SignatureAlgorithm.name(in: data) else {
                state = .failed(.malformed("libssh2 asks for a signature of an unknown kind"))
                return .failed
            }
            state = .asked(Array(data), algorithm: algorithm)
            return .wait
        case (.signed, .agent): return .failed
        }
    }

    /// Hands to the agent what the callback left; false where there is nothing, or it has been handed over.
    ///
    /// - Parameter begins: called on the agent's thread when the agent is asked, after all who were in line before.
    func askAgent(
        begins: @escaping @Sendable () -> Void,
        completion: @escaping @Sendable (Result<[UInt8], AgentError>) -> Void
    ) -> Bool {
        guard case .asked(let data, let algorithm) = state, case .agent(let agent) = identity.signing
        else { return false }
        state = .waiting
        // An RSA key is announced by another name to an old OpenSSH (see KeyOffers); the agent knows it by its own.
        agent.sign(
            data, with: identity.agentKey, algorithm: algorithm,
            begins: { [ticket] in
                guard !ticket.isDropped.load(ordering: .relaxed) else { return false }
                begins()
                return true
            }, completion: completion)
        return true
    }

    /// Nobody waits for the signature any more: an agent that has not been asked yet is not.
    func drop() { ticket.isDropped.store(true, ordering: .relaxed) }

    func take(_ answer: Result<[UInt8], AgentError>) {
        guard isWaiting else { return }
        switch answer {
        case .success(let signature): state = .answered(signature)
        case .failure(let error): state = .failed(error)
        }
    }
}

/// The signature algorithm that a request of RFC 4252 §7 names. A certificate is signed for like its key.
enum SignatureAlgorithm {
    static func name(in request: some Collection<UInt8>) -> String? {
        var reader = WireReader(request)
        guard reader.string() != nil, reader.byte() == 50, reader.string() != nil, reader.string() != nil,
            reader.text() == "publickey", reader.byte() == 1, let name = reader.text()
        else { return nil }
        return name.hasSuffix(UserCertificate.typeSuffix)
            ? String(name.dropLast(UserCertificate.typeSuffix.count)) : name
    }
}
