import HostInventory
import StrictYAML
import Testing

struct ExampleInventoryTests {
    private static let directory = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/inventory"

    /// One line a host: all that the file says of it.
    private func lines(_ name: String) throws -> [String] {
        let path = Self.directory + "/" + name
        let fleet = try Fleet.load(path: path)
        #expect(fleet.source == path)
        return fleet.clusters.flatMap { cluster in
            cluster.hosts.map { host in
                let parts: [String?] = [
                    host.cluster, host.name, "\(host.address) \(host.port)", host.user,
                    host.identityFile.map(shortened), host.knownHostsFile.map(shortened),
                    host.forcedCommand ? "forced" : nil, "\(host.place.line):\(host.place.column)",
                ]
                return parts.map { $0 ?? "-" }.joined(separator: " | ")
            }
        }
    }

    private func shortened(_ path: String) -> String {
        path.hasPrefix(Self.directory) ? "DIR" + path.dropFirst(Self.directory.count) : path
    }

    @Test func `reads the minimal inventory`() throws {
        #expect(
            try lines("minimal.yaml") == [
                "prod | cp1.prod.example.com | cp1.prod.example.com 22 | - | - | - | - | 6:9",
                "prod | cp2.prod.example.com | cp2.prod.example.com 22 | - | - | - | - | 7:9",
                "prod | cp3.prod.example.com | cp3.prod.example.com 22 | - | - | - | - | 8:9",
            ])
    }

    @Test func `reads the single cluster`() throws {
        let home = try #require(environmentHome)
        let key = "\(home)/.ssh/kubesweep_ed25519"
        #expect(
            try lines("single-cluster.yaml") == [
                "staging | cp1.staging.example.com | cp1.staging.example.com 22 | audit | \(key) | - | - | 13:9",
                "staging | cp2.staging.example.com | cp2.staging.example.com 22 | audit | \(key) | - | - | 13:9",
                "staging | cp3.staging.example.com | cp3.staging.example.com 22 | audit | \(key) | - | - | 13:9",
            ])
        let cluster = try #require(try Fleet.load(path: Self.directory + "/single-cluster.yaml").clusters.first)
        #expect(cluster.kubernetesVersion == KubernetesVersion(major: 1, minor: 31))
        #expect(cluster.distribution == "kubeadm")
        #expect(cluster.labels == [:])
    }

    @Test func `reads every key of the production inventory`() throws {
        let home = try #require(environmentHome)
        let key = "\(home)/.ssh/kubesweep_ed25519"
        let known = "DIR/known_hosts"
        #expect(
            try lines("production.yaml") == [
                "prod-eu | cp01.prod-eu.example.com | cp01.prod-eu.example.com 22 | audit | \(key) | \(known) | - | 31:9",
                "prod-eu | cp02.prod-eu.example.com | cp02.prod-eu.example.com 22 | audit | \(key) | \(known) | - | 31:9",
                "prod-eu | cp03.prod-eu.example.com | cp03.prod-eu.example.com 22 | audit | \(key) | \(known) | - | 31:9",
                "prod-us | cpa.prod-us.example.com | cpa.prod-us.example.com 2222 | kube-audit | \(key) | \(known) | - | 49:9",
                "prod-us | cpb.prod-us.example.com | cpb.prod-us.example.com 2222 | kube-audit | \(key) | \(known) | - | 49:9",
                "prod-us | cp-c.prod-us | 10.20.0.13 22 | kube-audit | DIR/keys/prod-us-cp-c | DIR/keys/prod-us.known_hosts | - | 51:9",
                "prod-us | cp-d.prod-us | 10.20.0.14 2222 | kube-audit | \(key) | \(known) | forced | 61:9",
                "edge | edge1 | 192.0.2.11 22 | root | \(key) | \(known) | - | 68:9",
                "edge | edge2 | 192.0.2.12 22 | root | \(key) | \(known) | - | 68:9",
                "edge | 2001:db8::15 | 2001:db8::15 22 | audit | \(key) | \(known) | - | 70:9",
            ])
        let clusters = try Fleet.load(path: Self.directory + "/production.yaml").clusters
        let jump = Gateway.jump("ops@bastion1.us.example.com,bastion2.us.example.com:2222")
        #expect(clusters.map { $0.hosts.first?.gateway } == [nil, jump, nil])
        #expect(clusters[1].hosts.map(\.hostKeyAlias) == [nil, nil, "cp-c.prod-us", nil])
        #expect(clusters[1].hosts.map(\.gateway) == [jump, jump, Gateway.none, jump])
        #expect(clusters.flatMap(\.hosts).allSatisfy { $0.sshConfig == "none" })
        #expect(clusters.map(\.name) == ["prod-eu", "prod-us", "edge"])
        #expect(clusters.map(\.distribution) == ["kubeadm", "kubeadm", "k3s"])
        #expect(clusters.map(\.etcdMembers) == [nil, 3, nil])
        #expect(clusters.map { $0.kubernetesVersion?.description } == ["1.31", "1.30", "1.29"])
        #expect(clusters.map { $0.kubernetesVersion?.patch } == [nil, "6", "9+k3s1"])
        #expect(
            clusters.map(\.labels) == [
                ["environment": "production", "region": "eu-central", "tier": "1"],
                ["environment": "production", "region": "us-east"], [:],
            ])
    }
}
