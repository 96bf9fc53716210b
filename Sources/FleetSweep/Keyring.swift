import Glibc
package import Hardening
package import HostInventory
package import SSH

/// The user's keys, read, found in the agent or unlocked once for the whole sweep, before the first packet.
///
/// A host is offered the keys of the options, else the inventory's key for it, else those of ssh_config. Where none is named, what the agent holds,
/// then the usual files of `~/.ssh`.
package struct Keyring: Sendable {
    package struct Options: Sendable {
        package var identityFiles: [String] = []
        package var certificateFiles: [String] = []
        /// The socket of ssh-agent.
        package var agent: String?
        /// For one answer of the agent.
        package var agentLimit: Duration = .seconds(20)
        /// Once it is raised nobody waits for the agent any more.
        package var end = SweepEnd()

        package init() {}
    }

    private struct Entry: Sendable {
        var identities: [Identity] = []
        var problem: HostFailure?
    }

    private let named: [String]
    private let reached: FleetAccess?
    private var files: [String: Entry] = [:]
    private var unnamed = Entry()
    /// For bastions without a named key: nobody is asked for a passphrase for them.
    private var unnamedForBastions = Entry()
    /// What a reader should know, each once: certificates that are not used, an agent that does not answer.
    package private(set) var warnings: [String] = []

    /// What is offered to a host, and why some of it is not.
    package func identities(for host: Host) throws(HostFailure) -> (offered: [Identity], notes: [String]) {
        let paths = paths(host)
        guard !paths.isEmpty else {
            if unnamed.identities.isEmpty, let problem = unnamed.problem { throw problem }
            return (unnamed.identities, [])
        }
        let entries = paths.compactMap { files[$0] }
        let identities = Self.distinct(entries.flatMap(\.identities))
        let problems = entries.compactMap(\.problem)
        if identities.isEmpty, let problem = problems.first { throw problem }
        return (identities, problems.map { "key not used: \($0.detail)" })
    }

    func offer(for host: Host) -> Result<KeyOffer, HostFailure> {
        Result { () throws(HostFailure) in
            let (offered, notes) = try identities(for: host)
            return KeyOffer(identities: offered, notes: notes, origin: origin(for: host))
        }
    }

    /// Who named the keys that a host is offered.
    package func origin(for host: Host) -> SettingOrigin {
        if !named.isEmpty { return .option }
        if let reached { return reached[host].origins.identityFiles }
        return host.identityFile == nil ? .usual : .inventory
    }

    /// What a bastion is offered, by the keys that ssh_config names for it; nil where one of them is only for ssh to use,
    /// or none is there.
    func identities(forBastion access: HostAccess) -> [Identity]? {
        guard !access.identityFiles.isEmpty else {
            return unnamedForBastions.identities.isEmpty ? nil : unnamedForBastions.identities
        }
        let entries = access.identityFiles.compactMap { files[$0] }
        guard entries.count == access.identityFiles.count, entries.allSatisfy({ $0.problem == nil }) else { return nil }
        return Self.distinct(entries.flatMap(\.identities))
    }

    private func paths(_ host: Host) -> [String] {
        if !named.isEmpty { return named }
        return reached?[host].identityFiles ?? host.identityFile.map { [$0] } ?? []
    }

    private static func distinct(_ identities: [Identity]) -> [Identity] {
        var seen: Set<HostKey> = []
        return identities.filter { seen.insert($0.publicKey).inserted }
    }

    /// Reads the keys of every host of the fleet; without `access` they are the inventory's. Blocks while a person is asked for a passphrase.
    package init(
        for fleet: Fleet, reachedBy access: FleetAccess? = nil, _ options: Options, passphrases: PassphraseSource
    ) async {
        named = options.identityFiles
        reached = access
        var paths: [String] = []
        var namesNone = false
        for host in fleet.clusters.flatMap(\.hosts) {
            let own = self.paths(host)
            namesNone = namesNone || own.isEmpty
            for path in own where files[path] == nil {
                files[path] = Entry()
                paths.append(path)
            }
        }
        let asked = paths.count
        let bastions = access?.bastions.values.flatMap(\.hops) ?? []
        for path in bastions.flatMap(\.identityFiles) where files[path] == nil {
            files[path] = Entry()
            paths.append(path)
        }
        let bastionNamesNone = bastions.contains(where: \.identityFiles.isEmpty)
        let contents = paths.map { ($0, Self.read($0)) }
        let needsAgent = contents.contains { if case .success(.key) = $0.1 { false } else { true } }
        var held = HeldKeys()
        if needsAgent || namesNone || bastionNamesNone, let path = options.agent {
            held = await HeldKeys(path, limit: options.agentLimit, until: options.end)
        }
        if let problem = held.problem { warnings.append(problem) }
        let certificates = certificates(options.certificateFiles, besideUsual: namesNone || bastionNamesNone)

        for (number, (path, content)) in contents.enumerated() {
            files[path] = entry(path, content, held, certificates, number < asked ? passphrases : .none)
        }
        if namesNone { unnamed = usual(held, certificates, passphrases) }
        if bastionNamesNone { unnamedForBastions = usual(held, certificates, .none) }
    }

    private static func read(_ path: String) -> Result<KeyFile, PrivateKeyError> {
        Result { () throws(PrivateKeyError) in try KeyFile(path: path) }
    }

    private func entry(
        _ path: String, _ content: Result<KeyFile, PrivateKeyError>, _ held: HeldKeys,
        _ certificates: [(path: String, certificate: UserCertificate)], _ passphrases: PassphraseSource
    ) -> Entry {
        let identity: Identity
        switch content {
        case .failure(let error): return Entry(problem: .unusable(error))
        case .success(.key(let key)): identity = Identity(key)
        case .success(.publicHalf(let publicKey)):
            guard let inAgent = held.identity(publicKey) else { return Entry(problem: .notInAgent(path, held.problem)) }
            identity = inAgent
        case .success(.locked(let key)):
            if let inAgent = key.publicKey.flatMap(held.identity) {
                identity = inAgent
                break
            }
            do throws(HostFailure) {
                identity = Identity(try Self.unlock(key, passphrases))
            } catch {
                return Entry(problem: error)
            }
        }
        let certified = certificates.compactMap { identity.certified(by: $0.certificate, name: $0.path) }
        return Entry(identities: certified + [identity])
    }

    private static func unlock(_ key: LockedKey, _ passphrases: PassphraseSource) throws(HostFailure) -> PrivateKey {
        var last = PrivateKeyError.encrypted(key.path)
        for attempt in stride(from: 1, through: passphrases.attempts, by: 1) {
            guard let passphrase = passphrases.ask(key.path, attempt) else { break }
            do throws(PrivateKeyError) {
                return try key.unlocked(with: passphrase)
            } catch {
                last = error
                guard case .wrongPassphrase = error else { break }
            }
        }
        throw HostFailure(phase: "credentials", reason: "keyLocked", detail: last.message, hint: last.hint)
    }

    /// For hosts without a named key. An encrypted file that the agent does not hold is asked about only where there is
    /// nothing else to offer.
    private func usual(
        _ held: HeldKeys, _ certificates: [(path: String, certificate: UserCertificate)],
        _ passphrases: PassphraseSource
    ) -> Entry {
        let contents = Self.usualPaths.filter { access($0, R_OK) == 0 }.map { ($0, Self.read($0)) }
        var entries = contents.map { entry($0.0, $0.1, held, certificates, .none) }
        let found = entries.flatMap(\.identities)
        var identities = found.filter(\.isInAgent) + held.identities + found.filter { !$0.isInAgent }
        if identities.isEmpty {
            entries = contents.map { entry($0.0, $0.1, held, certificates, passphrases) }
            identities = entries.flatMap(\.identities)
        }
        return Entry(
            identities: Self.distinct(identities),
            problem: entries.lazy.compactMap(\.problem).first ?? .noKey(held))
    }

    /// The files that are looked for where none is named.
    static var usualPaths: [String] {
        guard let home = getenv("HOME").map({ String(cString: $0) }) else { return [] }
        return ["id_ed25519", "id_ecdsa", "id_rsa"].map { "\(home)/.ssh/\($0)" }
    }

    /// The certificates that are named and those beside the keys, as far as they are valid now.
    private mutating func certificates(
        _ named: [String], besideUsual: Bool
    ) -> [(path: String, certificate: UserCertificate)] {
        let beside = (files.keys.sorted() + (besideUsual ? Self.usualPaths : []))
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
        return certificates
    }
}

/// What the agent lists.
private struct HeldKeys {
    var identities: [Identity] = []
    var problem: String?

    init() {}

    init(_ path: String, limit: Duration, until end: SweepEnd) async {
        do {
            let client = try AgentClient(path: path, answerLimit: limit)
            end.onRaise { client.stop() }
            switch await client.keys() {
            case .success(let keys): identities = keys.compactMap { Identity($0, in: client) }
            case .failure(let error): problem = error.message
            }
        } catch {
            problem = "the agent cannot be asked: \(error.message)"
        }
    }

    func identity(_ publicKey: HostKey) -> Identity? { identities.first { $0.publicKey == publicKey } }
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

    fileprivate static func noKey(_ held: HeldKeys) -> HostFailure {
        HostFailure(
            phase: "credentials", reason: "keyUnusable",
            detail: "no private key is given, none is in ~/.ssh, and "
                + (held.problem ?? "no agent holds one"),
            hint: "name one with --identity or identity_file in the inventory")
    }
}
