import Testing

@testable import SSH

/// What known_hosts says of a host before it is asked.
struct TrustTests {
    private static let first = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
    private static let second = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICAfHh0cGxoZGBcWFRQTEhEQDw4NDAsKCQgHBgUEAwIB"
    private static let old = "ssh-dss AAAAB3NzaC1kc3M="

    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var port: UInt16 = 22
        var state: HostTrust.State
        var testDescription: String { "\(state) at port \(port)" }
    }

    @Test(arguments: [
        Case(text: "h \(first)\n", state: .known),
        Case(text: "h \(first)\n", port: 2222, state: .knownWithoutPort),
        Case(text: "[h]:2222 \(first)\n", port: 2222, state: .known),
        Case(text: "h \(old)\n", state: .unsupportedType),
        Case(text: "h \(old)\nh \(first)\n", state: .known),
        Case(text: "@cert-authority h \(first)\n", state: .authorityOnly),
        Case(text: "@revoked h \(first)\n", state: .revoked),
        Case(text: "@revoked h \(first)\nh \(first)\n", state: .revoked),
        Case(text: "@revoked h \(first)\nh \(second)\n", state: .known),
        Case(text: "other \(first)\n", state: .unknown),
    ])
    func `is what the key that is shown will be judged by`(case: Case) throws {
        try SSHLibrary.initialise()
        let target = SSHTarget(
            id: 1, knownHostsName: "h", address: "h", port: `case`.port, user: "u", identities: [],
            knownHosts: KnownHosts(text: `case`.text), command: nil)
        #expect(target.trust.state == `case`.state)
        #expect(target.trust.name == (`case`.port == 22 ? "h" : "[h]:2222"))
    }

    @Test func `a file is counted line by line`() throws {
        let workshop = try Workshop()
        let path = try workshop.write(
            """
            # comment
            h \(Self.first)
            H,i \(Self.second)
            @revoked h \(Self.first)
            @cert-authority * \(Self.first)
            |1|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|AAAAAAAAAAAAAAAAAAAAAAAAAAA= \(Self.first)
            h ssh-ed25519

            """, to: "known", mode: 0o640)
        let survey = try KnownHostsSurvey(path: path)
        #expect(survey.lines == 7)
        #expect(survey.keys == 3)
        #expect(survey.hashed == 1)
        #expect(survey.revoked == 1)
        #expect(survey.authorities == 1)
        #expect(survey.malformed == [.init(line: 7, reason: "names, key type and key are needed")])
        #expect(survey.conflicts == [.init(name: "h", type: "ssh-ed25519", lines: [2, 3])])
        #expect(survey.mode == 0o640)
        #expect(throws: KnownHostsSurvey.Problem.missing) { try KnownHostsSurvey(path: "\(path).not") }
        #expect(throws: KnownHostsSurvey.Problem.unreadable("/tmp: not a regular file")) {
            try KnownHostsSurvey(path: "/tmp")
        }
    }

    @Test func `names are looked up as a connection would`() async throws {
        let lookup = try AddressLookup()
        #expect(
            await lookup.addresses(of: "127.0.0.9", family: .any, limit: .seconds(5)) == .success(["127.0.0.9"]))
        #expect(
            await lookup.addresses(of: "127.0.0.9", family: .inet6, limit: .seconds(5))
                == .failure(.init(reason: .nameNotFound, detail: "127.0.0.9: no address of the family inet6")))
        guard case .success(let found) = await lookup.addresses(of: "localhost", family: .inet, limit: .seconds(5))
        else {
            Issue.record("localhost has no address")
            return
        }
        #expect(found.contains("127.0.0.1"))
    }

    @Test func `hosts in flight are held within the descriptors`() {
        var limits = SSHLimits()
        limits.connecting = 128
        limits.connected = 128
        #expect(limits.inFlight(lanes: 2, descriptors: 20_000, inUse: 10) == 128)
        // 64 are left to the rest; the others go half to connecting, half to connected.
        #expect(limits.inFlight(lanes: 2, descriptors: 164, inUse: 10) == 86)
    }

    @Test(.enabled(if: Server.isAvailable))
    func `without a command the connection ends with the sign-in, and no channel is opened`() async throws {
        let keys = try TestKeys.get()
        let server = try Server(options: ["LogLevel DEBUG1"])
        var target = server.target(
            keys: [try PrivateKey(path: keys.user("ed25519"))],
            knownHosts: "\(server.knownName) \(try keys.hostLine("ed25519"))\n", command: "true")
        target.command = nil
        let outcome = try await EngineRun.outcome(target)
        #expect(outcome.output == CommandOutput())
        #expect(outcome.identity?.name == keys.user("ed25519"))
        #expect(outcome.times.authenticate > .zero)
        #expect(outcome.times.execute == .zero)
        #expect(server.log.contains("Accepted publickey"))
        #expect(!server.log.contains("channel 0: new"))
    }
}
