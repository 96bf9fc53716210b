import Glibc
import Testing

/// What is wrong with inventory, policy or call is said before anything is contacted.
struct BadInputTests {
    let scratch: Scratch
    let peer: SilentPeer

    init() throws {
        scratch = try Scratch()
        peer = try SilentPeer()
    }

    private var place: [(String, String)] {
        [(scratch.path, "<SCRATCH>"), (":\(peer.port)", ":<SILENT>"), ("\(peer.port)", "<SILENT>")]
    }

    /// An inventory whose only good host would be seen to be contacted.
    private func inventory(_ more: String = "") throws -> String {
        _ = try scratch.write("", to: "known_hosts")
        return try scratch.write(
            """
            version: 1
            defaults: {user: audit, known_hosts: known_hosts}
            clusters:
              prod:
                masters:
                  - {name: cp1.prod, host: 127.0.0.1, port: \(peer.port)}
            \(more)
            """, to: "inventory.yaml")
    }

    @Test func `lists every problem of an inventory`() async throws {
        let arguments = [
            "scan", "--inventory",
            try inventory(
                """
                      - {name: cp1.prod, host: 10.0.0.2, port: 70000}
                      - cp[3:1].prod
                      - {host: 10.0.0.4, passwort: hunter2}
                  Prod EU:
                    masters: []
                  edge:
                    kubernetes_version: latest
                    masters:
                      - "cp1.edge\\e[2J"
                      - cp[1:.edge
                colour: red

                """),
        ]
        let end = try await scratch.kubesweep(arguments)
        try Transcript.check(end, of: arguments, is: "inventory-problems", replacing: place)
        #expect(end.status == 65)
        #expect(!end.steersTerminal)
        #expect(!peer.wasContacted())
    }

    @Test(arguments: [
        ("inventory-not-yaml", "version: 1\nclusters: [\n"),
        ("inventory-empty", ""),
        ("inventory-not-text", "version: 1\u{0}\n"),
        ("inventory-no-clusters", "version: 1\nclusters: {}\n"),
    ])
    func `refuses what is no inventory`(name: String, text: String) async throws {
        let arguments = ["scan", "--inventory", try scratch.write(text, to: "inventory.yaml")]
        let end = try await scratch.kubesweep(arguments)
        try Transcript.check(end, of: arguments, is: name, replacing: place)
        #expect(end.status == 65)
    }

    @Test func `says that there is no inventory`() async throws {
        let arguments = ["scan", "--inventory", "\(scratch.path)/missing.yaml"]
        let end = try await scratch.kubesweep(arguments)
        try Transcript.check(end, of: arguments, is: "inventory-missing", replacing: place)
        #expect(end.status == 65)
    }

    @Test func `lists every problem of a policy`() async throws {
        let policy = try scratch.write(
            """
            policy: team
            extends: stackrox-2019
            disable:
              apiserver-no-such-check: never mind
            checks:
              - id: Bad ID
                severity: dreadful
                title: what
                flags: [no-such-flag]
                expected: something
                rationale: because
                remediation: do it
                expect: {flag: profiling, isn't: "true"}
            owner: me

            """, to: "policy.yaml")
        let arguments = ["scan", "--inventory", try inventory(), "--policy", policy]
        let end = try await scratch.kubesweep(arguments)
        try Transcript.check(end, of: arguments, is: "policy-problems", replacing: place)
        #expect(end.status == 65)
        #expect(!peer.wasContacted())
    }

    @Test func `says that there is no policy`() async throws {
        let arguments = ["scan", "--inventory", try inventory(), "--policy", "cis"]
        let end = try await scratch.kubesweep(arguments)
        try Transcript.check(end, of: arguments, is: "policy-missing", replacing: place)
        #expect(end.status == 65)
        #expect(!peer.wasContacted())
    }

    @Test func `contacts nobody when a glob matches nothing`() async throws {
        let end = try await scratch.kubesweep(
            ["scan", "--inventory", try inventory(), "--cluster", "prod", "--cluster", "prood"])
        #expect(end.status == 64)
        #expect(end.stdout == [])
        #expect(
            end.talk == """
                kubesweep: not in \(scratch.path)/inventory.yaml, nothing was contacted
                --cluster prood matches no cluster

                """)
        #expect(!peer.wasContacted())
    }

    /// The proof that the tests above would see a contact.
    @Test func `contacts a host of a good inventory`() async throws {
        let identity = try scratch.write("", to: "key")
        chmod(identity, 0o644)
        let arguments = [
            "scan", "--inventory", try inventory(), "--identity", identity, "--handshake-seconds", "0.2",
        ]
        let unusable = try await scratch.kubesweep(arguments)
        try Transcript.check(unusable, of: arguments, is: "identity-open", replacing: place)
        #expect(!peer.wasContacted())

        let key = try Program(
            "/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "\(scratch.path)/id"], in: scratch,
            environment: ["PATH": "/usr/bin:/bin"])
        #expect(try await key.end().status == 0)
        let end = try await scratch.kubesweep(
            ["scan", "--inventory", try inventory(), "--identity", "\(scratch.path)/id", "--handshake-seconds", "0.2"])
        #expect(end.status == 2)
        #expect(peer.wasContacted())
    }
}
