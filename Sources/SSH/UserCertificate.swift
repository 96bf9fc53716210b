/// An OpenSSH user certificate (PROTOCOL.certkeys): a public key that an authority has signed.
package struct UserCertificate: Sendable {
    /// The certificate as it is offered; its type ends in "-cert-v01@openssh.com".
    package let blob: HostKey
    /// The key that it certifies.
    package let key: HostKey
    /// The authority's words for whom it is for, made printable.
    package let keyID: String
    /// Seconds since 1970; the end is not part of the time.
    package let validAfter: UInt64
    package let validBefore: UInt64

    static let typeSuffix = "-cert-v01@openssh.com"

    /// Nil where the blob is no user certificate for a key of ours.
    package init?(_ blob: HostKey) {
        guard blob.type.hasSuffix(Self.typeSuffix),
            let algorithm = PrivateKey.Algorithm(rawValue: String(blob.type.dropLast(Self.typeSuffix.count)))
        else { return nil }
        var reader = WireReader(blob.blob)
        guard reader.string() != nil, reader.string() != nil else { return nil }
        var plain = WireWriter()
        plain.string(algorithm.rawValue.utf8)
        for _ in 0..<algorithm.publicFieldCount {
            guard let field = reader.string() else { return nil }
            plain.string(field)
        }
        // Serial number, kind (1 is a user's), key ID, principals, times.
        guard reader.take(8) != nil, reader.uint32() == 1, let keyID = reader.string(), reader.string() != nil,
            let after = reader.uint64(), let before = reader.uint64(), let key = HostKey(blob: plain.bytes)
        else { return nil }
        self.blob = blob
        self.key = key
        self.keyID = PeerText.printable(keyID, limit: 64)
        validAfter = after
        validBefore = before
    }

    package init(path: String) throws(PrivateKeyError) {
        guard let certificate = Self(try PublicKeyFile.key(path: path)) else {
            throw .malformed(path, "this is not a user certificate")
        }
        self = certificate
    }

    package func isValid(at secondsSince1970: UInt64) -> Bool {
        validAfter <= secondsSince1970 && secondsSince1970 < validBefore
    }
}

extension PrivateKey.Algorithm {
    /// The strings that follow the type in a public key blob.
    fileprivate var publicFieldCount: Int {
        switch self {
        case .ed25519: 1
        case .nistp256, .nistp384, .nistp521, .rsa: 2
        }
    }
}
