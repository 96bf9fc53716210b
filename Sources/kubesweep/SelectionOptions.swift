import ArgumentParser
import HostInventory

/// The part of the inventories that a call is about, and how they are read.
struct SelectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only clusters whose name matches; may be given several times.", valueName: "glob"))
    var cluster: [String] = []

    @Option(
        help: ArgumentHelp("Only hosts whose name or address matches; may be given several times.", valueName: "glob"))
    var host: [String] = []

    @OptionGroup var reading: ReadingOptions

    var isEmpty: Bool { cluster.isEmpty && host.isEmpty }

    func load(_ inventories: [String]) throws(CommandFailure) -> InventorySource { try reading.load(inventories) }

    func select(from fleet: Fleet) throws(CommandFailure) -> Fleet {
        let selection = fleet.selecting(clusters: cluster, hosts: host)
        // Hosts are looked for in the selected clusters only.
        let part = cluster.isEmpty ? "" : " in the clusters of --cluster"
        let unmatched =
            selection.unmatchedClusters.map { "--cluster \($0) matches no cluster" }
            + selection.unmatchedHosts.map { "--host \($0) matches no host\(part)" }
        if !unmatched.isEmpty {
            let lines = unmatched.joined(separator: "\n")
            throw CommandFailure(.usage, "not in \(fleet.source), nothing was contacted\n\(lines)")
        }
        return selection.fleet
    }
}
