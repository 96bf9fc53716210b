import Foundation
import Glibc
import Testing

/// `kubesweep inventory` on inventories of both kinds.
struct InventoryTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func ansible() throws -> String {
        #expect(mkdir("\(scratch.path)/prod", 0o700) == 0)
        #expect(mkdir("\(scratch.path)/prod/group_vars", 0o700) == 0)
        _ = try scratch.write(
            "kube_version: v1.31.4\nansible_user: audit\nenvironment_name: production\n", to: "prod/group_vars/all.yml")
        return try scratch.write(
            """
            [kube_control_plane]
            cp[1:2].example.com ansible_port=2222 site=north
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
                labels: {environment: lab}
                masters: [{name: lab1, host: 192.0.2.7}]

            """, to: "lab.yaml")
        let arguments = [
            "inventory", "--inventory", try ansible(), "-i", native, "--known-hosts", "\(scratch.path)/known_hosts",
            "--label-variable", "environment_name", "--label-variable", "site", "--format", format,
        ]
        let end = try await scratch.kubesweep(arguments)
        try Transcript.check(end, of: arguments, is: "inventory-\(format)", replacing: [(scratch.path, "<SCRATCH>")])
        #expect(end.status == 1)
        if format == "json" { try await JSONSchema.check(end.stdout, is: "inventory", in: scratch) }
    }

    /// Keys that ssh-keygen made, names as it hashes them, and a third host whose key is its own.
    @Test func `tells of one host key under two names`() async throws {
        var lines: [String: String] = [:]
        for name in ["shared", "own"] {
            let key = try Program(
                "/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", "\(scratch.path)/\(name)"],
                in: scratch, environment: ["PATH": "/usr/bin:/bin"])
            #expect(try await key.end().status == 0)
            let text = String(decoding: try Scratch.read("\(scratch.path)/\(name).pub"), as: UTF8.self)
            lines[name] = text.split(separator: "\n")[0].trimmingCharacters(in: .whitespaces)
        }
        let (shared, own) = (try #require(lines["shared"]), try #require(lines["own"]))
        let known = try scratch.write(
            "cp1.example.com \(shared)\n[cp2.example.com]:2222 \(shared)\ncp3.example.com \(own)\n",
            to: "known_hosts")
        let hash = try Program(
            "/usr/bin/ssh-keygen", ["-H", "-f", known], in: scratch, environment: ["PATH": "/usr/bin:/bin"])
        #expect(try await hash.end().status == 0)
        #expect(!String(decoding: try Scratch.read(known), as: UTF8.self).contains("example"))
        let inventory = try scratch.write(
            """
            version: 1
            clusters:
              east:
                masters: [cp1.example.com, cp3.example.com, {name: cp4, host: cp1.example.com, port: 2022}]
              west:
                masters: [{name: cp2.example.com, host: cp2.example.com, port: 2222}]

            """, to: "fleet.yaml")
        let arguments = ["inventory", "--inventory", inventory, "--known-hosts", known]
        let end = try await scratch.kubesweep(arguments)
        try Transcript.check(
            end, of: arguments, is: "inventory-shared-key", replacing: [(scratch.path, "<SCRATCH>")])
        #expect(end.status == 1)
        let json = try await scratch.kubesweep(arguments + ["--format", "json"])
        try await JSONSchema.check(json.stdout, is: "inventory", in: scratch)
        #expect(json.output.ranges(of: #""kind": "hostKeyShared""#).count == 1)
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
