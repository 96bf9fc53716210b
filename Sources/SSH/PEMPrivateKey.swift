import CLibCrypto

/// The PEM formats that libcrypto reads: PKCS #8, PKCS #1 (RSA) and SEC 1 (EC).
enum PEMPrivateKey {
    /// The caller owns the key that comes back.
    static func decode(_ text: [UInt8], name: String) throws(PrivateKeyError) -> OpaquePointer {
        let lines = text.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        let isEncrypted = lines.contains {
            $0.elementsEqual("-----BEGIN ENCRYPTED PRIVATE KEY-----".utf8)
                || ($0.starts(with: "Proc-Type:".utf8) && $0.suffix(9).elementsEqual("ENCRYPTED".utf8))
        }
        guard !isEncrypted else { throw .encrypted(name) }
        guard let source = BIO_new_mem_buf(text, Int32(clamping: text.count)) else {
            throw .malformed(name, "out of memory")
        }
        defer { BIO_free(source) }
        // Without a callback of ours libcrypto would ask for a passphrase on the terminal.
        let refuse: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = {
            _, _, _, _ in -1
        }
        guard let key = PEM_read_bio_PrivateKey(source, nil, refuse, nil) else {
            ERR_clear_error()
            throw .malformed(name, "this is not a private key in OpenSSH, PKCS #8, PKCS #1 or SEC 1 format")
        }
        return key
    }
}
