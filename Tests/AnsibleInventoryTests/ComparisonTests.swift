import AnsibleInventory
import Foundation
import Testing

/// Every inventory as the real Ansible reads it, host by host.
struct ComparisonTests {
    static let paths = [
        "ini-plain/hosts", "ini-ranges/hosts.ini", "ini-children/hosts.ini", "ini-priorities/hosts.ini",
        "ini-same-name/hosts.ini", "yaml-plain/hosts.yml", "yaml-anchors/hosts.yaml", "kubespray/hosts.yaml",
        "directory",
        "json-yaml/hosts.json", "dynamic/inventory.sh", "dynamic-without-meta/inventory.sh", "precedence/hosts.ini",
        "templates/hosts.ini", "no-extension/cluster", "odd/hosts.ini",
    ]
    /// What ansible-inventory leaves out of its list.
    static let internalNames: Set<String> = ["inventory_hostname", "inventory_hostname_short", "inventory_dir"]

    @Test(arguments: paths) func `groups and variables are Ansible's`(_ name: String) throws {
        let path = "\(Ansible.inventories)/\(name)"
        let listing = try Ansible.Listing(of: path)
        var inventory = try AnsibleInventory(path: path)
        #expect(inventory.members == listing.members)
        let hosts = try inventory.variables()
        #expect(listing.variables.keys.allSatisfy { hosts[$0] != nil })
        for (host, variables) in hosts {
            let ours = variables.filter { !Self.internalNames.contains($0.key) }.mapValues { canonical($0) }
            let theirs = (listing.variables[host] ?? [:]).mapValues { canonical(json: $0) }
            #expect(ours == theirs, "\(host)")
        }
    }

    /// ansible-inventory's own list, read back, is the inventory again.
    @Test(arguments: ["kubespray/hosts.yaml", "ini-plain/hosts"]) func `a saved list is the inventory again`(
        _ name: String
    ) throws {
        let path = "\(Ansible.inventories)/\(name)"
        var original = try AnsibleInventory(path: path)
        let saved = try Ansible.list(of: path)
        var copy = try AnsibleInventory(path: "hosts.json", text: saved, variableFolders: false)
        #expect(copy.members == original.members)
        let (ours, theirs) = (try copy.variables(), try original.variables())
        #expect(
            ours.mapValues { $0.mapValues { canonical($0) } } == theirs.mapValues { $0.mapValues { canonical($0) } })
    }

    @Test(arguments: [
        "all", "kube_control_plane", "kube_control_plane:etcd", "etcd:!kube_control_plane", "etcd:&kube_node",
        "node*", "kube_*", "~node[13]", "etcd[0:1]", "etcd[-1]", "etcd[1:]", "node1,node4", "!node1",
        "etcd,!node2,&kube_*",
        "k8s_cluster:!etcd", "node[1:2]",
    ])
    func `host patterns mean Ansible's hosts`(_ pattern: String) throws {
        let path = "\(Ansible.inventories)/kubespray/hosts.yaml"
        let expected = try Ansible.hosts(matching: pattern, in: path)
        let inventory = try AnsibleInventory(path: path)
        #expect(Set(inventory.hosts(matching: try HostExpression(pattern))) == Set(expected))
    }
}
