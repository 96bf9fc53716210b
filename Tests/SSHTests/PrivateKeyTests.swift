import Testing

@testable import SSH

struct PrivateKeyTests {
    struct Form: Sendable, CustomTestStringConvertible {
        var kind: String
        var arguments: [String]
        var algorithm: PrivateKey.Algorithm
        var testDescription: String { arguments.joined(separator: " ") }
    }

    private static let forms: [Form] = {
        let kinds: [(String, [String], PrivateKey.Algorithm, [String])] = [
            ("ed25519", ["-t", "ed25519"], .ed25519, ["RFC4716"]),
            ("256", ["-t", "ecdsa", "-b", "256"], .nistp256, ["RFC4716", "PEM", "PKCS8"]),
            ("384", ["-t", "ecdsa", "-b", "384"], .nistp384, ["RFC4716", "PEM", "PKCS8"]),
            ("521", ["-t", "ecdsa", "-b", "521"], .nistp521, ["RFC4716", "PEM", "PKCS8"]),
            ("rsa", ["-t", "rsa", "-b", "1024"], .rsa, ["RFC4716", "PEM", "PKCS8"]),
        ]
        return kinds.flatMap { kind in
            // RFC4716 is ssh-keygen's word for its own format here.
            kind.3.map { format in
                Form(
                    kind: kind.0, arguments: kind.1 + (format == "RFC4716" ? [] : ["-m", format]), algorithm: kind.2)
            }
        }
    }()

    @Test(arguments: forms)
    func `reads what ssh-keygen writes`(form: Form) throws {
        let workshop = try Workshop()
        let path = try workshop.key("key", form.arguments)
        let key = try PrivateKey(path: path)
        #expect(key.algorithm == form.algorithm)
        #expect(key.publicKey.knownHostsText == (try workshop.publicKey(path)))
        let listed = try Tool.run("/usr/bin/ssh-keygen", ["-lf", path]).split(separator: " ")
        #expect(key.fingerprint == listed[1])
    }

    @Test func `reads ed25519 in PKCS8`() throws {
        let workshop = try Workshop()
        try Tool.run("/usr/bin/openssl", ["genpkey", "-algorithm", "ed25519", "-out", "\(workshop.path)/key"])
        #expect(try PrivateKey(path: "\(workshop.path)/key").algorithm == .ed25519)
    }

    @Test(arguments: [["-t", "ed25519"], ["-t", "rsa", "-b", "1024", "-m", "PEM"], ["-t", "ecdsa", "-m", "PKCS8"]])
    func `names an encrypted key instead of asking for its passphrase`(arguments: [String]) throws {
        let workshop = try Workshop()
        let path = try workshop.key("key", arguments, passphrase: "secret")
        #expect(throws: PrivateKeyError.encrypted(path)) { try PrivateKey(path: path) }
    }

    @Test func `refuses a key file that others can read`() throws {
        let workshop = try Workshop()
        let path = try workshop.key("key", ["-t", "ed25519"])
        try Tool.run("/bin/chmod", ["640", path])
        #expect(throws: PrivateKeyError.permissionsTooOpen(path, mode: 0o640)) { try PrivateKey(path: path) }
    }

    @Test func `refuses other types by name`() throws {
        let workshop = try Workshop()
        try Tool.run("/usr/bin/openssl", ["genpkey", "-algorithm", "ed448", "-out", "\(workshop.path)/key"])
        let path = "\(workshop.path)/key"
        #expect(throws: PrivateKeyError.unsupportedType(path, type: "ED448")) { try PrivateKey(path: path) }
        try Tool.run(
            "/usr/bin/openssl",
            ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1", "-out", "\(workshop.path)/k1"])
        #expect(throws: PrivateKeyError.unsupportedType("\(workshop.path)/k1", type: "EC")) {
            try PrivateKey(path: "\(workshop.path)/k1")
        }
    }

    @Test func `a public key is no private key`() throws {
        let workshop = try Workshop()
        let path = try workshop.key("key", ["-t", "ed25519"]) + ".pub"
        try Tool.run("/bin/chmod", ["600", path])
        #expect(
            throws: PrivateKeyError.malformed(
                path, "this is not a private key in OpenSSH, PKCS #8, PKCS #1 or SEC 1 format")
        ) { try PrivateKey(path: path) }
    }

    @Test(arguments: ["ed25519", "ecdsa256", "rsa"])
    func `survives every truncation and every flipped byte`(kind: String) throws {
        let workshop = try Workshop()
        let arguments = TestKeys.kinds.first { $0.name == kind }?.arguments ?? []
        let text = Array(try workshop.read(try workshop.key("key", arguments)).utf8)
        let container = try #require(try OpenSSHPrivateKey.container(in: text, name: "k"))
        for length in stride(from: 0, to: container.count, by: 7) {
            #expect(throws: PrivateKeyError.self) {
                try OpenSSHPrivateKey.decode(Array(container.prefix(length)), name: "k")
            }
        }
        for position in stride(from: 0, to: container.count, by: 3) {
            var damaged = container
            damaged[position] ^= 0xff
            // Either outcome is right, for instance in the comment; it must only come back.
            if let key = try? OpenSSHPrivateKey.decode(damaged, name: "k") { _ = try? Signer(adopting: key, name: "k") }
        }
    }

    @Test func `signs RSA only with SHA-2`() throws {
        let workshop = try Workshop()
        let key = try PrivateKey(path: try workshop.key("key", ["-t", "rsa", "-b", "1024"]))
        func signature(_ algorithm: String) -> Int? {
            var request = WireWriter()
            request.string("session".utf8)
            var text = request.bytes + [50]
            request = WireWriter()
            for word in ["user", "ssh-connection", "publickey"] { request.string(word.utf8) }
            text += request.bytes + [1]
            request = WireWriter()
            request.string(algorithm.utf8)
            text += request.bytes
            return text.withUnsafeBufferPointer { key.signer.signature(of: $0) }?.count
        }
        #expect(signature("rsa-sha2-256") == 128)
        #expect(signature("rsa-sha2-512") == 128)
        #expect(signature("ssh-rsa") == nil)
    }
}
