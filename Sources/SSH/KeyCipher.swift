import CLibCrypto

/// The ciphers that OpenSSH encrypts private keys with (cipher.c in openssh-portable).
enum KeyCipher: String, CaseIterable {
    case aes256ctr = "aes256-ctr"
    case aes192ctr = "aes192-ctr"
    case aes128ctr = "aes128-ctr"
    case aes256cbc = "aes256-cbc"
    case aes192cbc = "aes192-cbc"
    case aes128cbc = "aes128-cbc"
    case tripleDES = "3des-cbc"
    case aes256gcm = "aes256-gcm@openssh.com"
    case aes128gcm = "aes128-gcm@openssh.com"
    case chacha20 = "chacha20-poly1305@openssh.com"

    private var cipher: OpaquePointer? {
        switch self {
        case .aes256ctr: EVP_aes_256_ctr()
        case .aes192ctr: EVP_aes_192_ctr()
        case .aes128ctr: EVP_aes_128_ctr()
        case .aes256cbc: EVP_aes_256_cbc()
        case .aes192cbc: EVP_aes_192_cbc()
        case .aes128cbc: EVP_aes_128_cbc()
        case .tripleDES: EVP_des_ede3_cbc()
        case .aes256gcm: EVP_aes_256_gcm()
        case .aes128gcm: EVP_aes_128_gcm()
        case .chacha20: EVP_chacha20()
        }
    }

    /// Bytes of key and of start value, which the key derivation gives one behind the other.
    var sizes: (key: Int, start: Int) {
        // PROTOCOL.chacha20poly1305: two keys, of which only the first counts without a packet length; no start value.
        if self == .chacha20 { return (64, 0) }
        return (Int(EVP_CIPHER_get_key_length(cipher)), Int(EVP_CIPHER_get_iv_length(cipher)))
    }

    /// Bytes of the tag behind the text.
    var tagSize: Int {
        switch self {
        case .aes256gcm, .aes128gcm, .chacha20: 16
        default: 0
        }
    }

    /// Nil where the tag does not fit or libcrypto refuses. Without a tag the caller has to look whether the text makes
    /// sense.
    func decrypt(_ text: [UInt8], tag: [UInt8], keyAndStart: [UInt8]) -> [UInt8]? {
        guard keyAndStart.count == sizes.key + sizes.start, tag.count == tagSize else { return nil }
        var key = Array(keyAndStart.prefix(sizes.key))
        defer { Wiped.wipe(&key) }
        if self == .chacha20 {
            // 64 bits of block counter, then 64 of sequence number; block 0 gives the key of the tag.
            guard var tagKey = run([UInt8](repeating: 0, count: 32), key: key, start: [UInt8](repeating: 0, count: 16)),
                Self.poly1305(text, key: tagKey) == tag
            else { return nil }
            Wiped.wipe(&tagKey)
            return run(text, key: key, start: [1] + [UInt8](repeating: 0, count: 15))
        }
        return run(text, key: key, start: Array(keyAndStart.suffix(sizes.start)), tag: tag)
    }

    private func run(_ text: [UInt8], key: [UInt8], start: [UInt8], tag: [UInt8] = []) -> [UInt8]? {
        guard let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: text.count + 32)
        var count: Int32 = 0
        var last: Int32 = 0
        var tag = tag
        guard EVP_DecryptInit_ex(context, cipher, nil, key, start) == 1,
            EVP_CIPHER_CTX_set_padding(context, 0) == 1,
            tag.isEmpty || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1,
            EVP_DecryptUpdate(context, &output, &count, text, Int32(clamping: text.count)) == 1,
            output.withUnsafeMutableBufferPointer({ output in
                EVP_DecryptFinal_ex(context, output.baseAddress.map { $0 + Int(count) }, &last) == 1
            })
        else {
            ERR_clear_error()
            return nil
        }
        output.removeLast(output.count - Int(count) - Int(last))
        return output
    }

    private static func poly1305(_ text: [UInt8], key: [UInt8]) -> [UInt8]? {
        guard let algorithm = EVP_MAC_fetch(nil, "POLY1305", nil) else { return nil }
        defer { EVP_MAC_free(algorithm) }
        guard let context = EVP_MAC_CTX_new(algorithm) else { return nil }
        defer { EVP_MAC_CTX_free(context) }
        var tag = [UInt8](repeating: 0, count: 16)
        var length = 0
        guard EVP_MAC_init(context, key, key.count, nil) == 1, EVP_MAC_update(context, text, text.count) == 1,
            EVP_MAC_final(context, &tag, &length, tag.count) == 1, length == tag.count
        else { return nil }
        return tag
    }
}
