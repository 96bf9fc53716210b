import CLibCrypto

/// OpenSSH's private key container (PROTOCOL.key in openssh-portable), which libcrypto does not read.
enum OpenSSHPrivateKey {
    private static let begin = Array("-----BEGIN OPENSSH PRIVATE KEY-----".utf8)
    private static let end = Array("-----END OPENSSH PRIVATE KEY-----".utf8)

    /// The decoded body; nil where the text is of another format.
    static func container(in text: [UInt8], name: String) throws(PrivateKeyError) -> [UInt8]? {
        let lines = text.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        guard let first = lines.firstIndex(where: { $0.elementsEqual(begin) }) else { return nil }
        guard let last = lines[first...].firstIndex(where: { $0.elementsEqual(end) }) else {
            throw .malformed(name, "the END line is missing")
        }
        guard let body = Base64.decode(Array(lines[(first + 1)..<last].joined())) else {
            throw .malformed(name, "the body is not base64")
        }
        return body
    }

    /// A container's outer half: everything but what the passphrase protects.
    private struct Envelope {
        var cipher: String
        var derivation: String
        var derivationOptions: ArraySlice<UInt8>
        var publicKey: ArraySlice<UInt8>
        var secret: ArraySlice<UInt8>
        /// What follows the secret: the tag of an authenticated cipher.
        var tag: ArraySlice<UInt8>

        init(_ container: [UInt8], name: String) throws(PrivateKeyError) {
            var reader = WireReader(container)
            guard let magic = reader.take(15), magic.elementsEqual(Array("openssh-key-v1".utf8) + [0]),
                let cipher = reader.text(), let derivation = reader.text(), let options = reader.string(),
                let count = reader.uint32()
            else { throw .malformed(name, "the header is damaged") }
            guard count == 1, let publicKey = reader.string(), let secret = reader.string() else {
                throw .malformed(name, "the container does not hold exactly one key")
            }
            self.cipher = cipher
            self.derivation = derivation
            derivationOptions = options
            self.publicKey = publicKey
            self.secret = secret
            tag = reader.bytes
        }
    }

    static func isEncrypted(_ container: [UInt8], name: String) throws(PrivateKeyError) -> Bool {
        try Envelope(container, name: name).cipher != "none"
    }

    /// The public half, which is never encrypted.
    static func publicKey(_ container: [UInt8], name: String) throws(PrivateKeyError) -> HostKey? {
        HostKey(blob: Array(try Envelope(container, name: name).publicKey))
    }

    /// The caller owns the key that comes back.
    static func decode(
        _ container: [UInt8], name: String, passphrase: Passphrase? = nil
    ) throws(PrivateKeyError) -> OpaquePointer {
        let envelope = try Envelope(container, name: name)
        guard envelope.cipher != "none" else {
            return try decode(secret: envelope.secret, name: name)
        }
        guard let passphrase else { throw .encrypted(name) }
        var secret = try decrypt(envelope, with: passphrase, name: name)
        defer { Wiped.wipe(&secret) }
        // The check numbers differ where the passphrase is wrong and the cipher has no tag.
        var fields = WireReader(secret)
        guard let check = fields.uint32(), fields.uint32() == check else { throw .wrongPassphrase(name) }
        return try decode(secret: secret[...], name: name)
    }

    private static func decrypt(
        _ envelope: Envelope, with passphrase: Passphrase, name: String
    ) throws(PrivateKeyError) -> [UInt8] {
        guard let cipher = KeyCipher(rawValue: envelope.cipher), envelope.derivation == "bcrypt" else {
            let words = "\(envelope.cipher) and \(envelope.derivation)"
            throw .unsupportedEncryption(name, PeerText.printable(words.utf8, limit: 80))
        }
        var options = WireReader(envelope.derivationOptions)
        guard let salt = options.string(), let rounds = options.uint32(), envelope.tag.count == cipher.tagSize else {
            throw .malformed(name, "the header is damaged")
        }
        guard rounds <= BcryptKey.roundLimit else {
            throw .unsupportedEncryption(name, "\(rounds) rounds of bcrypt, more than \(BcryptKey.roundLimit)")
        }
        let sizes = cipher.sizes
        let derived = passphrase.withBytes {
            BcryptKey.derive(passphrase: $0, salt: salt, rounds: rounds, count: sizes.key + sizes.start)
        }
        // An empty passphrase derives nothing.
        guard var derived else { throw .wrongPassphrase(name) }
        defer { Wiped.wipe(&derived) }
        guard let secret = cipher.decrypt(Array(envelope.secret), tag: Array(envelope.tag), keyAndStart: derived) else {
            throw .wrongPassphrase(name)
        }
        return secret
    }

    private static func decode(
        secret: ArraySlice<UInt8>, name: String
    ) throws(PrivateKeyError) -> OpaquePointer {
        let problem = PrivateKeyError.malformed(name, "the private half is damaged")
        var fields = WireReader(secret)
        guard let check = fields.uint32(), fields.uint32() == check, let type = fields.text() else { throw problem }
        let key: OpaquePointer?
        switch PrivateKey.Algorithm(rawValue: type) {
        case .ed25519: key = ed25519(&fields)
        case .nistp256: key = ecdsa(&fields, curve: "nistp256", group: "prime256v1")
        case .nistp384: key = ecdsa(&fields, curve: "nistp384", group: "secp384r1")
        case .nistp521: key = ecdsa(&fields, curve: "nistp521", group: "secp521r1")
        case .rsa: key = rsa(&fields)
        case nil: throw .unsupportedType(name, type: PeerText.printable(type.utf8, limit: 64))
        }
        guard let key else { throw problem }
        return key
    }

    private static func ed25519(_ fields: inout WireReader) -> OpaquePointer? {
        // The second string is the 32-byte seed followed by the public key.
        guard fields.string() != nil, let secret = fields.string(), secret.count == 64 else { return nil }
        var seed = Array(secret.prefix(32))
        defer { Wiped.wipe(&seed) }
        return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, 32)
    }

    private static func ecdsa(_ fields: inout WireReader, curve: String, group: String) -> OpaquePointer? {
        guard fields.text() == curve, let point = fields.string(), let scalar = fields.string() else { return nil }
        return KeyParameters.key(
            "EC", text: [(OSSL_PKEY_PARAM_GROUP_NAME, group)], octets: [(OSSL_PKEY_PARAM_PUB_KEY, Array(point))],
            numbers: [(OSSL_PKEY_PARAM_PRIV_KEY, Array(scalar))])
    }

    private static func rsa(_ fields: inout WireReader) -> OpaquePointer? {
        guard let n = fields.string(), let e = fields.string(), let d = fields.string(), let inverse = fields.string(),
            let p = fields.string(), let q = fields.string(),
            let dp = BigNumber.remainder(of: d, byOneLessThan: p), let dq = BigNumber.remainder(of: d, byOneLessThan: q)
        else { return nil }
        return KeyParameters.key(
            "RSA",
            numbers: [
                (OSSL_PKEY_PARAM_RSA_N, Array(n)), (OSSL_PKEY_PARAM_RSA_E, Array(e)),
                (OSSL_PKEY_PARAM_RSA_D, Array(d)),
                // Macros that paste two literals are not imported; the names are EVP_PKEY-RSA(7)'s.
                ("rsa-factor1", Array(p)), ("rsa-factor2", Array(q)), ("rsa-exponent1", dp), ("rsa-exponent2", dq),
                ("rsa-coefficient1", Array(inverse)),
            ])
    }
}

/// Builds an EVP_PKEY out of its numbers.
enum KeyParameters {
    /// The caller owns the key. Nil where libcrypto finds the numbers unfit.
    static func key(
        _ type: String, text: [(String, String)] = [], octets: [(String, [UInt8])] = [], numbers: [(String, [UInt8])]
    ) -> OpaquePointer? {
        guard let builder = OSSL_PARAM_BLD_new() else { return nil }
        defer { OSSL_PARAM_BLD_free(builder) }
        // The builder keeps pointers, not copies, even of the names: all must stay put until to_param().
        var numbersHeld: [OpaquePointer] = []
        var bytesHeld: [UnsafeMutablePointer<CChar>] = []
        defer {
            numbersHeld.forEach { BN_clear_free($0) }
            // Names and public points only; what is secret is a number.
            bytesHeld.forEach { $0.deallocate() }
        }
        func held(_ bytes: some Collection<UInt8>) -> UnsafeMutablePointer<CChar> {
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
            copy.initialize(repeating: 0, count: bytes.count + 1)
            for (offset, byte) in bytes.enumerated() { copy[offset] = CChar(bitPattern: byte) }
            bytesHeld.append(copy)
            return copy
        }
        for (name, value) in text {
            guard OSSL_PARAM_BLD_push_utf8_string(builder, held(name.utf8), held(value.utf8), 0) == 1
            else { return nil }
        }
        for (name, value) in octets {
            guard OSSL_PARAM_BLD_push_octet_string(builder, held(name.utf8), held(value), value.count) == 1
            else { return nil }
        }
        for (name, value) in numbers {
            guard let number = BN_bin2bn(value, Int32(clamping: value.count), nil) else { return nil }
            numbersHeld.append(number)
            guard OSSL_PARAM_BLD_push_BN(builder, held(name.utf8), number) == 1 else { return nil }
        }
        guard let parameters = OSSL_PARAM_BLD_to_param(builder) else { return nil }
        defer { OSSL_PARAM_free(parameters) }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, type, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_fromdata_init(context) == 1,
            EVP_PKEY_fromdata(context, &key, keyPair, parameters) == 1
        else { return nil }
        return key
    }

    /// EVP_PKEY_KEYPAIR is a sum of macros, which Swift does not import: the private key (0x01) and all else of
    /// OSSL_KEYMGMT_SELECT_KEYPAIR | OSSL_KEYMGMT_SELECT_ALL_PARAMETERS.
    private static let keyPair = Int32(0x87)
}

private enum BigNumber {
    /// `number mod (prime − 1)`, big-endian.
    static func remainder(of number: ArraySlice<UInt8>, byOneLessThan prime: ArraySlice<UInt8>) -> [UInt8]? {
        guard let context = BN_CTX_new() else { return nil }
        defer { BN_CTX_free(context) }
        guard let dividend = BN_bin2bn(Array(number), Int32(clamping: number.count), nil) else { return nil }
        defer { BN_clear_free(dividend) }
        guard let divisor = BN_bin2bn(Array(prime), Int32(clamping: prime.count), nil) else { return nil }
        defer { BN_clear_free(divisor) }
        guard let result = BN_new() else { return nil }
        defer { BN_clear_free(result) }
        guard BN_sub_word(divisor, 1) == 1, BN_is_zero(divisor) == 0,
            BN_div(nil, result, dividend, divisor, context) == 1
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(BN_num_bits(result) + 7) / 8)
        BN_bn2bin(result, &bytes)
        return bytes
    }
}
