import AnsibleInventory
import ArgumentParser
import HostInventory

/// How inventories are read, above all Ansible's.
struct ReadingOptions: ParsableArguments {
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
}

extension InventoryFormat: ExpressibleByArgument {}
