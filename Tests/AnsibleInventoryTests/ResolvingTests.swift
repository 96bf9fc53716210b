import AnsibleInventory
import HostInventory
import StrictYAML
import Testing

/// What becomes of groups and variables: hosts to connect to, or problems with their places.
struct ResolvingTests {
    private func fleet(
        _ text: String, path: String = "prod/hosts.ini", masters: String? = nil, clusterVariable: String? = nil,
        labelVariables: [String] = []
    ) throws -> AnsibleFleet {
        var inventory = try AnsibleInventory(path: path, text: text, variableFolders: false)
        return try inventory.fleet(
            masters: try masters.map { try HostExpression($0) }, clusterVariable: clusterVariable,
            labelVariables: labelVariables)
    }

    private func host(_ variables: String) throws -> Host {
        try #require(try fleet("[masters]\ncp1 \(variables)\n").clusters.first?.hosts.first)
    }

    private func complaint(_ text: String, clusterVariable: String? = nil) throws -> String {
        try #require(throws: YAMLError.self) { try fleet(text, clusterVariable: clusterVariable) }.description
    }

    @Test func `connection variables are taken, and the old name goes first`() throws {
        let host = try host(
            "ansible_host=10.0.0.1 ansible_ssh_host=10.0.0.2 ansible_port=2222 ansible_user=a "
                + "ansible_ssh_private_key_file=/k")
        #expect(host.address == "10.0.0.2")
        #expect(host.port == 2222)
        #expect(host.statesPort)
        #expect(host.user == "a")
        #expect(host.identityFile == "/k")
        #expect(host.membership == Membership(pattern: "masters", group: "masters"))
        #expect(host.place == Place(file: "prod/hosts.ini", line: 2, column: 1))
    }

    @Test(arguments: [
        ("-J ops@b:22,c", Gateway.jump("ops@b:22,c")), ("-o ProxyJump=b", .jump("b")), ("-oProxyJump=b", .jump("b")),
        ("-C -o ControlMaster=auto -o ProxyCommand='ssh -W %h:%p b'", .command("ssh -W %h:%p b")),
        ("-o 'ProxyCommand nc %h %p'", .command("nc %h %p")), ("-qJ b -J c", .jump("b")), ("-J none", .none),
    ])
    func `the way through a bastion is taken`(_ arguments: String, _ gateway: Gateway) throws {
        #expect(try host("ansible_ssh_common_args=\"\(arguments)\"").gateway == gateway)
    }

    @Test func `an argument that is not taken is told of`() throws {
        let fleet = try fleet("[masters]\ncp1 ansible_ssh_extra_args='-o StrictHostKeyChecking=no -4'\n")
        #expect(
            fleet.notes == [
                "prod/hosts.ini:2:5: \"-o StrictHostKeyChecking=no\" of ansible_ssh_extra_args is not used",
                "prod/hosts.ini:2:5: \"-4\" of ansible_ssh_extra_args is not used",
            ])
    }

    @Test func `a variable labels the clusters whose masters agree on it`() throws {
        let text = """
            [masters]
            a1 cluster=a environment=production zone=1
            a2 cluster=a environment=production zone=2
            b1 cluster=b environment='{{ stage }}' stage=test
            b2 cluster=b environment=test zone=3
            c1 cluster=c

            """
        let fleet = try fleet(
            text, clusterVariable: "cluster", labelVariables: ["environment", "zone", "owner"])
        #expect(
            fleet.clusters.map(\.labels) == [["environment": "production"], ["environment": "test"], [:]])
        #expect(
            fleet.notes == [
                "the masters of a do not agree on zone: the cluster has no such label",
                "the masters of b do not agree on zone: the cluster has no such label",
                "no master of prod/hosts.ini has owner, for a label",
            ])
    }

    @Test func `a label that cannot be told is a problem`() throws {
        let message = try #require(throws: YAMLError.self) {
            try fleet("[masters]\ncp1 environment='{{ lookup(1) }}'\n", labelVariables: ["environment"])
        }.description
        #expect(message.hasPrefix("prod/hosts.ini:2:5: environment is a template that is not filled in"))
    }

    @Test func `a reference to another variable of the host is filled in`() throws {
        let host = try host("ip=10.0.0.7 a='{{ ip }}' ansible_host='{{a}}' ansible_user='u-{{ inventory_hostname }}'")
        #expect(host.address == "10.0.0.7")
        #expect(host.user == "u-cp1")
    }

    @Test(arguments: [
        (
            "ansible_host='{{ ip | ipaddr }}'",
            "2:5: ansible_host is a template that is not filled in: \"{{ ip | ipaddr }}\""
        ),
        ("ansible_host='{{ ip }}'", "2:5: ansible_host refers to ip, which is not set: \"{{ ip }}\""),
        ("ansible_host='{{ ansible_host }}'", "2:5: ansible_host refers to itself: \"{{ ansible_host }}\""),
        ("ansible_port=70000", "2:5: port must be a number from 1 to 65535: \"70000\""),
        ("ansible_host=a/b", "2:5: not an address to connect to: \"a/b\""),
        ("ansible_host=[1]", "2:5: ansible_host is a list or a mapping; a plain value is needed"),
        ("x='", "2:1: a quote is not closed: \"cp1 x='\""),
        ("ansible_ssh_common_args='-J a/b'", "2:5: ansible_ssh_common_args: not a bastion to go through: \"a/b\""),
    ])
    func `what cannot be used is placed`(_ variables: String, _ message: String) throws {
        let text = try complaint("[masters]\ncp1 \(variables)\n")
        #expect(text.split(separator: "\n").first.map(String.init) == "prod/hosts.ini:\(message)")
    }

    @Test(arguments: [
        ("[a:children]\nb\n[b:children]\na\n", "2:1: a group is its own ancestor: \"b\""),
        ("[a:children]\nb\n", "2:1: child group that is not there: \"b\""),
        ("[a:vars]\nx=1\n", "1:1: variables of a group that is not there: \"a\""),
        ("[a:hots]\n", "1:1: section of an unknown kind: \"hots\""),
        ("[a b]\n", "1:1: not a section: \"[a b]\""),
        ("[masters]\nn[1:\n", "2:1: bracket without its partner: \"n[1:\""),
        ("[nodes]\nn1\n", "1:1: no group of control planes, such as kube_control_plane"),
    ])
    func `what is wrong with an INI file is placed`(_ text: String, _ message: String) throws {
        #expect(try complaint(text).split(separator: "\n").first.map(String.init) == "prod/hosts.ini:\(message)")
    }

    @Test func `a vault's value is an error only where it is needed`() throws {
        let vault = "!vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        00\n"
        let head = "all:\n  children: {masters: {hosts: {cp1: }}}\n  vars:\n"
        #expect(try fleet(head + "    secret: \(vault)", path: "h.yml").clusters.count == 1)
        let error = #expect(throws: YAMLError.self) {
            try fleet(head + "    ansible_user: \(vault)", path: "h.yml")
        }
        #expect(error?.problems.map(\.message) == ["ansible_user is encrypted with ansible-vault"])
    }

    @Test func `a plugin's configuration is refused with the way around it`() throws {
        let error = #expect(throws: YAMLError.self) { try fleet("plugin: aws_ec2\n", path: "aws.yml") }
        #expect(
            error?.description == """
                aws.yml:1:1: an inventory plugin, which only Ansible can run: "aws_ec2"
                    ansible-inventory -i aws.yml --list > hosts.json, then --inventory hosts.json
                """)
    }

    @Test func `a host that is not reached by SSH stays in, with the reason`() throws {
        #expect(try host("ansible_connection=local").refusal?.contains("ansible_connection: local") == true)
        #expect(try host("ansible_connection=ansible.builtin.ssh").refusal == nil)
    }

    @Test func `a variable names the clusters, and every master must have it`() throws {
        let text = "[masters]\na c=x\nb c=y\nd c=x\n[etcd]\na\nb\nd\n"
        let clusters = try fleet(text, clusterVariable: "c").clusters
        #expect(clusters.map(\.name) == ["x", "y"])
        #expect(clusters.map { $0.hosts.map(\.name) } == [["a", "d"], ["b"]])
        #expect(clusters.map(\.etcdMembers) == [2, 1])
        #expect(
            try complaint(text + "[masters]\ne\n", clusterVariable: "c")
                == "prod/hosts.ini:10:1: c, which names the cluster, is not set: \"e\"")
    }

    @Test(arguments: [
        ("kube_version=v1.29.5", "1.29"), ("kubernetes_version=1.30", "1.30"), ("kube_version='{{ x }}'", nil),
        ("kube_version=latest", nil),
    ])
    func `a plain version counts`(_ variable: String, _ version: String?) throws {
        let cluster = try #require(try fleet("[masters]\ncp1 \(variable)\n").clusters.first)
        #expect(cluster.kubernetesVersion?.description == version)
    }

    @Test(arguments: [
        ("inventory/prod/hosts.yaml", "prod"), ("prod.ini", "prod"), ("/srv/inventories/eu/", "eu"),
        ("hosts", "cluster"),
        ("../k8s/inventory/inventory.ini", "k8s"),
    ])
    func `a cluster is named like what tells inventories apart`(_ path: String, _ name: String) throws {
        #expect(try AnsibleInventory(path: path, text: "a\n", format: .ini, variableFolders: false).clusterName == name)
    }
}
