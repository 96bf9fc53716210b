import Glibc
package import Hardening
package import SSH
import SSHConfig

/// How one host is reached, everything considered: options, then the inventory, then ssh_config, then defaults.
package struct HostAccess: Sendable {
    /// What is connected to, by this machine or by the bastion; known_hosts is asked for it.
    package var address: String
    package var port: UInt16
    package var user: String
    package var route = SSHRoute.direct
    package var hostKeyAlias: String?
    package var knownHostsFiles: [String] = []
    /// Where keys that are trusted on first use are recorded; nil where the user has no such file, or has turned it off.
    package var newKeysFile: String?
    package var keys = KeyRule.usual(isExclusive: false)
    package var certificateFiles: [String] = []
    package var agent: AgentSocket
    package var connectLimit: Duration?
    package var addressFamily = AddressFamily.any
    package var notes: [String] = []
    /// Why the host cannot be reached as it is configured.
    package var problem: HostFailure?
    package var origins = Origins()

    package init(address: String, port: UInt16, user: String, agent: AgentSocket) {
        self.address = address
        self.port = port
        self.user = user
        self.agent = agent
    }

    /// Where the settings came from.
    package struct Origins: Sendable, Equatable {
        package var address = SettingOrigin.inventory
        package var port = SettingOrigin.usual
        package var user = SettingOrigin.usual
        package var route = SettingOrigin.usual
        package var hostKeyAlias = SettingOrigin.usual
        package var knownHostsFiles = SettingOrigin.usual
        package var identityFiles = SettingOrigin.usual
        package var connectLimit = SettingOrigin.usual

        package init() {}
    }
}

extension HostAccess {
    /// What ssh_config says, as far as it is used.
    ///
    /// - Parameter agent: the option's; it goes before ssh_config.
    init(of settings: SSHSettings, agent: String?) {
        self.init(
            address: settings.hostName, port: settings.port, user: settings.user,
            agent: AgentSocket(option: agent, configured: settings.identityAgent))
        notes = settings.notes.map { "ssh_config: \($0)" }
        hostKeyAlias = settings.hostKeyAlias
        let user = settings.userKnownHostsFiles ?? Self.usualKnownHostsFiles.user
        let global = settings.globalKnownHostsFiles ?? Self.usualKnownHostsFiles.global
        // The usual way to write "none"; it is no file that can be read whole.
        knownHostsFiles = (user + global).filter { $0 != "/dev/null" }
        // As ssh, which never writes to the system's files.
        newKeysFile = user.first == "/dev/null" ? nil : user.first
        keys = Self.keys(settings)
        certificateFiles = settings.certificateFiles
        connectLimit = settings.connectSeconds.map { .seconds($0) }
        addressFamily = AddressFamily(rawValue: settings.addressFamily) ?? .any
    }

    /// Where neither an option nor the inventory nor ssh_config names others.
    static var usualKnownHostsFiles: (user: [String], global: [String]) {
        let home = getenv("HOME").map { String(cString: $0) }
        let user = home.map { ["\($0)/.ssh/known_hosts", "\($0)/.ssh/known_hosts2"] } ?? []
        return (user, ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"])
    }

    /// Of IdentityFile those that are there, as ssh does it; all, to say what is wrong, where nothing else is offered.
    private static func keys(_ settings: SSHSettings) -> KeyRule {
        guard let configured = settings.identityFiles else { return .usual(isExclusive: settings.identitiesOnly) }
        let present = configured.filter(KeyRule.isThere)
        return .configured(
            present.isEmpty && settings.identitiesOnly ? configured : present, isExclusive: settings.identitiesOnly)
    }
}
