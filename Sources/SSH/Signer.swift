import CLibCrypto

/// Owns a decoded private key and signs with it.
final class Signer: Sendable {
    let algorithm: PrivateKey.Algorithm
    // Safe to share: after init the EVP_PKEY is only read, each signature uses its own EVP_MD_CTX, and OpenSSL 1.1
    // and newer allow concurrent use of one key that way (openssl-threads(7)).
    private nonisolated(unsafe) let key: OpaquePointer

    /// Takes over `key`, also when it throws.
    init(adopting key: OpaquePointer, name: String) throws(PrivateKeyError) {
        guard let algorithm = Self.algorithm(of: key) else {
            let type = EVP_PKEY_get0_type_name(key).map { String(cString: $0) } ?? "unknown"
            EVP_PKEY_free(key)
            throw .unsupportedType(name, type: type)
        }
        self.algorithm = algorithm
        self.key = key
    }

    deinit { EVP_PKEY_free(key) }

    private static func algorithm(of key: OpaquePointer) -> PrivateKey.Algorithm? {
        if EVP_PKEY_is_a(key, "ED25519") == 1 { return .ed25519 }
        if EVP_PKEY_is_a(key, "RSA") == 1 { return .rsa }
        guard EVP_PKEY_is_a(key, "EC") == 1 else { return nil }
        var name = [CChar](repeating: 0, count: 80)
        var length = 0
        guard EVP_PKEY_get_group_name(key, &name, name.count, &length) == 1 else { return nil }
        switch String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) {
        case "prime256v1", "P-256": return .nistp256
        case "secp384r1", "P-384": return .nistp384
        case "secp521r1", "P-521": return .nistp521
        default: return nil
        }
    }

    /// The public key blob of RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4.
    func publicBlob() -> [UInt8]? {
        var writer = WireWriter()
        writer.string(algorithm.rawValue.utf8)
        switch algorithm {
        case .ed25519:
            var raw = [UInt8](repeating: 0, count: 32)
            var length = raw.count
            guard EVP_PKEY_get_raw_public_key(key, &raw, &length) == 1, length == 32 else { return nil }
            writer.string(raw)
        case .rsa:
            guard let e = number(OSSL_PKEY_PARAM_RSA_E), let n = number(OSSL_PKEY_PARAM_RSA_N) else { return nil }
            writer.mpint(e)
            writer.mpint(n)
        case .nistp256, .nistp384, .nistp521:
            var point = [UInt8](repeating: 0, count: 160)
            var length = 0
            guard
                EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, &point, point.count, &length)
                    == 1, length <= point.count
            else { return nil }
            writer.string(algorithm.rawValue.utf8.suffix(8))
            writer.string(point.prefix(length))
        }
        return writer.bytes
    }

    private func number(_ name: String) -> [UInt8]? {
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(key, name, &number) == 1, let number else { return nil }
        defer { BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: Int(BN_num_bits(number) + 7) / 8)
        BN_bn2bin(number, &bytes)
        return bytes
    }

    /// The signature as libssh2 wants it from its callback: what follows the algorithm name in the signature blob.
    ///
    /// `request` is the data to sign (RFC 4252 §7), which names the algorithm: libssh2 1.11 and newer upgrade
    /// "ssh-rsa" to a SHA-2 name there. SHA-1 is never signed with.
    func signature(of request: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        switch algorithm {
        case .ed25519: return sign(request, with: nil)
        case .nistp256: return sign(request, with: EVP_sha256()).flatMap(Self.ecdsaBlob)
        case .nistp384: return sign(request, with: EVP_sha384()).flatMap(Self.ecdsaBlob)
        case .nistp521: return sign(request, with: EVP_sha512()).flatMap(Self.ecdsaBlob)
        case .rsa:
            switch SignatureAlgorithm.name(in: request) {
            case "rsa-sha2-256": return sign(request, with: EVP_sha256())
            case "rsa-sha2-512": return sign(request, with: EVP_sha512())
            default: return nil
            }
        }
    }

    private func sign(_ data: UnsafeBufferPointer<UInt8>, with digest: OpaquePointer?) -> [UInt8]? {
        guard let context = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(context) }
        var length = Int(EVP_PKEY_get_size(key))
        var output = [UInt8](repeating: 0, count: max(length, 64))
        length = output.count
        guard EVP_DigestSignInit(context, nil, digest, nil, key) == 1,
            EVP_DigestSign(context, &output, &length, data.baseAddress, data.count) == 1
        else {
            ERR_clear_error()
            return nil
        }
        output.removeLast(output.count - length)
        return output
    }

    /// DER `SEQUENCE { INTEGER r, INTEGER s }` to `mpint r, mpint s`: a DER INTEGER's content is an mpint's.
    private static func ecdsaBlob(_ der: [UInt8]) -> [UInt8]? {
        var reader = WireReader(der)
        func element(_ tag: UInt8) -> ArraySlice<UInt8>? {
            guard reader.byte() == tag, let first = reader.byte() else { return nil }
            switch first {
            case ..<0x80: return reader.take(Int(first))
            case 0x81: return reader.byte().flatMap { reader.take(Int($0)) }
            default: return nil
            }
        }
        guard let sequence = element(0x30) else { return nil }
        reader = WireReader(sequence)
        guard let r = element(0x02), let s = element(0x02) else { return nil }
        var writer = WireWriter()
        writer.string(r)
        writer.string(s)
        return writer.bytes
    }
}
