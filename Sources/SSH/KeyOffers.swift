/// The user's keys in the order in which they are offered, and what became of each.
struct KeyOffers {
    struct Offer {
        var key: PrivateKey
        /// The public half as it is announced.
        var blob: [UInt8]
    }

    private var left: ArraySlice<PrivateKey>
    private(set) var current: Offer?
    private var refused: [PrivateKey] = []

    init(keys: [PrivateKey]) { left = keys[...] }

    var anyWasRefused: Bool { !refused.isEmpty }

    /// Such as "ssh-ed25519 SHA256:…, ssh-rsa SHA256:…".
    var refusedText: String {
        refused.map { "\($0.algorithm.rawValue) \($0.fingerprint)" }.joined(separator: ", ")
    }

    mutating func refuseCurrent() {
        if let current { refused.append(current.key) }
        current = nil
    }

    /// Goes to the next key that can be signed for; false where there is none.
    mutating func advance(serverBanner: String?) -> Bool {
        while let key = left.popFirst() {
            if let blob = Self.announcedBlob(of: key, serverBanner: serverBanner) {
                current = Offer(key: key, blob: blob)
                return true
            }
        }
        current = nil
        return false
    }

    /// libssh2 before 1.11 signs for "ssh-rsa", SHA-1, only, but takes the algorithm's name from the blob. OpenSSH
    /// accepts the SHA-2 name in that place, against RFC 8332 §3; other servers may not, so only it is tried.
    private static func announcedBlob(of key: PrivateKey, serverBanner: String?) -> [UInt8]? {
        guard key.algorithm == .rsa, !SSHLibrary.signsRSAWithSHA2 else { return key.publicKey.blob }
        guard serverBanner?.contains("-OpenSSH_") == true else { return nil }
        var reader = WireReader(key.publicKey.blob)
        guard reader.string() != nil else { return nil }
        var writer = WireWriter()
        writer.string("rsa-sha2-512".utf8)
        return writer.bytes + reader.bytes
    }
}
