import Hardening
import Testing

struct VersionBoundsTests {
    /// Each row: what stands on the line, besides --service-account-issuer, and the releases that it leaves.
    @Test(
        arguments: """
            | 1.5 to 1.36
            --insecure-allow-any-token=false | 1.5 to 1.7
            --etcd-quorum-read | 1.5 to 1.12
            --repair-malformed-updates=false | 1.5 to 1.13
            --basic-auth-file= | 1.5 to 1.18
            --audit-dynamic-configuration=false | 1.13 to 1.18
            --insecure-port=8080 | 1.5 to 1.19
            --port=1 | 1.5 to 1.19
            --kubelet-https=true | 1.5 to 1.21
            --insecure-port=0 | 1.5 to 1.23
            --port=0 | 1.5 to 1.23
            --insecure-bind-address=127.0.0.1 | 1.5 to 1.23
            --address=127.0.0.1 | 1.5 to 1.23
            --experimental-encryption-provider-config=/e | 1.7 to 1.23
            --target-ram-mb=0 | 1.5 to 1.23
            --enable-swagger-ui=true | 1.5 to 1.23
            --secure-port=0 | 1.5 to 1.11
            --enable-admission-plugins=PodSecurityPolicy | 1.10 to 1.24
            --disable-admission-plugins=PodSecurityPolicy | 1.10 to 1.24
            --admission-control=PodSecurityPolicy | 1.5 to 1.24
            --feature-gates=AdvancedAuditing=true | 1.7 to 1.27
            --feature-gates=AdvancedAuditing=false | 1.7 to 1.26
            --feature-gates=kube:A=true | 1.31 to 1.36
            --feature-gates=A=true | 1.5 to 1.36
            --enable-admission-plugins=SecurityContextDeny | 1.10 to 1.29
            --enable-admission-plugins= | 1.10 to 1.36
            --disable_admission_plugins= | 1.10 to 1.36
            --tls-cipher-suites= | 1.10 to 1.36
            --tls-min-version=VersionTLS12 | 1.10 to 1.36
            --encryption-provider-config= | 1.13 to 1.36
            --egress-selector-config-file= | 1.16 to 1.36
            --shutdown-delay-duration=1s | 1.16 to 1.36
            --livez-grace-period=1s | 1.16 to 1.36
            --goaway-chance=0.1 | 1.18 to 1.36
            --enable-priority-and-fairness=false | 1.18 to 1.36
            --permit-port-sharing | 1.19 to 1.36
            --audit-log-compress | 1.20 to 1.36
            --etcd-healthcheck-timeout=2s | 1.20 to 1.36
            --lease-reuse-duration-seconds=1 | 1.21 to 1.36
            --permit-address-sharing | 1.21 to 1.36
            --strict-transport-security-directives=a | 1.21 to 1.36
            --tracing-config-file=/t | 1.22 to 1.36
            --shutdown-send-retry-after | 1.23 to 1.36
            --encryption-provider-config-automatic-reload | 1.26 to 1.36
            --debug-socket-path=/s | 1.27 to 1.36
            --shutdown-watch-termination-grace-period=1s | 1.27 to 1.36
            --authorization-config=/z | 1.29 to 1.36
            --authentication-config=/c | 1.29 to 1.36
            --emulated-version=1.31 | 1.31 to 1.36
            --disable-http2-serving | 1.31 to 1.36
            --storage-initialization-timeout=1m | 1.31 to 1.36
            --requestheader-uid-headers=X | 1.32 to 1.36
            --service-account-signing-endpoint=/s | 1.32 to 1.36
            --emulation-forward-compatible | 1.33 to 1.36
            --runtime-config-emulation-forward-compatible | 1.33 to 1.36
            --tls-curve-preferences=X25519 | 1.36
            --kubelet-https=true --permit-address-sharing | 1.21
            --kubelet-https=true --goaway-chance=0 --tls-min-version=VersionTLS12 | 1.18 to 1.21
            """.split(separator: "\n").map(String.init))
    func `a line proves the releases that take it`(row: String) throws {
        let halves = row.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingPrefix(" ") }
        let flags = halves[0].split(separator: " ").joined(separator: " ")
        let record = try record("--service-account-issuer=i" + (flags.isEmpty ? "" : " " + flags))
        #expect(record.releases?.description == String(halves[1]))
        #expect(record.notes == [])
    }

    @Test(arguments: [
        ("", "1.5 to 1.19"),
        ("--enable-admission-plugins=A", "1.10 to 1.19"),
        ("--service-account-issuer=", "1.5 to 1.36"),
    ])
    func `no service account issuer proves 1.19 or older`(flags: String, releases: String) throws {
        #expect(try record(flags).releases?.description == releases)
    }

    @Test func `an absent flag proves nothing on a cut row`() throws {
        let row = apiServerRow("--profiling=false --enable-admission-plugins=A --anon")
        let records = try judged(header + "\n" + initRow + "\n" + row)
        #expect(records.map(\.releases?.description) == ["1.10 to 1.36"])
    }

    @Test(arguments: [
        (
            "--basic-auth-file=/p --tls-curve-preferences=X25519", nil as Release?, "1.5 to 1.36",
            "--basic-auth-file (removed in 1.19), --tls-curve-preferences (added in 1.36)"
        ),
        (
            "--tls-curve-preferences=X25519 --basic-auth-file=/p", Release("1.24"), "1.24",
            "--tls-curve-preferences (added in 1.36), --basic-auth-file (removed in 1.19)"
        ),
        (
            "--authorization-config=/z", nil, "1.5 to 1.36",
            "--authorization-config (added in 1.29), the absence of --service-account-issuer "
                + "(not possible from 1.20 on)"
        ),
        (
            "--audit-dynamic-configuration=true --feature-gates=kube:A=true", nil, "1.5 to 1.36",
            "--audit-dynamic-configuration (1.13 to 1.18), --feature-gates with a component's name "
                + "(not possible before 1.31)"
        ),
    ])
    func `a line that no release takes is a finding, and proves nothing`(
        flags: String, claimed: Release?, releases: String, observed: String
    ) throws {
        let record = try record(flags, claimed: claimed)
        #expect(record.releases?.description == releases)
        #expect(record.notes == [])
        #expect(
            record.findings.last
                == Finding(
                    check: "kubernetes-version", severity: .medium, verdict: .unknown(.unparsable), observed: observed,
                    expected: "flags that one release accepts", note: "no release accepts these together"))
    }

    @Test(arguments: [
        (
            "--insecure-port=8080", "1.24", "1.5 to 1.19",
            [
                "--insecure-port (removed in 1.24)", "--insecure-port=8080 (not possible from 1.20 on)",
            ]
        ),
        ("--insecure-port=8080", "1.22", "1.5 to 1.19", ["--insecure-port=8080 (not possible from 1.20 on)"]),
        ("--insecure-port=0 --insecure-port=0", "1.24", "1.5 to 1.23", ["--insecure-port (removed in 1.24)"]),
        ("--tls-curve-preferences=X25519", "1.35", "1.36", ["--tls-curve-preferences (added in 1.36)"]),
        (
            "--enable-admission-plugins=PodSecurityPolicy", "1.25", "1.10 to 1.24",
            ["--enable-admission-plugins with PodSecurityPolicy (not possible from 1.25 on)"]
        ),
        (
            "--feature-gates=AdvancedAuditing=false", "1.27", "1.7 to 1.26",
            ["--feature-gates with AdvancedAuditing (not possible from 1.27 on)"]
        ),
        (
            "--permit-address-sharing --authorization-config=/z", "1.20", "1.29 to 1.36",
            ["--permit-address-sharing (added in 1.21)", "--authorization-config (added in 1.29)"]
        ),
        ("--basic-auth-file=/p", "1.99", "1.5 to 1.18", ["--basic-auth-file (removed in 1.19)"]),
    ])
    func `a stated version that the line disproves is a finding`(
        flags: String, claimed: String, releases: String, proofs: [String]
    ) throws {
        let record = try record(flags, claimed: Release(claimed))
        #expect(record.releases?.description == releases)
        #expect(record.notes == [])
        #expect(
            record.findings.last
                == Finding(
                    check: "kubernetes-version", severity: .medium, verdict: .fail,
                    observed: proofs.joined(separator: ", "), expected: "flags of \(claimed), the stated version",
                    note: "judged as \(releases), which the line proves"))
    }

    @Test(arguments: [nil, Release("1.18")])
    func `a version that fits is no finding`(claimed: Release?) throws {
        let record = try record("--basic-auth-file=/p --insecure-port=8080", claimed: claimed)
        #expect(record.findings.count == 38)
        #expect(record.findings.allSatisfy { $0.check.hasPrefix("apiserver-") })
    }

    @Test(arguments: ["1.5", "1.19", "1.20", "1.36"])
    func `no absence disproves a stated version`(claimed: String) throws {
        let record = try record("--profiling=false", claimed: Release(claimed))
        #expect(record.releases?.description == claimed)
        #expect(record.notes == [])
    }

    @Test(arguments: [
        ("1.37", "1.36", "judged as 1.36, the newest version kubesweep knows, not 1.37"),
        ("1.4", "1.5", "judged as 1.5, the oldest version kubesweep knows, not 1.4"),
    ])
    func `a version beyond the facts is judged as the nearest they know`(
        claimed: String, releases: String, note: String
    ) throws {
        let record = try record("", claimed: Release(claimed))
        #expect(record.releases?.description == releases)
        #expect(record.notes == [note])
    }

    @Test func `the note says from where on which verdict holds`() throws {
        let finding = try record("--service-account-issuer=i").finding("insecure-port")
        #expect(finding.verdict == .unknown(.versionNeeded))
        #expect(
            finding.note == "the version decides: fail from 1.5, pass from 1.20, notApplicable from 1.24")
    }
}
