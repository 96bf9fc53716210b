import CLibCrypto

/// A host's public key as the wire carries it (RFC 4253 §6.6).
package struct HostKey: Sendable, Hashable {
    /// The blob's own type string, such as "ssh-ed25519".
    package let type: String
    package let blob: [UInt8]

    /// Nil unless the blob starts with a type string of letters, digits, `-`, `.`, `_` and `@` (RFC 4251 §6 allows
    /// more, but no type has it, and the type appears in commands shown to the user).
    package init?(blob: [UInt8]) {
        var reader = WireReader(blob)
        guard let type = reader.string(), (1...64).contains(type.count), type.allSatisfy(Self.isTypeCharacter)
        else { return nil }
        self.type = String(decoding: type, as: UTF8.self)
        self.blob = blob
    }

    private static func isTypeCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "@"):
            true
        default: false
        }
    }

    /// As `ssh-keygen -l` prints it: "SHA256:" and unpadded base64.
    package var fingerprint: String { "SHA256:" + Base64.encode(Digest.sha256(blob), padded: false) }

    /// The key as a known_hosts line holds it after the names.
    package var knownHostsText: String { "\(type) \(Base64.encode(blob))" }
}

enum Digest {
    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        EVP_Digest(bytes, bytes.count, &output, &length, EVP_sha256(), nil)
        return output
    }
}
