import ArgumentParser
import Glibc
import HostInventory
import SSH
import StrictYAML
import SweepReport

struct InventoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory",
        abstract:
            "Shows the fleet that inventories amount to, why each host is in it, and what is wrong with the whole.",
        discussion: """
            Nothing is contacted, but an inventory that is a program is run. Problems are one host in two clusters, one \
            address or host key (by known_hosts) under two names, an even number of etcd members, and hosts that SSH is \
            not the way to. The exit status is 1 where there are any.
            """)

    @OptionGroup var inventories: InventoryOptions

    @Option(help: "What goes to standard output: \(ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: ReportFormat = .text

    @Option(
        help: ArgumentHelp("The known_hosts file to look host keys up in, for all hosts.", valueName: "file"))
    var knownHosts: String?

    @Option(help: ArgumentHelp("Colour in text on standard output: auto, always, never.", valueName: "when"))
    var color: ColourChoice = .auto

    func run() {
        do throws(CommandFailure) {
            let source = try inventories.load()
            let fleet = try inventories.select(from: source.fleet)
            var keys = HostKeyLookup(fleet, file: knownHosts)
            let review = FleetReview(fleet, of: source.fleet) { keys.fingerprints(of: $0) }
            let record = InventoryRecord(
                fleet, inventories: inventories.inventory, review, notes: fleet.notes + review.notes + keys.notes)
            switch format {
            case .json: try Console.result(InventoryReport.json(record))
            case .text:
                let style = TerminalStyle(isColoured: Console.isColoured(color))
                try Console.result(Array(InventoryReport.text(record, style: style).utf8))
            }
            Console.end(.result(hasFindings: !review.problems.isEmpty, isIncomplete: false))
        } catch {
            Console.end(error)
        }
    }
}

/// The keys that known_hosts files know hosts by; each set of files is read once.
private struct HostKeyLookup {
    /// Hashes of names, each a microsecond.
    private static let hashLimit = 5_000_000

    private var byFile: [String?: KnownHosts] = [:]
    private let file: String?
    private let hostCount: Int
    private(set) var notes: [String] = []

    init(_ fleet: Fleet, file: String?) {
        self.file = file
        hostCount = fleet.hostCount
    }

    mutating func fingerprints(of host: Host) -> [String] {
        let knownHosts = known(file ?? host.knownHostsFile)
        guard knownHosts.hashedCount * hostCount <= Self.hashLimit else {
            let note = "host keys are not compared: known_hosts has too many hashed names for so many hosts"
            if !notes.contains(note) { notes.append(note) }
            return []
        }
        return knownHosts.fingerprints(
            of: host.hostKeyAlias ?? host.address, port: host.hostKeyAlias == nil ? host.port : 22)
    }

    private mutating func known(_ file: String?) -> KnownHosts {
        if let known = byFile[file] { return known }
        let home = getenv("HOME").map { String(cString: $0) }
        let files = file.map { [$0] } ?? (home.map { ["\($0)/.ssh/known_hosts"] } ?? []) + ["/etc/ssh/ssh_known_hosts"]
        var known = KnownHosts()
        do throws(KnownHostsError) {
            known = try KnownHosts(files: files)
        } catch {
            if case .cannotRead(let why) = error { notes.append("host keys are not compared: \(why)") }
        }
        byFile[file] = known
        return known
    }
}

extension InventoryRecord {
    fileprivate init(_ fleet: Fleet, inventories: [String], _ review: FleetReview, notes: [String]) {
        self.init(
            tool: "kubesweep", version: Kubesweep.version, inventories: inventories,
            clusters: fleet.clusters.map { cluster in
                Cluster(
                    name: cluster.name, inventory: cluster.source,
                    kubernetesVersion: cluster.kubernetesVersion?.description, versionSource: cluster.versionSource,
                    labels: cluster.labels, etcdMembers: cluster.etcdMembers, hosts: cluster.hosts.map(Host.init))
            },
            problems: review.problems.map { problem in
                Problem(
                    kind: problem.kind.rawValue, words: problem.kind.words, detail: problem.detail, hosts: problem.hosts
                )
            }, notes: notes)
    }
}

extension InventoryRecord.Host {
    fileprivate init(_ host: Host) {
        let gateway: String? =
            switch host.gateway {
            case .some(.none): "none"
            case .jump(let text), .command(let text): text
            case nil: nil
            }
        self.init(
            name: host.name, address: host.address, port: Int(host.port), user: host.user,
            identityFile: host.identityFile, gateway: gateway, pattern: host.membership?.pattern,
            group: host.membership?.group, file: host.place.file, line: host.place.line, column: host.place.column,
            refusal: host.refusal)
    }
}

extension FleetReview.Problem.Kind {
    fileprivate var words: String {
        switch self {
        case .hostInTwoClusters: "one host in two clusters"
        case .addressTwice: "one address under two names"
        case .hostKeyShared: "one host key under two names: one machine, or copies of one that share their keys"
        case .evenEtcdMembers: "an even number of etcd members: one fewer tolerates as many failures"
        case .notReachedBySSH: "SSH is not the way to this host; a sweep reports it as not seen"
        }
    }
}
