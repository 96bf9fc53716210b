package import Hardening
package import SSH

/// How one host is reached, everything considered: options, then the inventory, then ssh_config, then defaults.
package struct HostAccess: Sendable {
    /// What is connected to, by this machine or by the bastion; known_hosts is asked for it.
    package var address: String
    package var port: UInt16
    package var user: String
    package var route = SSHRoute.direct
    package var hostKeyAlias: String?
    /// The first is the one that new keys are recorded in.
    package var knownHostsFiles: [String] = []
    /// Empty stands for the agent's and the usual ones.
    package var identityFiles: [String] = []
    package var certificateFiles: [String] = []
    /// A path, `none`, or a variable's name; nil where nothing is configured.
    package var identityAgent: String?
    package var connectLimit: Duration?
    package var addressFamily = AddressFamily.any
    package var notes: [String] = []
    /// Why the host cannot be reached as it is configured.
    package var problem: HostFailure?
    package var origins = Origins()

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
