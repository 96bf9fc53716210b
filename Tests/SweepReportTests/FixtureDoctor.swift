import Hardening

/// A checkup with an item of each health and area, and hosts of every kind of setting, problem and trial.
struct FixtureDoctor {
    static let tool = ToolIdentity(name: "kubesweep", version: "0.1.0", libssh2: "1.10.0")
    static let policy = PolicyIdentity(name: "stackrox-2019", digest: "sha256:" + String(repeating: "ab", count: 32))
    static let time = "2026-11-23T02:00:00Z"

    static func fingerprint(_ letter: Character) -> String { "SHA256:" + String(repeating: letter, count: 43) }

    private static let items: [HealthItem] = [
        HealthItem(
            .program, "kubesweep", .ok, "0.1.0, built with Swift 6.3, on Debian",
            facts: [.init("version", .text("0.1.0")), .init("user", .text("audit"), label: "runs as")]),
        HealthItem(
            .library, "libssh2", .warning, "1.10.0 is loaded; built against 1.11.1",
            hint: "load the libssh2 that kubesweep was built against, or a newer one",
            facts: [
                .init("loaded", .text("1.10.0")),
                .init("cipher", .list(["aes128-ctr", "aes192-ctr", "aes256-ctr"]), label: "cipher"),
                .init("mac", .list([]), label: "MAC"),
                .init("lacks", .list(["RSA user keys: some", "user certificates: some"]), label: "lacks"),
            ]),
        HealthItem(
            .limits, "open files", .ok, "1024, raised to 20000 for a sweep: enough for 128 hosts at once",
            facts: [.init("soft", .number(1024)), .init("hard", .number(20000), label: "at most")]),
        HealthItem(
            .ssh, "ssh", .warning, "there is none in PATH: without it ssh_config is not read",
            hint: "install OpenSSH's client"),
        HealthItem(
            .agent, "ssh-agent", .ok, "it holds 1 key, 1 of use here",
            facts: [
                .init(
                    "list", .list(["ssh-ed25519 \(fingerprint("A")) (\(HostileText.escapeSequence))"]), label: "key")
            ]),
        HealthItem(
            .keyFile, "/home/audit/.ssh/id_\(HostileText.bidirectional)", .problem,
            "mode 0644 lets others read or change this private key",
            hint: "chmod 600 '/home/audit/.ssh/id_\(HostileText.bidirectional)'",
            facts: [.init("encrypted", .flag(false), label: "encrypted")]),
        HealthItem(
            .knownHosts, "/home/audit/.ssh/known_hosts", .warning, "3 keys in 9 lines, 1 line passed over",
            hint: "correct or remove those lines: one may have been meant to revoke a key",
            facts: [
                .init("malformed", .number(1)),
                .init("malformedLines", .list(["line 4: the key is not base64"]), label: "passed over"),
            ]),
        HealthItem(.clock, "clock", .ok, time),
    ]

    private static let key = OfferedKey(
        type: "ssh-ed25519", fingerprint: fingerprint("A"), name: "/home/audit/.ssh/id_ed25519", isInAgent: false)
    private static let rsa = OfferedKey(
        type: "ssh-rsa", fingerprint: fingerprint("B"), name: HostileText.all, isInAgent: true,
        limitation: "RSA keys are offered to OpenSSH servers only, for want of libssh2 1.11")

    static func host(_ cluster: String, _ name: String, _ address: String) -> HostCheckup {
        var host = HostCheckup(
            cluster: cluster, name: name, address: Sourced(address, .inventory), port: Sourced(22, .usual),
            user: Sourced("audit", .inventory), way: .direct, route: Sourced("direct", .usual),
            knownHostsFiles: Sourced(["/home/audit/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"], .usual),
            connectSeconds: Sourced(5, .usual))
        host.kubernetesVersion = "1.31"
        host.addresses = [address]
        host.keys = [key]
        host.keysOrigin = .inventory
        host.hostKey = KnownHostKey(
            name: address, state: "known",
            lines: [
                .init(
                    type: "ssh-ed25519", fingerprint: fingerprint("C"), file: "/home/audit/.ssh/known_hosts", line: 3,
                    isRevoked: false)
            ])
        return host
    }

    /// Every kind of setting and problem.
    private static var hosts: [HostCheckup] {
        var unknown = host("edge", "cp1.edge", "cp1.edge.example")
        unknown.addresses = ["10.0.4.1", "2001:db8::1"]
        unknown.hostKey = KnownHostKey(name: "cp1.edge.example", state: "unknown", lines: [])
        unknown.problem = HostFailure(
            phase: "hostKey", reason: "hostKeyUnknown", detail: "no known_hosts line names cp1.edge.example",
            hint: "verify the fingerprint on the host's console, then add the key to known_hosts")
        var behind = host("edge", "cp2.edge", "10.0.4.2")
        behind.addresses = []
        behind.way = .bastion
        behind.route = Sourced("audit@bastion:2222,inner", .sshConfig)
        behind.user = Sourced("root", .usual)
        behind.port = Sourced(2222, .sshConfig)
        behind.hostKeyAlias = Sourced("cp2", .sshConfig)
        behind.keys = [key, rsa]
        behind.keysOrigin = .usual
        behind.newKeys = Sourced(.recorded, .option)
        behind.newKeysFile = "/home/\(HostileText.nul)/known_hosts"
        behind.agent = Sourced("/run/\(HostileText.nul)", .usual)
        behind.connectSeconds = Sourced(2.5, .sshConfig)
        var command = host("edge", "cp3.\(HostileText.all)", "10.0.4.3")
        var leftToSSH = behind
        leftToSSH.name = "cp4.edge"
        leftToSSH.leftToSSH = "ssh_config sets ciphers for bastion\(HostileText.nul)"
        command.way = .command
        command.route = Sourced("nc -X \(HostileText.newlines) %h", .inventory)
        command.knownHostsFiles = Sourced([], .option)
        command.hostKey = nil
        command.keys = []
        command.isForced = true
        command.newKeys = Sourced(.trusted, .option)
        command.agent = Sourced(nil, .sshConfig)
        command.kubernetesVersion = nil
        command.notes = ["key not used: \(HostileText.c1)"]
        command.problem = HostFailure(
            phase: "credentials", reason: "keyUnusable", detail: "no private key is given \(HostileText.nul)",
            hint: "name one with --identity or identity_file in the inventory")
        return [
            host("prod", "cp1.prod", "10.0.1.1"), host("prod", "cp2.prod", "10.0.1.2"), unknown, behind, command,
            leftToSSH,
        ]
    }

    static let inventory = InventoryIdentity(digest: "sha256:" + String(repeating: "cd", count: 32), hosts: 9)
    private static let limits: [FleetCheckup.TimeLimit] = [
        .init("resolve", seconds: 5), .init("handshake", seconds: 15), .init("host", seconds: 0.25),
    ]

    private static func record(_ hosts: [HostCheckup]?, isTried: Bool) -> DoctorRecord {
        DoctorRecord(
            tool: tool, policy: policy, time: time, items: items,
            fleet: hosts.map { FleetCheckup(inventory: inventory, limits: limits, hosts: $0, isTried: isTried) })
    }

    static let bare = record(nil, isTried: false)
    static let settings = record(hosts, isTried: false)

    static let tried: DoctorRecord = {
        var hosts = Self.hosts
        for number in [0, 1] {
            var trial = HostTrial()
            trial.hostKey = "ssh-ed25519 \(fingerprint("C"))"
            trial.hostKeyIsNew = number == 1
            trial.key = number == 0 ? key : rsa
            trial.peerAddress = hosts[number].address.value
            trial.serverVersion = "SSH-2.0-OpenSSH_9.2p1 \(HostileText.escapeSequence)"
            trial.notes = number == 1 ? ["its host key was not known and is now in /home/audit/.ssh/known_hosts"] : []
            trial.times.connect = 210
            trial.times.handshake = 12_345
            trial.times.authenticate = 4_000 * (number + 1)
            trial.times.total = 1_016_555
            hosts[number].trial = trial
        }
        for number in 2..<hosts.count {
            var trial = HostTrial()
            trial.attempts = number - 2
            trial.failure =
                hosts[number].problem
                ?? HostFailure(
                    phase: "connect", reason: "connectionRefused", detail: "10.0.4.2:2222: Connection refused",
                    hint: "check that sshd runs and listens on this port")
            hosts[number].trial = trial
        }
        return record(hosts, isTried: true)
    }()

    /// Three hundred hosts of a hundred clusters, all alike but for a few.
    static let many: DoctorRecord = {
        var hosts: [HostCheckup] = []
        for cluster in 1...100 {
            for number in 1...3 {
                var host = host("fleet\(cluster)", "cp\(number).fleet\(cluster).example", "10.1.\(cluster).\(number)")
                host.kubernetesVersion = cluster % 2 == 0 ? "1.30" : "1.31"
                if cluster % 10 == 0, number == 3 {
                    host.hostKey = KnownHostKey(name: host.address.value, state: "unknown", lines: [])
                    host.problem = HostFailure(
                        phase: "hostKey", reason: "hostKeyUnknown",
                        detail: "no known_hosts line names \(host.address.value)", hint: "verify the fingerprint")
                }
                hosts.append(host)
            }
        }
        return DoctorRecord(
            tool: tool, policy: policy, time: time, items: [],
            fleet: FleetCheckup(inventory: inventory, limits: limits, hosts: hosts, isTried: false))
    }()
}
