import ArgumentParser
import FleetSweep
import Glibc
import HostInventory
import SSH

/// Which keys are offered, and how encrypted ones are opened. No passphrase is ever an argument: every account of the
/// machine can read those.
struct KeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A private key to sign in with, or the public half of one in the agent; may be given several times.",
            valueName: "file"))
    var identity: [String] = []

    @Option(
        help: ArgumentHelp(
            "A certificate for one of the keys, besides FILE-cert.pub; may be given several times.", valueName: "file"))
    var certificate: [String] = []

    @Option(
        help: ArgumentHelp(
            "The socket of ssh-agent, or none. Default: ssh_config's IdentityAgent, or $SSH_AUTH_SOCK.",
            valueName: "path"))
    var agent: String?

    @Option(
        help: ArgumentHelp(
            "A descriptor to read the passphrase of encrypted keys from, one line, such as 3 with 3< FILE.",
            valueName: "number"))
    var passphraseFd: Int32?

    mutating func validate() throws {
        if let passphraseFd, !(0...65_535).contains(passphraseFd) {
            throw ValidationError("--passphrase-fd must be a descriptor")
        }
    }

    /// Reads the passphrase that is given on a descriptor; otherwise asks on the terminal, where there is one.
    func passphrases(until end: SweepEnd) throws(CommandFailure) -> PassphraseSource {
        if let passphraseFd {
            let passphrase = try PassphraseLine.read(passphraseFd, until: end)
            return PassphraseSource(attempts: passphrase == nil ? 0 : 1) { _, _ in passphrase }
        }
        let prompt = TerminalPrompt(until: end)
        return PassphraseSource(attempts: 3) { path, attempt in
            let again = attempt == 1 ? "" : "it does not open the key, try again (\(attempt) of 3); "
            return prompt.ask("kubesweep: \(again)passphrase of \(path): ")
        }
    }

    func keyring(
        for fleet: Fleet, reachedBy access: FleetAccess, agentLimit: Duration, passphrases: PassphraseSource,
        until end: SweepEnd
    ) async -> Keyring {
        var options = Keyring.Options()
        options.end = end
        options.identityFiles = identity
        options.certificateFiles = certificate + access.certificateFiles
        options.agentLimit = agentLimit
        return await Keyring(for: fleet, reachedBy: access, options, passphrases: passphrases)
    }
}

/// One line from a descriptor.
enum PassphraseLine {
    /// Milliseconds that the other end of a pipe may take.
    private static let patience = 10_000
    /// Milliseconds between two looks whether the sweep is ended.
    private static let glance = 100

    /// Nil where the sweep is ended meanwhile.
    static func read(_ descriptor: Int32, until end: SweepEnd) throws(CommandFailure) -> Passphrase? {
        var line: [UInt8] = []
        line.reserveCapacity(Passphrase.limit + 1)
        var byte: UInt8 = 0
        while line.count <= Passphrase.limit {
            var file = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            var glances = 0
            while poll(&file, 1, Int32(glance)) == 0, glances < patience / glance {
                if end.cause != nil { return nil }
                glances += 1
            }
            guard file.revents != 0, file.revents & Int16(POLLNVAL) == 0 else {
                throw CommandFailure(
                    .noInput, "--passphrase-fd \(descriptor): no passphrase comes from this descriptor")
            }
            let count = Glibc.read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                let problem = String(cString: strerror(errno))
                throw CommandFailure(.noInput, "--passphrase-fd \(descriptor): \(problem)")
            }
            if count == 0 || byte == UInt8(ascii: "\n") {
                if line.isEmpty { break }
                return Passphrase(taking: &line)
            }
            line.append(byte)
        }
        let problem = line.isEmpty ? "the first line is empty" : "longer than \(Passphrase.limit) bytes"
        throw CommandFailure(.noInput, "--passphrase-fd \(descriptor): \(problem)")
    }
}
