import Glibc
package import Hardening
package import HostInventory
package import SSH

/// The user's keys, read, found in agents or unlocked once for the whole sweep, before the first packet.
///
/// A host is offered the keys of the options, else the inventory's key for it, else what ssh would offer it (`KeyRule`).
package struct Keyring: Sendable {
    package struct Options: Sendable {
        package var identityFiles: [String] = []
        package var certificateFiles: [String] = []
        /// For one answer of an agent.
        package var agentLimit: Duration = .seconds(20)
        /// Once it is raised nobody waits for an agent any more.
        package var end = SweepEnd()

        package init() {}
    }

    /// What hosts are offered follows from this alone.
    private struct Choice: Sendable, Hashable {
        var rule: KeyRule
        /// The agent's socket.
        var agent: String?

        var paths: [String] { rule.readFiles }
    }

    private struct Offer: Sendable {
        var identities: [Identity] = []
        /// Of files that somebody named, or that are there.
        var problems: [HostFailure] = []
        /// What is wrong where there is nothing to offer, and no file to blame.
        var lack: HostFailure?
    }

    private let named: [String]
    private let access: FleetAccess
    private var offers: [Choice: Offer] = [:]
    /// Nobody is asked for a passphrase for them.
    private var offersToBastions: [Choice: Offer] = [:]
    /// What a reader should know, each once: certificates that are not used, an agent that does not answer.
    package private(set) var warnings: [String] = []

    /// What is offered to a host, and why some of it is not.
    package func identities(for host: Host) throws(HostFailure) -> (offered: [Identity], notes: [String]) {
        let choice = choice(access[host])
        let offer = offers[choice] ?? Offer()
        if offer.identities.isEmpty, let problem = offer.problems.first ?? offer.lack { throw problem }
        // Of the usual files nobody has said that they are to be used.
        if case .usual = choice.rule { return (offer.identities, []) }
        return (offer.identities, offer.problems.map { "key not used: \($0.detail)" })
    }

    func offer(for host: Host) -> Result<KeyOffer, HostFailure> {
        Result { () throws(HostFailure) in
            let (offered, notes) = try identities(for: host)
            return KeyOffer(identities: offered, notes: notes, origin: origin(for: host))
        }
    }

    /// Who named the keys that a host is offered.
    package func origin(for host: Host) -> SettingOrigin {
        named.isEmpty ? access[host].origins.identityFiles : .option
    }

    /// What a bastion is offered, by the keys that ssh_config names for it; nil where one of them is only for ssh to use,
    /// or none is there.
    func identities(forBastion access: HostAccess) -> [Identity]? {
        guard let offer = offersToBastions[Choice(rule: access.keys, agent: access.agent.path)] else { return nil }
        if case .configured = access.keys, !offer.problems.isEmpty { return nil }
        return offer.identities.isEmpty ? nil : offer.identities
    }

    private func choice(_ access: HostAccess) -> Choice {
        Choice(rule: named.isEmpty ? access.keys : .named(named), agent: access.agent.path)
    }

    /// Reads the keys of every host of the fleet. Blocks while a person is asked for a passphrase.
    package init(
        for fleet: Fleet, reachedBy access: FleetAccess, _ options: Options, passphrases: PassphraseSource
    ) async {
        named = options.identityFiles
        self.access = access
        let choices = fleet.clusters.flatMap(\.hosts).map { choice(access[$0]) }.uniqued
        let hops = access.bastions.values.flatMap(\.hops)
        let bastions = hops.map { Choice(rule: $0.keys, agent: $0.agent.path) }.uniqued
        var files = KeyFiles(
            (choices + bastions).flatMap(\.paths), certificates: options.certificateFiles)
        let agents = (choices + bastions).filter { !$0.rule.isServed(by: files) }.compactMap(\.agent).uniqued
        let held = await HeldKeys.of(agents, limit: options.agentLimit, until: options.end)
        warnings += agents.compactMap { held[$0]?.problem } + files.warnings
        for choice in choices { offers[choice] = Self.offer(choice, &files, held, passphrases) }
        for choice in bastions { offersToBastions[choice] = Self.offer(choice, &files, held, .none) }
    }

    private static func offer(
        _ choice: Choice, _ files: inout KeyFiles, _ held: [String: HeldKeys], _ passphrases: PassphraseSource
    ) -> Offer {
        let held = choice.agent.flatMap { held[$0] } ?? HeldKeys()
        switch choice.rule {
        case .named:
            let found = read(choice.paths, &files, held, passphrases)
            return Offer(identities: found.keys.flatMap(\.self).distinctKeys, problems: found.problems)
        case .configured(_, let isExclusive):
            // Unlike ssh, which takes the agent's others before the files: only so many are offered.
            let found = read(choice.paths, &files, held, passphrases)
            let (inAgent, others) = held.divide(found.keys)
            let all = inAgent + others + (isExclusive ? [] : held.identities)
            return Offer(
                identities: all.distinctKeys, problems: found.problems,
                lack: .noKey("none of ssh_config's IdentityFile is there", isExclusive ? nil : held))
        case .usual(let isExclusive):
            // An encrypted file that the agent does not hold is asked about only where there is nothing else to offer.
            var found = read(choice.paths, &files, held, .none)
            if found.keys.isEmpty, isExclusive || held.identities.isEmpty {
                found = read(choice.paths, &files, held, passphrases)
            }
            let (inAgent, others) = held.divide(found.keys)
            let all = inAgent + (isExclusive ? [] : held.identities) + others
            return Offer(
                identities: all.distinctKeys, problems: found.problems,
                lack: .noKey("no private key is given, none is in ~/.ssh", isExclusive ? nil : held))
        }
    }

    private static func read(
        _ paths: [String], _ files: inout KeyFiles, _ held: HeldKeys, _ passphrases: PassphraseSource
    ) -> (keys: [[Identity]], problems: [HostFailure]) {
        var keys: [[Identity]] = []
        var problems: [HostFailure] = []
        for path in paths {
            do throws(HostFailure) {
                keys.append(try files.identities(in: path, held: held, passphrases))
            } catch {
                problems.append(error)
            }
        }
        return (keys, problems)
    }
}

extension KeyRule {
    /// Whether no agent is needed.
    fileprivate func isServed(by files: KeyFiles) -> Bool {
        if case .named(let paths) = self { paths.allSatisfy(files.isOpen) } else { false }
    }
}

extension HostFailure {
    /// - Parameter held: nil where the agent's keys do not count.
    fileprivate static func noKey(_ files: String, _ held: HeldKeys?) -> HostFailure {
        let agent = held.map { $0.problem ?? "no agent holds one" } ?? "IdentitiesOnly rules out the agent's"
        return HostFailure(
            phase: "credentials", reason: "keyUnusable", detail: "\(files), and \(agent)",
            hint: "name one with --identity or identity_file in the inventory")
    }
}

extension Array where Element: Hashable {
    /// The first of each, in order.
    package var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

extension [Identity] {
    /// The first of each key.
    fileprivate var distinctKeys: [Identity] {
        var seen: Set<HostKey> = []
        return filter { seen.insert($0.publicKey).inserted }
    }
}
