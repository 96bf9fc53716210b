import Testing

/// Secrets of a saved listing, in every format.
struct SecretTests {
    @Test func `no secret of a listing is in a report`() async throws {
        let scratch = try Scratch()
        let secret = "h7Kq2Zw9"
        let listing = try scratch.write(
            """
            UID          PID    PPID  C STIME TTY          TIME CMD
            root           1       0  0 Nov01 ?        00:00:09 /sbin/init splash
            root         700       1  0 10:14 ?        00:00:00 kube-apiserver --etcd-servers=https://u:\(secret)@e:2379 \
            --api-key=\(secret) --oidc-client-secret \(secret) --hook=https://h/?token=\(secret)&a=b \
            --header=Authorization: Bearer \(secret) --audit-log-path=/var/log/a --x=ghp_\(secret)\(secret)
            root         800       1  0 10:14 ?        00:00:00 kube-apiserver --db-password=\(secret) \
            --x=eyJhbGciOi.\(secret).c2ln --k=-----BEGIN PRIVATE KEY-----?\(secret)?-----END PRIVATE KEY-----

            """, to: "listing.ps")
        // Its first line may hold one, too.
        let other = try scratch.write("login with --token=\(secret) please\n", to: "other.ps")
        for format in ["text", "json"] {
            let end = try await scratch.kubesweep(["evaluate", "--format", format, listing, other])
            #expect(end.output.contains("REDACTED"))
            #expect(!end.output.contains(secret), "\(format)")
            #expect(!end.talk.contains(secret), "\(format)")
        }
        let json = try await scratch.kubesweep(["evaluate", "--format", "json", listing])
        #expect(json.output.contains("--audit-log-path=/var/log/a"))
    }
}
