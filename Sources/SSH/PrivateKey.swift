import CLibCrypto
import Glibc

/// A user's private key, decoded once for the whole run. Decoding costs more than a whole handshake, so no session
/// may ever be given the key's text.
package struct PrivateKey: Sendable {
    package enum Algorithm: String, Sendable, CaseIterable {
        case ed25519 = "ssh-ed25519"
        case nistp256 = "ecdsa-sha2-nistp256"
        case nistp384 = "ecdsa-sha2-nistp384"
        case nistp521 = "ecdsa-sha2-nistp521"
        case rsa = "ssh-rsa"
    }

    package let algorithm: Algorithm
    /// The public half as the wire carries it.
    package let publicKey: HostKey
    /// Where it came from, for messages.
    package let name: String
    let signer: Signer

    /// Bytes; the largest real key file is far smaller.
    package static let fileLimit = 1 << 20

    package var fingerprint: String { publicKey.fingerprint }

    /// Reads an unencrypted key: OpenSSH's own format, PKCS #8, PKCS #1 or SEC 1.
    package init(path: String) throws(PrivateKeyError) {
        let bytes: [UInt8]
        let status: stat
        do throws(FileBytesError) {
            (bytes, status) = try FileBytes.read(path: path, limit: Self.fileLimit)
        } catch {
            throw .cannotRead(error.description)
        }
        // As ssh(1): a file of another owner (root's, read through a group) is that owner's affair.
        if status.st_uid == getuid(), status.st_mode & 0o077 != 0 {
            throw .permissionsTooOpen(path, mode: UInt32(status.st_mode & 0o777))
        }
        try self.init(text: bytes, name: path)
    }

    package init(text: [UInt8], name: String) throws(PrivateKeyError) {
        let decoded: OpaquePointer
        if let container = try OpenSSHPrivateKey.container(in: text, name: name) {
            decoded = try OpenSSHPrivateKey.decode(container, name: name)
        } else {
            decoded = try PEMPrivateKey.decode(text, name: name)
        }
        // From here on the signer owns the key and frees it when this throws.
        signer = try Signer(adopting: decoded, name: name)
        algorithm = signer.algorithm
        guard let blob = signer.publicBlob(), let publicKey = HostKey(blob: blob) else {
            throw .malformed(name, "the public half cannot be read")
        }
        self.publicKey = publicKey
        self.name = name
    }
}

package enum PrivateKeyError: Error, Sendable, Equatable {
    case cannotRead(String)
    case permissionsTooOpen(String, mode: UInt32)
    case encrypted(String)
    case unsupportedType(String, type: String)
    case malformed(String, String)

    /// One line: which file and what is wrong with it.
    package var message: String {
        switch self {
        case .cannotRead(let problem): problem
        case .permissionsTooOpen(let path, let mode):
            "\(path): mode 0\(String(mode, radix: 8)) lets others read or change this private key"
        case .encrypted(let path): "\(path): the key is encrypted, which is not supported"
        case .unsupportedType(let path, let type): "\(path): keys of type \(type) are not supported"
        case .malformed(let path, let problem): "\(path): \(problem)"
        }
    }

    package var hint: String {
        switch self {
        case .cannotRead: "give the path of a private key that this user may read"
        case .permissionsTooOpen(let path, _): "chmod 600 '\(path)'"
        case .encrypted(let path):
            """
            use a key made for unattended use, or remove the passphrase from a copy:
            cp '\(path)' '\(path).plain' && ssh-keygen -p -N '' -f '\(path).plain'
            (a key unlocked with ssh-add cannot be used yet)
            """
        case .unsupportedType: "use an ed25519, ecdsa (nistp256, nistp384, nistp521) or RSA key"
        case .malformed: "check that this is a private key file and that it is whole: ssh-keygen -y -f FILE"
        }
    }
}
