import Testing

@testable import SSH

/// Encrypted private keys, as ssh-keygen and openssl write them.
struct EncryptedKeyTests {
    private func passphrase(_ text: String) -> Passphrase {
        var bytes = Array(text.utf8)
        return Passphrase(taking: &bytes)
    }

    private func locked(_ path: String) throws -> LockedKey {
        guard case .locked(let key) = try KeyFile(path: path) else { throw WorkshopError(text: "not locked") }
        return key
    }

    // One round of bcrypt: the number of rounds is the subject of one test only.
    private static let forms: [[String]] =
        KeyCipher.allCases.map { ["-t", "ed25519", "-a", "1", "-Z", $0.rawValue] } + [
            ["-t", "rsa", "-b", "1024", "-a", "1"], ["-t", "ecdsa", "-b", "256", "-a", "1"],
            ["-t", "ecdsa", "-b", "384", "-a", "1"], ["-t", "ecdsa", "-b", "521", "-a", "1"],
            ["-t", "rsa", "-b", "1024", "-m", "PEM"], ["-t", "ecdsa", "-m", "PEM"],
            ["-t", "rsa", "-b", "1024", "-m", "PKCS8"], ["-t", "ecdsa", "-m", "PKCS8"],
        ]

    @Test(arguments: forms)
    func `are opened by their passphrase and no other`(arguments: [String]) throws {
        let workshop = try Workshop()
        let path = try workshop.key("key", arguments, passphrase: "correct horse")
        let key = try locked(path)
        #expect(key.publicKey?.knownHostsText == (try workshop.publicKey(path)))
        let opened = try key.unlocked(with: passphrase("correct horse"))
        #expect(opened.publicKey == key.publicKey)
        #expect(opened.name == path)
        for wrong in ["correct horsf", "", "correct horse "] {
            #expect(throws: PrivateKeyError.wrongPassphrase(path)) { try key.unlocked(with: passphrase(wrong)) }
        }
    }

    @Test func `are derived with as many rounds as the file says`() throws {
        let workshop = try Workshop()
        let path = try workshop.key("key", ["-t", "ed25519", "-a", "3"], passphrase: "p\u{e9}")
        #expect(try locked(path).unlocked(with: passphrase("p\u{e9}")).publicKey.type == "ssh-ed25519")
    }

    @Test func `ask for no more rounds than there is time for`() throws {
        let workshop = try Workshop()
        let path = try workshop.key("key", ["-t", "ed25519", "-a", "1"], passphrase: "secret")
        let text = Array(try workshop.read(path).utf8)
        var container = try #require(try OpenSSHPrivateKey.container(in: text, name: path))
        // Behind the magic: cipher (4 + 10), derivation (4 + 6), length of the options (4), salt (4 + 16), rounds.
        let rounds = 15 + 14 + 10 + 4 + 20
        #expect(Array(container[rounds..<(rounds + 4)]) == [0, 0, 0, 1])
        container.replaceSubrange(rounds..<(rounds + 4), with: [0xff, 0xff, 0xff, 0xff])
        #expect(
            throws: PrivateKeyError.unsupportedEncryption(path, "4294967295 rounds of bcrypt, more than 1000")
        ) { try OpenSSHPrivateKey.decode(container, name: path, passphrase: passphrase("secret")) }
    }

    @Test(arguments: ["aes256-ctr", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"])
    func `survive every truncation and every flipped byte`(cipher: String) throws {
        let workshop = try Workshop()
        let path = try workshop.key("key", ["-t", "ed25519", "-a", "1", "-Z", cipher], passphrase: "secret")
        let container = try #require(
            try OpenSSHPrivateKey.container(in: Array(try workshop.read(path).utf8), name: "k"))
        let secret = passphrase("secret")
        for length in stride(from: 0, to: container.count, by: 11) {
            #expect(throws: PrivateKeyError.self) {
                try OpenSSHPrivateKey.decode(Array(container.prefix(length)), name: "k", passphrase: secret)
            }
        }
        for position in stride(from: 0, to: container.count, by: 13) {
            var damaged = container
            damaged[position] ^= 0x81
            // Either outcome is right; it must only come back.
            if let key = try? OpenSSHPrivateKey.decode(damaged, name: "k", passphrase: secret) {
                _ = try? Signer(adopting: key, name: "k")
            }
        }
    }

    @Test func `bcrypt_pbkdf gives what OpenBSD's gives`() {
        // From the tests of OpenBSD's and Go's bcrypt_pbkdf: password, salt, 12 rounds.
        let key = Array("password".utf8).withUnsafeBytes {
            BcryptKey.derive(passphrase: $0, salt: Array("salt".utf8), rounds: 12, count: 32)
        }
        #expect(
            key == [
                0x1a, 0xe4, 0x2c, 0x05, 0xd4, 0x87, 0xbc, 0x02, 0xf6, 0x49, 0x21, 0xa4, 0xeb, 0xe4, 0xea, 0x93, 0xbc,
                0xac, 0xfe, 0x13, 0x5f, 0xda, 0x99, 0x97, 0x4c, 0x06, 0xb7, 0xb0, 0x1f, 0xae, 0x14, 0x9a,
            ])
    }

    @Test func `Blowfish starts from the digits of pi`() {
        let words = PiDigits.words(Blowfish.wordCount)
        // The first subkeys, the first word of each S-box and the last of all (Schneier's tables).
        #expect(Array(words.prefix(4)) == [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344])
        #expect(words[18] == 0xd131_0ba6)
        #expect(words[18 + 256] == 0x4b7a_70e9)
        #expect(words[18 + 512] == 0xe93d_5a68)
        #expect(words[18 + 768] == 0x3a39_ce37)
        #expect(words.last == 0x3ac3_72e6)
    }

    @Test func `a public half is known as one`() throws {
        let workshop = try Workshop()
        let path = try workshop.key("key", ["-t", "ed25519"])
        guard case .publicHalf(let key) = try KeyFile(path: path + ".pub") else {
            Issue.record("not taken for a public half")
            return
        }
        #expect(key.knownHostsText == (try workshop.publicKey(path)))
    }
}
