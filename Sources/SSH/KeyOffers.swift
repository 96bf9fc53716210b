/// The user's identities in the order in which they are offered, and what became of each.
package struct KeyOffers {
    struct Offer {
        /// The public half as it is announced.
        var blob: [UInt8]
        var request: SignRequest
    }

    /// sshd's MaxAuthTries is 6 by default, and the question after the accepted methods may count as one.
    package static let limit = 5

    private var left: ArraySlice<Identity>
    private(set) var current: Offer?
    private var offered = 0
    private var refused: [Identity] = []
    /// Accepted by the server, and yet not let in.
    private var denied: [Identity] = []
    private(set) var unsigned: (identity: Identity, failure: AgentError)?
    private var unusable: [String] = []

    init(_ identities: [Identity]) { left = identities[...] }

    var anyWasRefused: Bool { !refused.isEmpty || !denied.isEmpty }

    /// Such as "ssh-ed25519 SHA256:… (/home/me/.ssh/id_ed25519)", with what else stands in the way.
    var refusedText: String {
        var parts = [refused.map(\.text).joined(separator: ", ")].filter { !$0.isEmpty }
        if !denied.isEmpty {
            parts.append("\(denied.map(\.text).joined(separator: ", ")), although it knows the key")
        }
        var text = parts.joined(separator: "; and ")
        if !unusable.isEmpty { text += "; not offered: " + unusable.joined(separator: ", ") }
        if !left.isEmpty { text += "; \(left.count) more not offered, since servers stop at 6 tries" }
        return text
    }

    var unusableText: String { unusable.joined(separator: ", ") }

    mutating func refuseCurrent() {
        guard let current else { return }
        self.current = nil
        if current.request.isTooWeak {
            unusable.append(
                "\(current.request.identity.text): the server takes no signature of an RSA key but SHA-1's, which is "
                    + "never made")
        } else if let failure = current.request.failure {
            if unsigned == nil { unsigned = (current.request.identity, failure) }
        } else if current.request.isSigned {
            denied.append(current.request.identity)
        } else {
            refused.append(current.request.identity)
        }
    }

    /// Goes to the next identity that can be signed for; false where there is none.
    mutating func advance(serverBanner: String?) -> Bool {
        current = nil
        while offered < Self.limit, let identity = left.popFirst() {
            switch Self.announcedBlob(of: identity, serverBanner: serverBanner) {
            case .blob(let blob):
                offered += 1
                current = Offer(blob: blob, request: SignRequest(identity))
                return true
            case .unsupported(let why): unusable.append("\(identity.text): \(why)")
            }
        }
        return false
    }

    private enum Announcement {
        case blob([UInt8])
        case unsupported(String)
    }

    /// libssh2 before 1.11 signs for "ssh-rsa", SHA-1, only, but takes the algorithm's name from the blob. OpenSSH
    /// accepts the SHA-2 name in that place, against RFC 8332 §3; other servers may not, so only it is tried.
    private static func announcedBlob(of identity: Identity, serverBanner: String?) -> Announcement {
        if let why = identity.unsupported { return .unsupported(why) }
        let blob = identity.publicKey.blob
        guard identity.algorithm == .rsa, !SSHLibrary.signsRSAWithSHA2 else { return .blob(blob) }
        guard serverBanner?.contains("-OpenSSH_") == true else {
            return .unsupported(
                "libssh2 \(SSHLibrary.version) cannot sign with SHA-2 for an RSA key on this server "
                    + "(\(serverBanner ?? "unknown version"))")
        }
        var reader = WireReader(blob)
        guard reader.string() != nil else { return .unsupported("damaged") }
        var writer = WireWriter()
        writer.string("rsa-sha2-512".utf8)
        return .blob(writer.bytes + reader.bytes)
    }
}
