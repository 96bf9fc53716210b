import Glibc
import Testing

/// `kubesweep inventory` on inventories of both kinds.
struct InventoryTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func ansible() throws -> String {
        #expect(mkdir("\(scratch.path)/prod", 0o700) == 0)
        #expect(mkdir("\(scratch.path)/prod/group_vars", 0o700) == 0)
        _ = try scratch.write("kube_version: v1.31.4\nansible_user: audit\n", to: "prod/group_vars/all.yml")
        return try scratch.write(
            """
            [kube_control_plane]
            cp[1:2].example.com ansible_port=2222
            cp3.example.com ansible_host=192.0.2.7 ansible_ssh_common_args="-J ops@bastion -o StrictHostKeyChecking=no"
            kind ansible_connection=docker

            [etcd]
            cp[1:2].example.com

            """, to: "prod/hosts.ini")
    }

    @Test(arguments: ["text", "json"]) func `shows the fleet, why each host is in it, and its problems`(
        _ format: String
    ) async throws {
        _ = try scratch.write("", to: "known_hosts")
        let native = try scratch.write(
            """
            version: 1
            clusters:
              lab:
                masters: [{name: lab1, host: 192.0.2.7}]

            """, to: "lab.yaml")
        let arguments = [
            "inventory", "--inventory", try ansible(), "-i", native, "--known-hosts", "\(scratch.path)/known_hosts",
            "--format", format,
        ]
        let end = try await scratch.kubesweep(arguments)
        try Transcript.check(end, of: arguments, is: "inventory-\(format)", replacing: [(scratch.path, "<SCRATCH>")])
        #expect(end.status == 1)
        if format == "json" { try await JSONSchema.check(end.stdout, is: "inventory", in: scratch) }
    }

    @Test func `lists every problem of an inventory of Ansible's`() async throws {
        let file = try scratch.write(
            """
            [kube_control_plane]
            cp1 ansible_port=ssh
            cp2 ansible_host="{{ lookup('env', 'CP2') }}"
            cp3 ansible_host="{{ nowhere }}"
            cp4 ansible_ssh_common_args="-o ProxyCommand='nc %k %p'"

            """, to: "hosts.ini")
        let arguments = ["inventory", "--inventory", file]
        let end = try await scratch.kubesweep(arguments)
        try Transcript.check(
            end, of: arguments, is: "inventory-ansible-problems", replacing: [(scratch.path, "<SCRATCH>")])
        #expect(end.status == 65)
    }
}
