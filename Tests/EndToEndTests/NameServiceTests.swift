import Glibc
import Testing

/// Names, with a name service that does not do its work.
@Suite(.enabled(if: LoopbackFleet.isRoot, "needs a mount namespace"))
struct NameServiceTests {
    @Test func `a name that does not exist is told from a service that fails, and from one that is silent`()
        async throws
    {
        let scratch = try Scratch()
        let service = try FailingNameService()
        let configuration = try scratch.write(
            "nameserver \(service.address)\noptions timeout:20 attempts:2\n", to: "resolv.conf")
        let key = try Program(
            "/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "\(scratch.path)/key"], in: scratch,
            environment: ["PATH": "/usr/bin:/bin"])
        #expect(try await key.end().status == 0)
        let inventory = try scratch.write(
            """
            version: 1
            defaults: {user: audit, identity_file: key}
            clusters:
              c: {masters: [absent.test, failing.test, silent.test]}

            """, to: "inventory.yaml")
        let program = try Program(
            "/usr/bin/unshare",
            [
                "-m", "/bin/sh", "-c", "mount --bind \(configuration) /etc/resolv.conf && exec \"$@\"", "sh",
                Built.kubesweep, "scan", "--inventory", inventory, "--format", "json", "--ssh-config", "none",
                "--no-history", "--retries", "0", "--resolve-seconds", "2",
            ], in: scratch, environment: ["HOME": "\(scratch.path)/home", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"])
        let hosts = try SweepDocument(try await program.end().stdout).hosts
        #expect(
            hosts.map { "\($0.failure?.phase ?? "") \($0.failure?.reason ?? "")" } == [
                "resolve nameNotFound", "resolve nameServiceFailed", "resolve timedOut",
            ])
        #expect(
            hosts.map { $0.failure?.detail } == [
                "absent.test: Name or service not known", "failing.test: Temporary failure in name resolution",
                "no answer from the name service within 2.0 s",
            ])
    }
}
