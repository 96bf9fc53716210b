import Glibc
import Hardening
import SSH

/// The key files of a sweep: each is read once, and each passphrase asked for once.
struct KeyFiles {
    private var contents: [String: Result<KeyFile, PrivateKeyError>] = [:]
    private var unlocked: [String: Result<PrivateKey, HostFailure>] = [:]
    private let certificates: [(path: String, certificate: UserCertificate)]
    /// Certificates that are not used, and why.
    private(set) var warnings: [String] = []

    /// - Parameter certificates: those that are named, besides those that lie beside the keys.
    init(_ paths: [String], certificates named: [String]) {
        for path in paths where contents[path] == nil {
            contents[path] = Result { () throws(PrivateKeyError) in try KeyFile(path: Self.source(path)) }
        }
        let beside = contents.keys.sorted()
            .map { ($0.hasSuffix(".pub") ? String($0.dropLast(4)) : $0) + "-cert.pub" }
            .filter { access($0, F_OK) == 0 }
        var certificates: [(path: String, certificate: UserCertificate)] = []
        let now = UInt64(max(0, time(nil)))
        for path in named + beside {
            do throws(PrivateKeyError) {
                let certificate = try UserCertificate(path: path)
                if certificate.isValid(at: now) {
                    certificates.append((path, certificate))
                } else {
                    warnings.append("\(path): not used: the certificate \(certificate.keyID) is not valid now")
                }
            } catch {
                warnings.append("not used: \(error.message)")
            }
        }
        self.certificates = certificates
    }

    private static func source(_ path: String) -> String {
        access(path, F_OK) != 0 && access("\(path).pub", R_OK) == 0 ? "\(path).pub" : path
    }

    /// Whether the file alone is enough to sign with.
    func isOpen(_ path: String) -> Bool {
        if case .success(.key) = contents[path] { true } else { false }
    }

    /// The file's key, behind its certificates.
    ///
    /// - Parameter held: what the agent has that may sign in the file's place.
    mutating func identities(
        in path: String, held: HeldKeys, _ passphrases: PassphraseSource
    ) throws(HostFailure) -> [Identity] {
        let content: KeyFile
        switch contents[path] {
        case .success(let found): content = found
        case .failure(let error): throw .unusable(error)
        case nil: return []
        }
        let identity: Identity
        switch content {
        case .key(let key): identity = Identity(key)
        case .publicHalf(let key):
            guard let inAgent = held.identity(key) else { throw .notInAgent(Self.source(path), held.problem) }
            identity = inAgent
        case .locked(let key):
            if let inAgent = key.publicKey.flatMap(held.identity) {
                identity = inAgent
            } else {
                identity = Identity(try unlock(key, passphrases))
            }
        }
        return certificates.compactMap { identity.certified(by: $0.certificate, name: $0.path) } + [identity]
    }

    private mutating func unlock(_ key: LockedKey, _ passphrases: PassphraseSource) throws(HostFailure) -> PrivateKey {
        if let known = unlocked[key.path] { return try known.get() }
        var last = PrivateKeyError.encrypted(key.path)
        var isAsked = false
        for attempt in stride(from: 1, through: passphrases.attempts, by: 1) {
            guard let passphrase = passphrases.ask(key.path, attempt) else { break }
            isAsked = true
            do throws(PrivateKeyError) {
                let key = try key.unlocked(with: passphrase)
                unlocked[key.name] = .success(key)
                return key
            } catch {
                last = error
                guard case .wrongPassphrase = error else { break }
            }
        }
        let failure = HostFailure(phase: "credentials", reason: "keyLocked", detail: last.message, hint: last.hint)
        if isAsked { unlocked[key.path] = .failure(failure) }
        throw failure
    }
}

extension HostFailure {
    fileprivate static func unusable(_ error: PrivateKeyError) -> HostFailure {
        HostFailure(phase: "credentials", reason: "keyUnusable", detail: error.message, hint: error.hint)
    }

    fileprivate static func notInAgent(_ path: String, _ problem: String?) -> HostFailure {
        HostFailure(
            phase: "credentials", reason: "keyUnusable",
            detail: "\(path): this is a public key, and "
                + (problem ?? "no agent holds its private half"),
            hint: "name the private key, or add it to the agent that SSH_AUTH_SOCK names: ssh-add FILE")
    }
}
