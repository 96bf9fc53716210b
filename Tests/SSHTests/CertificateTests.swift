import Foundation
import Glibc
import Testing

@testable import SSH

/// OpenSSH user certificates.
struct CertificateTests {
    /// A key, its certificate, and the authority's public key file.
    struct Issued {
        var workshop: Workshop
        var key: PrivateKey
        var certificate: UserCertificate
        var authority: String

        init(_ arguments: [String] = ["-t", "ecdsa"], options: [String] = ["-V", "-1h:+1h"]) throws {
            workshop = try Workshop()
            let authority = try workshop.key("authority", ["-t", "ed25519"])
            let path = try workshop.key("key", arguments)
            try Tool.run(
                "/usr/bin/ssh-keygen", ["-q", "-s", authority, "-I", "audit\u{1b}id", "-n", "root"] + options + [path])
            self.authority = authority + ".pub"
            key = try PrivateKey(path: path)
            certificate = try UserCertificate(path: path + "-cert.pub")
        }

        var identity: Identity? { Identity(key).certified(by: certificate, name: "key-cert.pub") }
    }

    @Test(arguments: TestKeys.kinds.map(\.name))
    func `are read for what they certify`(kind: String) throws {
        let issued = try Issued(TestKeys.kinds.first { $0.name == kind }?.arguments ?? [])
        #expect(issued.certificate.key == issued.key.publicKey)
        #expect(issued.certificate.keyID == "audit?id")
        let now = UInt64(Date().timeIntervalSince1970)
        #expect(issued.certificate.isValid(at: now))
        #expect(!issued.certificate.isValid(at: now - 7200))
        #expect(!issued.certificate.isValid(at: now + 7200))
        #expect(issued.identity?.publicKey.type == "\(issued.key.algorithm.rawValue)-cert-v01@openssh.com")
        #expect(
            Identity(try PrivateKey(path: TestKeys.get().user(kind))).certified(by: issued.certificate, name: "") == nil
        )
    }

    @Test func `of hosts are no user certificates`() throws {
        let workshop = try Workshop()
        let authority = try workshop.key("authority", ["-t", "ed25519"])
        let path = try workshop.key("key", ["-t", "ecdsa"])
        try Tool.run("/usr/bin/ssh-keygen", ["-q", "-h", "-s", authority, "-I", "x", "-n", "h", path])
        #expect(throws: PrivateKeyError.malformed(path + "-cert.pub", "this is not a user certificate")) {
            try UserCertificate(path: path + "-cert.pub")
        }
        #expect(throws: PrivateKeyError.malformed(path + ".pub", "this is not a user certificate")) {
            try UserCertificate(path: path + ".pub")
        }
    }

    @Test func `cut anywhere are none`() throws {
        let blob = try Issued().certificate.blob.blob
        for length in 0..<(blob.count - 200) {
            if let cut = HostKey(blob: Array(blob.prefix(length))) {
                // What follows the times is the server's to check.
                if UserCertificate(cut) != nil { #expect(length > 150) }
            }
        }
    }

    private func login(_ issued: Issued, _ identity: Identity?) async throws -> SSHOutcome {
        let keys = try TestKeys.get()
        let authority = try issued.workshop.write(
            try issued.workshop.read(issued.authority), to: "trusted", mode: 0o644)
        let server = try Server(options: ["TrustedUserCAKeys \(authority)", "AuthorizedKeysFile none"])
        var target = server.target(
            keys: [], knownHosts: "\(server.knownName) \(try keys.hostLine("ed25519"))\n", command: "echo ok")
        target.identities = [try #require(identity)]
        return try await EngineRun.outcome(target)
    }

    @Test(.enabled(if: Server.isAvailable), arguments: ["256", "384", "521"])
    func `let in where sshd trusts their authority`(bits: String) async throws {
        let issued = try Issued(["-t", "ecdsa", "-b", bits])
        let outcome = try await login(issued, issued.identity)
        #expect(outcome.failure == nil)
        #expect(outcome.output?.text == "ok\n")
        #expect(try await login(issued, Identity(issued.key)).failure?.reason == .authenticationRejected)
    }

    @Test(.enabled(if: Server.isAvailable))
    func `let in through the agent`() async throws {
        let issued = try Issued()
        let agent = try Agent()
        try agent.add([issued.key.name])
        let client = try agent.client()
        let identities = try await client.keys().get().compactMap { Identity($0, in: client) }
        #expect(identities.map(\.isCertificate) == [false, true])
        #expect(try await login(issued, identities.last).output?.text == "ok\n")
    }

    @Test(.enabled(if: Server.isAvailable), arguments: [["-t", "ed25519"], ["-t", "rsa", "-b", "2048"]])
    func `of other types need a newer library, and the failure says so`(arguments: [String]) async throws {
        try SSHLibrary.initialise()
        let issued = try Issued(arguments)
        let outcome = try await login(issued, issued.identity)
        if SSHLibrary.signsForCertificates(of: issued.key.algorithm) {
            #expect(outcome.output?.text == "ok\n")
        } else {
            #expect(
                outcome.failure
                    == SSHFailure(
                        phase: .authenticate, reason: .keyUnusable,
                        detail: "\(issued.identity?.text ?? ""): certificates of this type need libssh2 1.11.1"))
        }
    }
}
