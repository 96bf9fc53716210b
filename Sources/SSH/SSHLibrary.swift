import CLibSSH2
import Synchronization

/// The libssh2 that is loaded, which need not be the one this program was built with.
package enum SSHLibrary {
    /// Initialises libssh2, once for the process. `libssh2_init` is not thread-safe, hence the lock; it is never
    /// undone, because sessions may live until the process ends.
    package static func initialise() throws(SSHEngineError) {
        let result = state.withLock { state in
            if state.algorithms == nil {
                state.code = libssh2_init(0)
                state.algorithms = state.code == 0 ? Algorithms.ofLoadedLibrary() : nil
            }
            return state
        }
        if result.algorithms == nil { throw .library(code: result.code) }
    }

    /// Such as "1.10.0".
    package static var version: String { libssh2_version(0).map { String(cString: $0) } ?? "" }

    /// What is offered to servers, out of what the loaded library has. Nil before `initialise`.
    package static var algorithms: Algorithms? { state.withLock { $0.algorithms } }

    /// RSA user keys can be signed for with SHA-2 since 1.11.0 (libssh2#1018).
    static var signsRSAWithSHA2: Bool { libssh2_version(0x010b00) != nil }

    /// Before 1.11.1 the signature of a certificate's key is named after the certificate, which servers refuse, unless it
    /// is an ecdsa one (`plain_method` in libssh2's userauth.c).
    static func signsForCertificates(of algorithm: PrivateKey.Algorithm) -> Bool {
        switch algorithm {
        case .nistp256, .nistp384, .nistp521: true
        case .ed25519, .rsa: libssh2_version(0x010b01) != nil
        }
    }

    private struct State: Sendable {
        var code: Int32 = 0
        var algorithms: Algorithms?
    }

    private static let state = Mutex(State())
}

/// The algorithm lists sent in KEXINIT, best first.
package struct Algorithms: Sendable, Equatable {
    package var keyExchange: [String]
    package var hostKey: [String]
    package var cipher: [String]
    package var mac: [String]

    /// Nil where no session can be made (out of memory).
    static func ofLoadedLibrary() -> Algorithms? {
        guard let session = libssh2_session_init_ex(nil, nil, nil, nil) else { return nil }
        defer { libssh2_session_free(session) }
        func supported(_ method: Int32) -> [String] {
            var names: UnsafeMutablePointer<UnsafePointer<CChar>?>?
            let count = libssh2_session_supported_algs(session, method, &names)
            guard count > 0, let names else { return [] }
            defer { libssh2_free(session, names) }
            return (0..<Int(count)).compactMap { names[$0].map { String(cString: $0) } }
        }
        return Algorithms(
            keyExchange: supported(LIBSSH2_METHOD_KEX), hostKey: supported(LIBSSH2_METHOD_HOSTKEY),
            cipher: supported(LIBSSH2_METHOD_CRYPT_CS), mac: supported(LIBSSH2_METHOD_MAC_CS)
        ).withoutWeakOnes
    }

    /// Leaves out what OpenSSH no longer offers either: SHA-1 in key exchange, host keys and MACs, CBC and the old
    /// ciphers, MD5; and host certificates, whose chain libssh2 does not check.
    ///
    /// The curve25519 exchanges go first: they do not touch the unchecked DH values of GHSA-m9rg-h9jv-9gvh.
    var withoutWeakOnes: Algorithms {
        let preferred = ["mlkem768x25519-sha256", "curve25519-sha256", "curve25519-sha256@libssh.org"]
        let exchanges = keyExchange.filter { !$0.hasSuffix("sha1") }
        return Algorithms(
            keyExchange: preferred.filter(exchanges.contains) + exchanges.filter { !preferred.contains($0) },
            hostKey: HostKeyAlgorithm.trusted.filter(hostKey.contains),
            cipher: cipher.filter { $0.contains("-ctr") || $0.contains("-gcm") || $0.hasPrefix("chacha20-") },
            mac: mac.filter { $0.hasPrefix("hmac-sha2-") })
    }
}

/// Names of host key signature algorithms.
enum HostKeyAlgorithm {
    /// What may be negotiated at all, in the order of preference for a host of which nothing is known.
    static let trusted = [
        "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512",
        "rsa-sha2-256",
    ]

    /// The algorithms that a key of this type can be shown with. One RSA key serves both SHA-2 names (RFC 8332);
    /// its SHA-1 name is not used.
    static func serving(keyType: String) -> [String] {
        if keyType == "ssh-rsa" { return ["rsa-sha2-512", "rsa-sha2-256"] }
        return trusted.contains(keyType) ? [keyType] : []
    }
}
