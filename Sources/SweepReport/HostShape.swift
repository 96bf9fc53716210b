import Hardening

/// What hosts that are reached alike have in common; their names and addresses are not part of it.
struct HostShape: Hashable {
    let addressOrigin: SettingOrigin
    let port: Sourced<Int>
    let user: Sourced<String>
    let way: HostCheckup.Way
    let route: Sourced<String>
    let leftToSSH: String?
    let keys: [OfferedKey]
    let keysOrigin: SettingOrigin
    let agent: Sourced<String?>
    let knownHostsFiles: Sourced<[String]>
    let aliasOrigin: SettingOrigin?
    let hostKeyState: String?
    /// Of the keys that are known and not revoked, sorted.
    let hostKeyTypes: [String]
    let newKeys: Sourced<HostCheckup.NewHostKeys>
    let newKeysFile: String?
    let connectSeconds: Sourced<Double>
    let isForced: Bool

    init(_ host: HostCheckup) {
        addressOrigin = host.address.origin
        port = host.port
        user = host.user
        way = host.way
        route = host.route
        leftToSSH = host.leftToSSH
        keys = host.keys
        keysOrigin = host.keysOrigin
        agent = host.agent
        knownHostsFiles = host.knownHostsFiles
        aliasOrigin = host.hostKeyAlias?.origin
        hostKeyState = host.hostKey?.state
        hostKeyTypes = Set((host.hostKey?.lines ?? []).filter { !$0.isRevoked }.map(\.type)).sorted()
        newKeys = host.newKeys
        newKeysFile = host.newKeysFile
        connectSeconds = host.connectSeconds
        isForced = host.isForced
    }

    /// In the order of first appearance.
    static func groups(_ hosts: [HostCheckup]) -> [(shape: HostShape, hosts: [HostCheckup])] {
        var known: [HostShape: Int] = [:]
        var groups: [(shape: HostShape, hosts: [HostCheckup])] = []
        for host in hosts {
            let shape = HostShape(host)
            if let index = known[shape] {
                groups[index].hosts.append(host)
            } else {
                known[shape] = groups.count
                groups.append((shape, [host]))
            }
        }
        return groups
    }
}

extension SettingOrigin {
    /// Where a reader finds it.
    var words: String {
        self == .sshConfig ? "ssh_config" : rawValue
    }
}
