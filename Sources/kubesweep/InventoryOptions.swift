import ArgumentParser
import HostInventory

/// Which hosts there are, and which of them are meant.
struct InventoryOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The inventory of clusters and their masters, kubesweep's own or Ansible's: a file, a folder or a program; may be given several times.",
            valueName: "path"))
    var inventory: [String]

    @OptionGroup var selection: SelectionOptions

    func load() throws(CommandFailure) -> InventorySource { try selection.load(inventory) }

    func select(from fleet: Fleet) throws(CommandFailure) -> Fleet { try selection.select(from: fleet) }
}
