import AnsibleInventory
import ArgumentParser
import HostInventory

/// The part of the inventories that a call is about, and how Ansible's are read.
struct SelectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only clusters whose name matches; may be given several times.", valueName: "glob"))
    var cluster: [String] = []

    @Option(
        help: ArgumentHelp("Only hosts whose name or address matches; may be given several times.", valueName: "glob"))
    var host: [String] = []

    @Option(
        help: ArgumentHelp(
            "The masters of Ansible's inventories, as a host pattern. Default: kube_control_plane, or another usual group.",
            valueName: "pattern"))
    var masters: String?

    @Option(
        help: ArgumentHelp(
            "The variable of Ansible's inventories that names a master's cluster. Default: an inventory is one cluster.",
            valueName: "name"))
    var clusterVariable: String?

    @Option(
        help: ArgumentHelp(
            "A variable of Ansible's inventories that is a label of the cluster whose masters all have one value of it; may be given several times.",
            valueName: "name"))
    var labelVariable: [String] = []

    @Option(
        help: ArgumentHelp(
            "What the inventories are, where their files do not show it.", valueName: "format"))
    var inventoryFormat: InventoryFormat?

    @Option(help: ArgumentHelp("Seconds for each inventory that is a program.", valueName: "seconds"))
    var inventorySeconds = 60.0

    mutating func validate() throws {
        guard (0.001...86_400).contains(inventorySeconds) else {
            throw ValidationError("--inventory-seconds must be between 0.001 and 86400")
        }
    }

    var isEmpty: Bool { cluster.isEmpty && host.isEmpty }

    func load(_ inventories: [String]) throws(CommandFailure) -> InventorySource {
        var expression: HostExpression?
        if let masters {
            do throws(HostExpression.Problem) {
                expression = try HostExpression(masters)
            } catch {
                throw CommandFailure(.usage, "--masters: \(error.message)")
            }
        }
        var options = AnsibleInventory.Options()
        options.format = inventoryFormat
        options.programLimit = .seconds(inventorySeconds)
        return try InventorySource.load(
            inventories, options, masters: expression, clusterVariable: clusterVariable, labelVariables: labelVariable)
    }

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

extension InventoryFormat: ExpressibleByArgument {}
