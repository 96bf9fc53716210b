import Hardening
import HostInventory
import StrictYAML

/// An inventory and every byte it was made from, for its digest.
struct InventorySource {
    let fleet: Fleet
    let bytes: [UInt8]

    static func load(_ path: String) throws(CommandFailure) -> InventorySource {
        do throws(YAMLError) {
            let text = try YAMLFile.text(path: path, limit: Fleet.fileLimit)
            return InventorySource(fleet: try Fleet.parse(text, file: path), bytes: Array(text.utf8))
        } catch {
            throw CommandFailure(.badInput, "the inventory cannot be used, nothing was contacted\n\(error)")
        }
    }
}

extension Fleet {
    /// Its hosts as waivers see them.
    var waiverPlaces: [WaiverPlace] { FleetRecord(self).waiverPlaces }
}
