import Foundation
import Glibc
import HostInventory
import SSH
import StrictYAML
import Testing

@testable import FleetSweep

/// How many hosts may be under way behind what leads to them.
struct PassageTests {
    private let folder: KeyFolder

    init() throws { folder = try KeyFolder() }

    private func passage(_ way: String, knownHosts: String, places: Int? = nil) async throws -> Passage? {
        let key = try folder.key("id-\(UUID().uuidString)", type: "ed25519")
        let config = "\(folder.path)/config"
        let known = "\(folder.path)/known"
        try Data(knownHosts.utf8).write(to: URL(fileURLWithPath: known))
        try Data(
            "Host b1\n  IdentityFile \(key)\n  IdentitiesOnly yes\n  UserKnownHostsFile \(known)\n".utf8
        ).write(to: URL(fileURLWithPath: config))
        let text = """
            version: 1
            defaults: {ssh_config: \(config)\(way)}
            clusters:
              c:
                masters: [{name: h, host: 10.0.0.1}]

            """
        let fleet = try Fleet.parse(text, file: "fleet.yaml")
        let access = await FleetAccess(for: fleet, FleetAccess.Options())
        let keyring = await Keyring(for: fleet, reachedBy: access, Keyring.Options(), passphrases: .none)
        var options = SSHCapture.Options()
        options.lanes = 1
        options.perPassage = places
        let ssh = try SSHCapture(options, access: access, keyring: keyring, until: SweepEnd())
        defer { ssh.shutdown() }
        return ssh.passage(of: try #require(fleet.clusters.first?.hosts.first))
    }

    private static let known =
        "b1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n"

    @Test(.enabled(if: RealSSH.isAvailable))
    func `a session of our own carries many hosts, a program few`()
        async throws
    {
        #expect(try await passage("", knownHosts: Self.known) == nil)
        #expect(
            try await passage(", proxy_jump: b1", knownHosts: Self.known) == Passage(name: "b1", places: 64))
        // ssh has to log in.
        #expect(try await passage(", proxy_jump: b1", knownHosts: "") == Passage(name: "b1", places: 8))
        #expect(
            try await passage(", proxy_command: nc %h %p", knownHosts: Self.known)
                == Passage(name: "nc %h %p", places: 8))
        #expect(
            try await passage(", proxy_jump: b1", knownHosts: Self.known, places: 3) == Passage(name: "b1", places: 3))
    }
}
