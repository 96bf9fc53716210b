/// How the hosts of an inventory would be reached, and how they were where they were tried.
package struct FleetCheckup: Sendable {
    package var inventory: InventoryIdentity
    package var limits: [TimeLimit]
    /// In the order of the inventory.
    package var hosts: [HostCheckup]
    /// Whether hosts were connected to.
    package var isTried: Bool

    /// A limit that holds for every host; a host's own limit on connecting stands with the host.
    package struct TimeLimit: Sendable {
        package var name: StaticString
        package var seconds: Double

        package init(_ name: StaticString, seconds: Double) {
            self.name = name
            self.seconds = seconds
        }
    }

    package init(
        inventory: InventoryIdentity, limits: [TimeLimit], hosts: [HostCheckup], isTried: Bool
    ) {
        self.inventory = inventory
        self.limits = limits
        self.hosts = hosts
        self.isTried = isTried
    }
}

/// Where a setting came from: an option goes before the inventory, the inventory before ssh_config.
package enum SettingOrigin: String, Sendable, CaseIterable {
    case option, inventory, sshConfig
    /// Nobody said otherwise.
    case usual = "default"
}

/// A setting and where it came from.
package struct Sourced<Value: Sendable & Hashable>: Sendable, Hashable {
    package var value: Value
    package var origin: SettingOrigin

    package init(_ value: Value, _ origin: SettingOrigin) {
        self.value = value
        self.origin = origin
    }
}

/// One host: what would be used, what is wrong with it, and what came of trying.
package struct HostCheckup: Sendable {
    package var cluster: String
    package var name: String
    /// As stated.
    package var kubernetesVersion: String?
    package var address: Sourced<String>
    package var port: Sourced<Int>
    package var user: Sourced<String>
    package var way: Way
    package var route: Sourced<String>
    /// Why the bastion is logged in to by ssh, with a process a host; nil where this program does, or there is none.
    package var leftToSSH: String?
    /// What the name stands for; empty where it could not be resolved, or is left to a bastion or command.
    package var addresses: [String] = []
    package var keys: [OfferedKey] = []
    package var keysOrigin = SettingOrigin.usual
    /// The socket of the agent that is asked; nil for none.
    package var agent = Sourced<String?>(nil, .usual)
    package var knownHostsFiles: Sourced<[String]>
    package var hostKeyAlias: Sourced<String>?
    /// Nil where known_hosts cannot be read.
    package var hostKey: KnownHostKey?
    /// What becomes of a key that known_hosts does not have.
    package var newKeys = Sourced(NewHostKeys.refused, .usual)
    /// Where they are recorded.
    package var newKeysFile: String?
    package var connectSeconds: Sourced<Double>
    /// The account is pinned to its command.
    package var isForced = false
    package var notes: [String] = []
    /// Why a sweep cannot see the host as things stand.
    package var problem: HostFailure?
    /// Nil where the host was not tried.
    package var trial: HostTrial?

    package var place: HostPlace { HostPlace(cluster: cluster, host: name) }

    package enum NewHostKeys: String, Sendable, CaseIterable {
        case refused
        /// Trusted on first use, and written into a file.
        case recorded
        /// Trusted on first use: the user's file is turned off.
        case trusted
    }

    package enum Way: String, Sendable, CaseIterable {
        case direct, bastion, command
    }

    package init(
        cluster: String, name: String, address: Sourced<String>, port: Sourced<Int>, user: Sourced<String>, way: Way,
        route: Sourced<String>, knownHostsFiles: Sourced<[String]>, connectSeconds: Sourced<Double>
    ) {
        self.cluster = cluster
        self.name = name
        self.address = address
        self.port = port
        self.user = user
        self.way = way
        self.route = route
        self.knownHostsFiles = knownHostsFiles
        self.connectSeconds = connectSeconds
    }
}

/// A key as it would be offered to a host.
package struct OfferedKey: Sendable, Hashable {
    package var type: String
    package var fingerprint: String
    /// A path, or the agent's comment.
    package var name: String
    package var isInAgent: Bool
    /// Why it is not offered, or not to every server.
    package var limitation: String?

    package init(type: String, fingerprint: String, name: String, isInAgent: Bool, limitation: String? = nil) {
        self.type = type
        self.fingerprint = fingerprint
        self.name = name
        self.isInAgent = isInAgent
        self.limitation = limitation
    }
}

/// What known_hosts says of a host.
package struct KnownHostKey: Sendable, Hashable {
    /// As it stands there, such as `[host]:2222`.
    package var name: String
    /// One of `HostTrust.State`.
    package var state: String
    /// The lines that name the host, in their order.
    package var lines: [Line]

    package struct Line: Sendable, Hashable {
        package var type: String
        package var fingerprint: String
        package var file: String
        package var line: Int
        package var isRevoked: Bool

        package init(type: String, fingerprint: String, file: String, line: Int, isRevoked: Bool) {
            self.type = type
            self.fingerprint = fingerprint
            self.file = file
            self.line = line
            self.isRevoked = isRevoked
        }
    }

    package init(name: String, state: String, lines: [Line]) {
        self.name = name
        self.state = state
        self.lines = lines
    }
}

/// What came of connecting and signing in, with no command behind it.
package struct HostTrial: Sendable {
    /// Nil where the host let in.
    package var failure: HostFailure?
    /// `ssh-ed25519 SHA256:…`; nil where it was not shown.
    package var hostKey: String?
    /// The key was not known until now.
    package var hostKeyIsNew = false
    /// The key that let in.
    package var key: OfferedKey?
    /// The address that was connected to.
    package var peerAddress: String?
    package var serverVersion: String?
    package var attempts = 1
    package var notes: [String] = []
    package var times = Times()

    /// Microseconds; 0 for phases that were not reached.
    package struct Times: Sendable, Hashable {
        package var resolve = 0
        package var proxy = 0
        package var connect = 0
        package var handshake = 0
        package var authenticate = 0
        package var total = 0

        package init() {}
    }

    package init() {}
}
