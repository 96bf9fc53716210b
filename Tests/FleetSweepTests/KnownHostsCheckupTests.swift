import Foundation
import Hardening
import Testing

@testable import FleetSweep

struct KnownHostsCheckupTests {
    private let folder: KeyFolder

    init() throws { folder = try KeyFolder() }

    @Test(arguments: [
        (0, 0, false), (2000, 2000, false), (10_000, 1000, false), (10_000, 1001, true), (Int.max, 2, true),
    ])
    func `many hosts among many hashed names are worth a word`(hosts: Int, hashedNames: Int, isSaid: Bool) {
        let remark = KnownHostsCheckup.remark(hosts: hosts, hashedNames: hashedNames)
        let expected =
            "looking \(hosts) hosts up among \(hashedNames) hashed names takes long, since each is to be tried; "
            + "ssh-keygen cannot take hashes back: name a file with plain names, --known-hosts FILE"
        #expect(remark == (isSaid ? expected : nil))
    }

    @Test func `doctor says it of the file`() throws {
        let name = "|1|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|AAAAAAAAAAAAAAAAAAAAAAAAAAA="
        let line = "\(name) ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\n"
        let path = "\(folder.path)/known_hosts"
        try Data((line + line).utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o600)
        let quiet = KnownHostsCheckup.items([path], hosts: [path: 5_000_000])
        #expect(quiet.map(\.health) == [.ok])
        let slow = KnownHostsCheckup.items([path], hosts: [path: 5_000_001])
        #expect(slow.map(\.health) == [.warning])
        #expect(slow.first?.hint == KnownHostsCheckup.remark(hosts: 5_000_001, hashedNames: 2))
    }
}
