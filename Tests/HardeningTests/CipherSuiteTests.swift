import Testing

/// The cipher suites by their class, each suite alone on the line.
struct CipherSuiteTests {
    private static let strong = """
        TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256
        TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
        TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
        TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305 TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
        TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
        """.split(whereSeparator: \.isWhitespace)
    private static let dated = """
        TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA
        TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA
        """.split(whereSeparator: \.isWhitespace)
    private static let weak = """
        TLS_RSA_WITH_AES_128_GCM_SHA256 TLS_RSA_WITH_AES_256_GCM_SHA384
        TLS_RSA_WITH_AES_128_CBC_SHA TLS_RSA_WITH_AES_256_CBC_SHA
        TLS_RSA_WITH_3DES_EDE_CBC_SHA TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA
        TLS_RSA_WITH_AES_128_CBC_SHA256 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256
        TLS_RSA_WITH_RC4_128_SHA TLS_ECDHE_RSA_WITH_RC4_128_SHA TLS_ECDHE_ECDSA_WITH_RC4_128_SHA
        """.split(whereSeparator: \.isWhitespace)

    private func apiServer(_ suites: String) throws -> String {
        try verdict("apiserver-tls-cipher-suites", "kube-apiserver --tls-cipher-suites=\(suites)")
    }

    private func kubelet(_ suites: String) throws -> String {
        try verdict("kubelet-tls-cipher-suites", "kubelet --tls-cipher-suites=\(suites)")
    }

    @Test(arguments: strong)
    func `forward secrecy with authenticated encryption passes`(suite: Substring) throws {
        #expect(try apiServer(String(suite)) == "pass")
        #expect(try apiServer("\(suite),TLS_NEW") == "unknown needsReview")
        #expect(try kubelet(String(suite)) == "pass")
        // Beside a dated one it is not what makes the list weak.
        #expect(try apiServer("\(suite),TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA") == "fail low")
    }

    @Test(arguments: dated)
    func `CBC with SHA-1 fails at a low severity`(suite: Substring) throws {
        #expect(try apiServer(String(suite)) == "fail low")
        #expect(try kubelet(String(suite)) == "fail")
    }

    @Test(arguments: weak)
    func `no forward secrecy, 3DES, RC4 and CBC with SHA-256 fail`(suite: Substring) throws {
        #expect(try apiServer("TLS_AES_128_GCM_SHA256,\(suite)") == "fail")
        #expect(try kubelet(String(suite)) == "fail")
    }

    @Test(arguments: [
        ("VersionTLS10", "fail"), ("VersionTLS11", "fail"), ("VersionTLS12", "pass"), ("VersionTLS13", "pass"),
    ])
    func `the least TLS version counts before the suites`(version: String, expected: String) throws {
        let strong = Self.strong[3]
        #expect(try apiServer("\(strong) --tls-min-version=\(version)") == expected)
        #expect(try kubelet("\(strong) --tls-min-version=\(version)") == expected)
        let weak = Self.weak[0]
        let onWeak = version == "VersionTLS13" ? "pass" : "fail"
        #expect(try apiServer("\(weak) --tls-min-version=\(version)") == onWeak)
        #expect(try kubelet("\(weak) --tls-min-version=\(version)") == onWeak)
    }
}
