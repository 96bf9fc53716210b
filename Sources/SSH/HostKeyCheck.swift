import Synchronization

/// Judges the key a host showed, before anything of the user's is sent to it.
struct HostKeyCheck {
    let target: SSHTarget
    let known: KnownKeys
    let policy: HostKeyPolicy
    let firstUse: FirstUseKeys

    enum Verdict: Equatable {
        case known
        /// Unknown until now and trusted by policy.
        case new
        case refused(SSHFailureReason, detail: String, hint: String)
    }

    /// The host key algorithms to offer: those of the known keys only, so that a server with several keys shows one
    /// that can be compared. Throws where the library has none of them.
    func algorithms(_ all: Algorithms) throws(SSHFailure) -> Algorithms {
        var offer = all
        if !known.keys.isEmpty {
            let types = known.keys.map(\.key.type)
            offer.hostKey = types.flatMap(HostKeyAlgorithm.serving).filter(all.hostKey.contains).withoutRepeats
            if offer.hostKey.isEmpty {
                throw SSHFailure(
                    phase: .hostKey, reason: .algorithmsDoNotMatch,
                    detail: "known_hosts has only \(types.withoutRepeats.joined(separator: ", ")) for this host, which "
                        + "libssh2 \(SSHLibrary.version) cannot verify; nothing was sent",
                    hint: "add the host's ed25519 or ecdsa key after verifying it: \(scanCommand)")
            }
        } else {
            let likely =
                (firstUse[name]?.type).map(HostKeyAlgorithm.serving)
                ?? known.keysOfBareName.flatMap { HostKeyAlgorithm.serving(keyType: $0.key.type) }
            offer.hostKey = (likely.filter(all.hostKey.contains) + all.hostKey).withoutRepeats
        }
        return offer
    }

    func judge(_ shown: HostKey) -> Verdict {
        let seen = "the host showed \(shown.type) \(shown.fingerprint)"
        if let line = known.revoked.first(where: { $0.key == shown }) {
            return .refused(
                .hostKeyRevoked, detail: "\(seen), which \(line.file):\(line.line) marks @revoked",
                hint: SSHFailureReason.hostKeyRevoked.hint)
        }
        if known.keys.contains(where: { $0.key == shown }) { return .known }
        if let expected = known.keys.first(where: { $0.key.type == shown.type }) ?? known.keys.first {
            return .refused(
                .hostKeyChanged,
                detail: "\(seen); \(expected.file):\(expected.line) expects "
                    + "\(expected.key.type) \(expected.key.fingerprint)",
                hint: """
                    somebody may be answering in the host's place. If its key was changed on purpose, verify the new \
                    fingerprint on the host's console, then:
                    ssh-keygen -R \(quoted(name)) -f \(quoted(expected.file))
                    \(addCommand(shown, file: expected.file))
                    """)
        }
        if known.keysOfBareName.contains(where: { $0.key == shown }) { return .known }
        if known.hasAuthority {
            return .refused(
                .hostKeyAuthorityUnsupported, detail: "\(seen); known_hosts knows it only through @cert-authority",
                hint: "verify the fingerprint on the host's console, then: \(addCommand(shown))")
        }
        switch policy {
        case .strict:
            return .refused(
                .hostKeyUnknown, detail: "\(seen); no known_hosts line names \(name)",
                hint: "verify the fingerprint on the host's console, then: \(addCommand(shown))")
        case .acceptNew:
            let first = firstUse.keep(shown, for: name)
            guard first == shown else {
                return .refused(
                    .hostKeyChanged,
                    detail: "\(seen); earlier in this run \(name) showed \(first.type) \(first.fingerprint)",
                    hint: "two hosts answer to one name: give each its own name, or find out who answers")
            }
            return .new
        }
    }

    /// As it stands in known_hosts.
    var name: String {
        let bare = PeerText.printable(target.trustedName.asciiLowercased.utf8, limit: 255)
        return target.trustedPort == 22 ? bare : "[\(bare)]:\(target.trustedPort)"
    }

    /// Shows fingerprints only; what it prints still has to be verified.
    private var scanCommand: String {
        "ssh-keyscan -p \(target.port) -t ed25519,ecdsa \(quoted(target.address)) | ssh-keygen -lf -"
    }

    /// Adds the very key that was shown, so that the one verified is the one trusted.
    private func addCommand(_ shown: HostKey, file: String? = nil) -> String {
        let file = file ?? target.knownHosts.firstFile
        let path = file.hasPrefix("~") ? file : quoted(file)
        return "echo \(quoted("\(name) \(shown.knownHostsText)")) >> \(path)"
    }

    private func quoted(_ text: String) -> String {
        "'"
            + PeerText.printable(text.utf8, limit: 16 << 10).split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''") + "'"
    }
}

/// The keys trusted on first use in this run, so that two targets of one name must agree.
final class FirstUseKeys: Sendable {
    private let keys = Mutex<[String: HostKey]>([:])

    subscript(name: String) -> HostKey? { keys.withLock { $0[name] } }

    /// The key held for the name, which is `key` where it is the first.
    func keep(_ key: HostKey, for name: String) -> HostKey {
        keys.withLock { keys in
            if let first = keys[name] { return first }
            keys[name] = key
            return key
        }
    }
}

extension Array where Element: Hashable {
    /// The first of each, in order.
    var withoutRepeats: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
