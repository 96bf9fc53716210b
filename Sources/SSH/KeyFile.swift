import Glibc

/// What a file named as an identity holds.
package enum KeyFile: Sendable {
    case key(PrivateKey)
    case locked(LockedKey)
    /// A public half alone: its private half is to be found in the agent.
    case publicHalf(HostKey)

    /// Bytes; the largest real key file is far smaller.
    package static let sizeLimit = 1 << 20

    package init(path: String) throws(PrivateKeyError) {
        if let publicHalf = try? PublicKeyFile.key(path: path) {
            self = .publicHalf(publicHalf)
            return
        }
        let text = try Self.text(path: path)
        do throws(PrivateKeyError) {
            self = .key(try PrivateKey(text: text, name: path))
        } catch .encrypted {
            self = .locked(try LockedKey(text: text, path: path))
        } catch {
            throw error
        }
    }

    /// A private key's file, which nobody else may read.
    static func text(path: String) throws(PrivateKeyError) -> [UInt8] {
        let bytes: [UInt8]
        let status: stat
        do throws(FileBytesError) {
            (bytes, status) = try FileBytes.read(path: path, limit: sizeLimit)
        } catch {
            throw .cannotRead(error.description)
        }
        // As ssh(1): a file of another owner (root's, read through a group) is that owner's affair.
        if status.st_uid == getuid(), status.st_mode & 0o077 != 0 {
            throw .permissionsTooOpen(path, mode: UInt32(status.st_mode & 0o777))
        }
        return bytes
    }
}

/// An encrypted private key.
package struct LockedKey: Sendable {
    package let path: String
    /// From the file itself or the `.pub` beside it; nil where neither says.
    package let publicKey: HostKey?
    private let text: [UInt8]

    init(text: [UInt8], path: String) throws(PrivateKeyError) {
        self.text = text
        self.path = path
        if let container = try OpenSSHPrivateKey.container(in: text, name: path) {
            publicKey = try OpenSSHPrivateKey.publicKey(container, name: path)
        } else {
            publicKey = try? PublicKeyFile.key(path: path + ".pub")
        }
    }

    /// Takes as long as the file asks for, 10 s at most. Throws `wrongPassphrase` where it does not fit.
    package func unlocked(with passphrase: Passphrase) throws(PrivateKeyError) -> PrivateKey {
        try PrivateKey(text: text, name: path, passphrase: passphrase)
    }
}

/// A public key or certificate on one line, as in `id_ed25519.pub` (sshd(8), AUTHORIZED_KEYS FILE FORMAT without options).
enum PublicKeyFile {
    private static let sizeLimit = 64 << 10

    static func key(path: String) throws(PrivateKeyError) -> HostKey {
        let bytes: [UInt8]
        do throws(FileBytesError) {
            bytes = try FileBytes.read(path: path, limit: sizeLimit).bytes
        } catch {
            throw .cannotRead(error.description)
        }
        let words = bytes.split(whereSeparator: {
            $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
        })
        guard words.count >= 2, let blob = Base64.decode(words[1]), let key = HostKey(blob: blob),
            key.type.utf8.elementsEqual(words[0])
        else { throw .malformed(path, "this is not a public key") }
        return key
    }
}
