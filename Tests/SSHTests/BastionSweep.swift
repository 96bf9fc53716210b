import FleetSweep
import Hardening
import HostInventory
import SSH
import StrictYAML
import Testing

/// A sweep, as `kubesweep scan` makes it, of clusters that are reached in different ways.
struct BastionSweep {
    /// What ssh_config says of the bastions.
    let setup: BastionSetup
    /// Every host is this one server, at an address of its own, and answers with a whole listing.
    let server: Server
    private let listings: Workshop
    private var clusters: [Cluster] = []
    private var knownHosts = ""

    var limits = SSHLimits.forTests
    var concurrency = 128
    var retries = 0

    private static let place = Place(file: "fleet.yaml", line: 1, column: 1)

    init(_ bastions: [(name: String, address: String, port: UInt16)], isLeftToSSH: Bool = false) throws {
        setup = try BastionSetup(bastions, isLeftToSSH: isLeftToSSH)
        listings = try Workshop()
        let listing = try listings.write(WholeListing(mark: "hidden").text, to: "listing")
        server = try Server(address: "0.0.0.0", options: ["ForceCommand cat '\(listing)'"])
    }

    /// Hosts that there are, in a cluster of their own.
    mutating func add(_ name: String, hosts: Int, through gateway: Gateway) throws {
        let network = clusters.count + 1
        let ends = (1...hosts).map { (address: "127.0.\(network).\($0)", port: server.port) }
        let key = try TestKeys.get().hostLine("ed25519")
        knownHosts += ends.map { "[\($0.address)]:\($0.port) \(key)\n" }.joined()
        clusters.append(
            Cluster(
                name: name,
                hosts: ends.map { end in
                    var host = Host(
                        cluster: name, name: end.address, address: end.address, port: end.port, user: "root",
                        place: Self.place)
                    host.statesPort = true
                    host.gateway = gateway
                    host.sshConfig = setup.configFile
                    return host
                }))
    }

    /// - Parameter onHost: called as each host ends.
    /// - Returns: the records by the names of the clusters.
    func records(
        until end: SweepEnd = SweepEnd(), onHost: (HostRecord, String) -> Void = { _, _ in }
    ) async throws -> [String: [HostRecord]] {
        let fleet = Fleet(source: "fleet.yaml", clusters: clusters)
        var reaching = FleetAccess.Options()
        reaching.knownHostsFile = try setup.workshop.write(knownHosts, to: "hosts")
        let access = await FleetAccess(for: fleet, reaching)
        var keys = Keyring.Options()
        keys.identityFiles = [try TestKeys.get().user("ed25519")]
        let keyring = await Keyring(for: fleet, reachedBy: access, keys, passphrases: .none)
        var capturing = SSHCapture.Options()
        capturing.lanes = 2
        capturing.limits = limits
        capturing.retry.limit = retries
        let capture = try SSHCapture(capturing, access: access, keyring: keyring, until: end)
        let facts = try BuiltIn.facts()
        let judge = Judge(policy: try PolicySource.load("stackrox-2019").policy(facts: facts), facts: facts)
        var sweeping = Sweep.Options()
        sweeping.concurrency = concurrency
        sweeping.perCluster = 1000
        let sweep = Sweep(
            judge: judge, options: sweeping, passage: { capture.passage(of: $0) }, isOpen: { capture.isOpen($0) }
        ) { await capture.capture($0) }
        let records = await sweep.run(access.applied(to: fleet), until: end, onHost: onHost)
        capture.shutdown()
        return Dictionary(uniqueKeysWithValues: records.map { ($0.name, $0.hosts) })
    }
}
