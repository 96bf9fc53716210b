import AnsibleInventory
import Hardening
import HostInventory
import StrictYAML

/// The fleet of all inventories, and every byte it was made from, for its digest.
struct InventorySource {
    let fleet: Fleet
    let bytes: [UInt8]

    static func load(
        _ paths: [String], _ options: AnsibleInventory.Options, masters: HostExpression?, clusterVariable: String?,
        labelVariables: [String] = []
    ) throws(CommandFailure) -> InventorySource {
        var fleet = Fleet(source: paths.joined(separator: ", "), clusters: [])
        var bytes: [UInt8] = []
        var problems = YAMLError(problems: [])
        // Terms of the pattern that no inventory knows.
        var unmatched: [String]?
        for path in paths {
            do throws(YAMLError) {
                switch try InventoryFile(path: path, options) {
                case .native(let text):
                    fleet.clusters += try Fleet.parse(text, file: path).clusters
                    bytes += Array(text.utf8)
                case .ansible(var inventory):
                    let found = try inventory.fleet(
                        masters: masters, clusterVariable: clusterVariable, labelVariables: labelVariables)
                    fleet.clusters += found.clusters
                    fleet.notes += found.notes.filter { !fleet.notes.contains($0) }
                    bytes += inventory.bytes
                    unmatched = unmatched?.filter(found.unmatched.contains) ?? found.unmatched
                }
            } catch {
                problems.problems += error.problems
                problems.isCut = problems.isCut || error.isCut
            }
        }
        if problems.problems.isEmpty { problems.problems = clashes(in: fleet.clusters) }
        guard problems.problems.isEmpty else {
            let noun = paths.count == 1 ? "the inventory" : "an inventory"
            throw CommandFailure(.badInput, "\(noun) cannot be used, nothing was contacted\n\(problems)")
        }
        if let term = unmatched?.first {
            throw CommandFailure(
                .usage,
                "--masters: \(escaped(term)) matches no group and no host in \(escaped(fleet.source)); nothing was contacted"
            )
        }
        return InventorySource(fleet: fleet, bytes: bytes)
    }

    private static func clashes(in clusters: [Cluster]) -> [YAMLProblem] {
        var seen: [String: String] = [:]
        var problems: [YAMLProblem] = []
        for cluster in clusters {
            if let first = seen[cluster.name] {
                problems.append(
                    YAMLProblem(
                        place: Place(file: cluster.source, line: 1, column: 1),
                        message: "a second cluster of one name, first in \(escaped(first))", text: cluster.name,
                        hint:
                            "an inventory of Ansible's is named like its file or folder; --cluster-variable takes a variable"
                    ))
            }
            seen[cluster.name] = cluster.source
        }
        return problems
    }
}

extension Fleet {
    /// Its hosts as waivers see them.
    var waiverPlaces: [WaiverPlace] { FleetRecord(self).waiverPlaces }
}
