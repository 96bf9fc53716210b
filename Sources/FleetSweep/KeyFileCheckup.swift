import Glibc
package import Hardening
package import SSH

/// The files that keys are read from.
package enum KeyFileCheckup {
    /// - Parameters:
    ///   - paths: those that are named; where there are none, the usual ones that are there.
    ///   - held: what the agent holds: an encrypted key that is among it needs no passphrase.
    ///   - hasPassphrase: whether one was given on a descriptor.
    package static func items(_ paths: [String], held: [HostKey], hasPassphrase: Bool) -> [HealthItem] {
        let usual = KeyRule.usualFiles
        let looked = paths.isEmpty ? usual.filter { access($0, F_OK) == 0 } : paths
        if looked.isEmpty, held.isEmpty {
            return [
                HealthItem(
                    .keyFile, "~/.ssh", .warning, "no key file is named, none is there, and no agent holds a key",
                    hint: "name one with --identity or identity_file in the inventory")
            ]
        }
        return looked.map { item($0, held, hasPassphrase) }
    }

    private static func item(_ path: String, _ held: [HostKey], _ hasPassphrase: Bool) -> HealthItem {
        func item(
            _ health: Health, _ detail: String, _ hint: String = "", key: HostKey? = nil, isEncrypted: Bool? = nil
        )
            -> HealthItem
        {
            var facts: [HealthItem.Fact] = []
            if let key {
                facts.append(.init("type", .text(key.type)))
                facts.append(.init("fingerprint", .text(key.fingerprint)))
            }
            if let isEncrypted { facts.append(.init("encrypted", .flag(isEncrypted))) }
            return HealthItem(.keyFile, path, health, detail, hint: hint, facts: facts)
        }
        func words(_ key: HostKey) -> String { "\(key.type) \(key.fingerprint)" }
        do throws(PrivateKeyError) {
            switch try KeyFile(path: path) {
            case .key(let key):
                if let limitation = Identity(key).limitation {
                    return item(
                        .warning, "\(words(key.publicKey)), not encrypted; \(limitation)", PrivateKeyHint.otherKind,
                        key: key.publicKey, isEncrypted: false)
                }
                return item(.ok, "\(words(key.publicKey)), not encrypted", key: key.publicKey, isEncrypted: false)
            case .publicHalf(let key):
                if held.contains(key) {
                    return item(.ok, "\(words(key)), a public half whose key the agent holds", key: key)
                }
                return item(
                    .problem, "\(words(key)), a public half whose key no agent holds",
                    "name the private key, or add it to the agent that SSH_AUTH_SOCK names: ssh-add FILE", key: key)
            case .locked(let key):
                let name = key.publicKey.map(words) ?? "a key of which only its passphrase tells more"
                if let publicKey = key.publicKey, held.contains(publicKey) {
                    return item(.ok, "\(name), encrypted; the agent holds it", key: publicKey, isEncrypted: true)
                }
                if hasPassphrase {
                    return item(
                        .ok, "\(name), encrypted; a passphrase is given", key: key.publicKey, isEncrypted: true)
                }
                return item(
                    .warning, "\(name), encrypted; its passphrase will be asked for on the terminal",
                    PrivateKeyError.encrypted(path).hint, key: key.publicKey, isEncrypted: true)
            }
        } catch {
            // The subject is the path already.
            let message =
                error.message.hasPrefix("\(path): ") ? String(error.message.dropFirst(path.count + 2)) : error.message
            return item(.problem, message, error.hint)
        }
    }

    private enum PrivateKeyHint {
        static let otherKind = "use an ed25519 or ecdsa key, or libssh2 1.11 or newer"
    }
}
