package import SSH

/// Where the passphrase of an encrypted key comes from.
package struct PassphraseSource: Sendable {
    /// How often a key may be asked for.
    package var attempts: Int
    /// Asks for one key's passphrase; nil where there is none to be had. `attempt` counts from 1.
    package var ask: @Sendable (_ path: String, _ attempt: Int) -> Passphrase?

    package init(attempts: Int, ask: @escaping @Sendable (_ path: String, _ attempt: Int) -> Passphrase?) {
        self.attempts = attempts
        self.ask = ask
    }

    package static let none = PassphraseSource(attempts: 0) { _, _ in nil }
}
