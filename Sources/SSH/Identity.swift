/// One public key or certificate to offer, and who signs for it.
package struct Identity: Sendable {
    enum Signing: Sendable {
        case key(Signer)
        case agent(AgentClient)
    }

    /// What is offered.
    package let publicKey: HostKey
    /// Of the key itself, also where a certificate is offered.
    package let algorithm: PrivateKey.Algorithm
    package let isCertificate: Bool
    /// Where it came from: a path, or the agent's comment.
    package let name: String
    let signing: Signing
    /// By which the agent knows the key: it need not hold the certificate that is offered.
    let agentKey: HostKey

    package init(_ key: PrivateKey) {
        agentKey = key.publicKey
        publicKey = key.publicKey
        algorithm = key.algorithm
        isCertificate = false
        name = key.name
        signing = .key(key.signer)
    }

    /// A key that the agent holds; nil where it is of a kind that is not supported.
    package init?(_ key: AgentKey, in agent: AgentClient) {
        if let algorithm = PrivateKey.Algorithm(rawValue: key.publicKey.type) {
            self.algorithm = algorithm
            isCertificate = false
        } else if let certificate = UserCertificate(key.publicKey),
            let algorithm = PrivateKey.Algorithm(rawValue: certificate.key.type)
        {
            self.algorithm = algorithm
            isCertificate = true
        } else {
            return nil
        }
        publicKey = key.publicKey
        agentKey = key.publicKey
        name = key.comment
        signing = .agent(agent)
    }

    private init(certificate: UserCertificate, of key: Identity, name: String) {
        publicKey = certificate.blob
        agentKey = key.agentKey
        algorithm = key.algorithm
        isCertificate = true
        self.name = name
        signing = key.signing
    }

    /// Offers the certificate in the key's place; nil where it is another key's.
    package func certified(by certificate: UserCertificate, name: String) -> Identity? {
        guard !isCertificate, certificate.key == publicKey else { return nil }
        return Identity(certificate: certificate, of: self, name: name)
    }

    package var isInAgent: Bool {
        if case .agent = signing { return true }
        return false
    }

    /// Why the loaded libssh2 can offer it to no server at all; nil where it can.
    package var unsupported: String? {
        isCertificate && !SSHLibrary.signsForCertificates(of: algorithm)
            ? "certificates of this type need libssh2 1.11.1" : nil
    }

    /// Why some servers are not offered it.
    package var limitation: String? {
        algorithm == .rsa && !SSHLibrary.signsRSAWithSHA2
            ? "RSA keys are offered to OpenSSH servers only, for want of libssh2 1.11" : nil
    }

    /// Such as "ssh-ed25519 SHA256:… (~/.ssh/id_ed25519)".
    package var text: String {
        let place = isInAgent ? "agent: \(name)" : name
        return "\(publicKey.type) \(publicKey.fingerprint)\(name.isEmpty ? "" : " (\(place))")"
    }
}
