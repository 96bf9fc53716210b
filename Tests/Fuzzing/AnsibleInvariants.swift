import AnsibleInventory
import HostInventory
import StrictYAML

/// INI, YAML and the list of a dynamic inventory, with every host pattern's masters; nothing is run, and no other file read.
func checkAnsible(_ bytes: UnsafeBufferPointer<UInt8>) throws(BrokenInvariant) {
    guard let choice = bytes.first else { return }
    let formats: [InventoryFormat?] = [.ini, .yaml, .list, nil]
    let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
    var members: [String: Set<String>] = [:]
    let fleet: AnsibleFleet
    do throws(YAMLError) {
        var inventory = try AnsibleInventory(
            path: "prod/hosts", text: text, format: formats[Int(choice) % formats.count], variableFolders: false)
        members = inventory.members
        fleet = try inventory.fleet(masters: try? HostExpression(choice > 127 ? "all:!x*" : "all"))
    } catch {
        try check(error.problems, error.description, of: text)
        return
    }
    try hold(members.values.allSatisfy { !$0.isEmpty }, "a group without hosts")
    for host in fleet.clusters.flatMap(\.hosts) {
        try hold(HostAddress.isValid(host.address), "no address: \(host.address)")
        try checkPrintable(host.name + host.address + (host.user ?? "") + host.cluster, "a host")
        try checkPrintable((host.identityFile ?? "") + (host.sshConfig ?? "") + (host.refusal ?? ""), "a setting")
        if case .jump(let text) = host.gateway { try hold(Gateway.isJump(text), "no bastion: \(text)") }
        if case .command(let text) = host.gateway {
            try hold(Gateway.unknownToken(inCommand: text) == nil, "an unknown token: \(text)")
        }
    }
    for cluster in fleet.clusters {
        try hold(Set(cluster.hosts.map(\.name)).count == cluster.hosts.count, "two hosts of one name")
    }
    for note in fleet.notes { try checkPrintable(note, "a note") }
}
