// Times reading inventories of Ansible's and making a fleet of them, on one core, and prints figures.
//
//     swift run -c release InventoryBenchmark [HOSTS]
//
// Each inventory is written to a folder of its own under $TMPDIR or /tmp, with group_vars beside it, and read from there:
// 500 groups, three nested levels, an address, a port and two more variables a host. The figures are those of the fastest of five runs.
import AnsibleInventory
import Foundation
import HostInventory

let hosts = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 50_000
let clock = ContinuousClock()
let folder = FileManager.default.temporaryDirectory.appending(path: "kubesweep-inventories-\(getpid())")
try FileManager.default.createDirectory(
    at: folder.appending(path: "group_vars"), withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
try Data("ansible_user: audit\nansible_ssh_private_key_file: ~/.ssh/audit\nkube_version: v1.31.4\n".utf8)
    .write(to: folder.appending(path: "group_vars/all.yml"))

for (name, text) in [("hosts.ini", ini(hosts)), ("hosts.yml", yaml(hosts)), ("hosts.json", list(hosts))] {
    let file = folder.appending(path: name)
    try Data(text.utf8).write(to: file)
    var best = Duration.seconds(1_000_000)
    var count = 0
    for _ in 0..<5 {
        let start = clock.now
        var inventory = try AnsibleInventory(path: file.path)
        let fleet = try inventory.fleet()
        best = min(best, clock.now - start)
        count = fleet.clusters.reduce(0) { $0 + $1.hosts.count }
    }
    let seconds = Double(best.components.attoseconds) / 1e18 + Double(best.components.seconds)
    let rounded = (seconds * 1000).rounded() / 1000
    print(
        "\(name): \(count) hosts, \(text.utf8.count / 1024) KiB, \(rounded) s, \(Int(Double(count) / seconds)) hosts a second"
    )
}

func address(_ host: Int) -> String { "10.\(host >> 16 & 255).\(host >> 8 & 255).\(host & 255)" }

func ini(_ hosts: Int) -> String {
    var text = "[kube_control_plane]\n"
    for host in 0..<hosts {
        text +=
            "cp\(host).example.com ansible_host=\(address(host)) ansible_port=2222 zone=\(host % 3) rack='r \(host % 90)'\n"
    }
    for group in 0..<500 {
        text += "[site\(group)]\n"
        for host in stride(from: group, to: hosts, by: 500) { text += "cp\(host).example.com\n" }
    }
    for region in 0..<10 {
        text += "[region\(region):children]\n"
        for group in stride(from: region, to: 500, by: 10) { text += "site\(group)\n" }
        text += "[region\(region):vars]\nregion=\(region)\n"
    }
    return text
}

func yaml(_ hosts: Int) -> String {
    var text = "all:\n  children:\n    kube_control_plane:\n      hosts:\n"
    for host in 0..<hosts {
        text +=
            "        cp\(host).example.com: {ansible_host: \(address(host)), ansible_port: 2222, zone: \(host % 3)}\n"
    }
    for group in 0..<500 {
        text += "    site\(group):\n      hosts:\n"
        for host in stride(from: group, to: hosts, by: 500) { text += "        cp\(host).example.com:\n" }
    }
    return text
}

func list(_ hosts: Int) -> String {
    var text = "{\"_meta\": {\"hostvars\": {\n"
    for host in 0..<hosts {
        text +=
            "\"cp\(host).example.com\": {\"ansible_host\": \"\(address(host))\", \"ansible_port\": 2222, \"zone\": \(host % 3)}"
        text += host + 1 < hosts ? ",\n" : "}},\n"
    }
    let names = (0..<hosts).map { "\"cp\($0).example.com\"" }
    text += "\"kube_control_plane\": {\"hosts\": [\(names.joined(separator: ","))]}"
    for group in 0..<500 {
        let members = stride(from: group, to: hosts, by: 500).map { names[$0] }
        text += ",\n\"site\(group)\": {\"hosts\": [\(members.joined(separator: ","))]}"
    }
    return text + "}\n"
}
