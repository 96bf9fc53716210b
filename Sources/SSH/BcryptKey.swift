import CLibCrypto

/// bcrypt_pbkdf, by which OpenSSH turns a passphrase into a key (OpenBSD's bcrypt_pbkdf(3)). Neither libcrypto nor
/// libssh2's interface has it.
enum BcryptKey {
    /// A round takes about 10 ms; ssh-keygen's default is 16.
    static let roundLimit: UInt32 = 1000

    /// Nil where an argument is empty or the rounds are not in 1...`roundLimit`.
    static func derive(
        passphrase: UnsafeRawBufferPointer, salt: some Collection<UInt8>, rounds: UInt32, count: Int
    ) -> [UInt8]? {
        guard (1...roundLimit).contains(rounds), !passphrase.isEmpty, !salt.isEmpty, (1...1024).contains(count)
        else { return nil }
        var pass = words(sha512(passphrase))
        defer { pass.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        var output = [UInt8](repeating: 0, count: count)
        // The blocks' bytes are interleaved, so that finding a part of the key costs as much as finding all of it.
        let blocks = (count + blockSize - 1) / blockSize
        for block in 0..<blocks {
            var writer = WireWriter()
            writer.uint32(UInt32(block + 1))
            var hash = self.hash(pass, words(sha512(Array(salt) + writer.bytes)))
            var sum = hash
            for _ in 1..<rounds {
                hash = self.hash(pass, words(sha512(hash)))
                for index in sum.indices { sum[index] ^= hash[index] }
            }
            for index in 0..<blockSize where index * blocks + block < count {
                output[index * blocks + block] = sum[index]
            }
            Wiped.wipe(&sum)
            Wiped.wipe(&hash)
        }
        return output
    }

    private static let blockSize = 32
    private static let text = words(Array("OxychromaticBlowfishSwatDynamite".utf8))

    private static func hash(_ pass: [UInt32], _ salt: [UInt32]) -> [UInt8] {
        var cipher = Blowfish()
        cipher.expand(key: pass, salt: salt)
        for _ in 0..<64 {
            cipher.expand(key: salt)
            cipher.expand(key: pass)
        }
        var block = text
        for index in stride(from: 0, to: block.count, by: 2) {
            var (left, right) = (block[index], block[index + 1])
            for _ in 0..<64 { cipher.encrypt(&left, &right) }
            (block[index], block[index + 1]) = (left, right)
        }
        // Little-endian, unlike the rest.
        return block.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    private static func words(_ bytes: [UInt8]) -> [UInt32] {
        stride(from: 0, to: bytes.count, by: 4).map { offset in
            bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    private static func sha512(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { sha512($0) } }

    private static func sha512(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 64)
        var length: UInt32 = 0
        EVP_Digest(bytes.baseAddress, bytes.count, &output, &length, EVP_sha512(), nil)
        return output
    }
}
