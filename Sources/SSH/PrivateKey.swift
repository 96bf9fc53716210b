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

    package var fingerprint: String { publicKey.fingerprint }

    /// Reads an unencrypted key: OpenSSH's own format, PKCS #8, PKCS #1 or SEC 1. `KeyFile` reads encrypted ones too.
    package init(path: String) throws(PrivateKeyError) {
        try self.init(text: try KeyFile.text(path: path), name: path)
    }

    package init(text: [UInt8], name: String, passphrase: Passphrase? = nil) throws(PrivateKeyError) {
        let decoded: OpaquePointer
        if let container = try OpenSSHPrivateKey.container(in: text, name: name) {
            decoded = try OpenSSHPrivateKey.decode(container, name: name, passphrase: passphrase)
        } else {
            decoded = try PEMPrivateKey.decode(text, name: name, passphrase: passphrase)
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
    /// The key is encrypted and no passphrase was given.
    case encrypted(String)
    case wrongPassphrase(String)
    case unsupportedEncryption(String, String)
    case unsupportedType(String, type: String)
    case malformed(String, String)

    /// One line: which file and what is wrong with it.
    package var message: String {
        switch self {
        case .cannotRead(let problem): problem
        case .permissionsTooOpen(let path, let mode):
            "\(path): mode 0\(String(mode, radix: 8)) lets others read or change this private key"
        case .encrypted(let path): "\(path): the key is encrypted and no passphrase was given"
        case .wrongPassphrase(let path): "\(path): the passphrase does not open this key"
        case .unsupportedEncryption(let path, let what): "\(path): encrypted with \(what), which is not supported"
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
            unlock it for the agent that SSH_AUTH_SOCK names: ssh-add '\(path)'
            or run kubesweep on a terminal, which asks for the passphrase once, or give it on a descriptor:
            --passphrase-fd 3 3< FILE
            """
        case .wrongPassphrase(let path): "try it: ssh-keygen -y -f '\(path)'"
        case .unsupportedEncryption(let path, _): "encrypt it anew: ssh-keygen -p -f '\(path)'"
        case .unsupportedType: "use an ed25519, ecdsa (nistp256, nistp384, nistp521) or RSA key"
        case .malformed: "check that this is a private key file and that it is whole: ssh-keygen -y -f FILE"
        }
    }
}
