import CLibCrypto
import Glibc

/// The PEM formats that libcrypto reads: PKCS #8, PKCS #1 (RSA) and SEC 1 (EC).
enum PEMPrivateKey {
    static func isEncrypted(_ text: [UInt8]) -> Bool {
        text.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.contains {
            $0.elementsEqual("-----BEGIN ENCRYPTED PRIVATE KEY-----".utf8)
                || ($0.starts(with: "Proc-Type:".utf8) && $0.suffix(9).elementsEqual("ENCRYPTED".utf8))
        }
    }

    /// The caller owns the key that comes back.
    static func decode(
        _ text: [UInt8], name: String, passphrase: Passphrase? = nil
    ) throws(PrivateKeyError) -> OpaquePointer {
        let isEncrypted = isEncrypted(text)
        guard !isEncrypted || passphrase != nil else { throw .encrypted(name) }
        guard let source = BIO_new_mem_buf(text, Int32(clamping: text.count)) else {
            throw .malformed(name, "out of memory")
        }
        defer { BIO_free(source) }
        // Without a callback of ours libcrypto would ask for a passphrase on the terminal.
        let answer: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = {
            buffer, capacity, _, context in
            guard let buffer, let context else { return -1 }
            return Unmanaged<Passphrase>.fromOpaque(context).takeUnretainedValue().withBytes { bytes in
                guard let start = bytes.baseAddress, bytes.count <= Int(capacity) else { return -1 }
                memcpy(buffer, start, bytes.count)
                return Int32(bytes.count)
            }
        }
        let key = withExtendedLifetime(passphrase) {
            PEM_read_bio_PrivateKey(source, nil, answer, passphrase.map { Unmanaged.passUnretained($0).toOpaque() })
        }
        guard let key else {
            ERR_clear_error()
            if isEncrypted { throw .wrongPassphrase(name) }
            throw .malformed(name, "this is not a private key in OpenSSH, PKCS #8, PKCS #1 or SEC 1 format")
        }
        return key
    }
}
