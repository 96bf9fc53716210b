import Hardening
import Testing

/// Table 5.6: CIS 1.12 section 4.2, each row by its id. The flags' defaults count only without --config.
struct CisKubeletTests {
    private static let strong = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"

    @Test(arguments: [
        ("kubelet --anonymous-auth=false", "pass"), ("kubelet", "fail"), ("kubelet --anonymous-auth=true", "fail"),
    ])
    func `4.2.1 anonymous requests`(_ line: String, _ expected: String) throws {
        let found = try verdict("kubelet-anonymous-auth", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kubelet --authorization-mode=Webhook", "pass"), ("kubelet", "fail"),
        ("kubelet --authorization-mode=AlwaysAllow", "fail"),
        ("kubelet --authorization-mode=AlwaysAllow --authorization-mode=Webhook", "pass"),
    ])
    func `4.2.2 authorization`(_ line: String, _ expected: String) throws {
        let found = try verdict("kubelet-authorization-always-allow", line)
        #expect(found == expected)
    }

    @Test(arguments: [("kubelet --client-ca-file=/ca", "pass"), ("kubelet", "fail")])
    func `4.2.3 client CA`(_ line: String, _ expected: String) throws {
        let found = try verdict("kubelet-client-ca-file", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kubelet --read-only-port=0", "pass"), ("kubelet --read-only-port 0", "pass"), ("kubelet", "fail"),
        ("kubelet --read-only-port=10255", "fail"),
    ])
    func `4.2.4 read-only port`(_ line: String, _ expected: String) throws {
        let found = try verdict("kubelet-read-only-port", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kubelet", "pass"), ("kubelet --streaming-connection-idle-timeout=5m", "pass"),
        ("kubelet --streaming-connection-idle-timeout=0", "fail"),
        ("kubelet --streaming-connection-idle-timeout=0s", "fail"),
        ("kubelet --streaming-connection-idle-timeout=-1s", "unknown needsReview"),
    ])
    func `4.2.5 idle streams`(_ line: String, _ expected: String) throws {
        let found = try verdict("kubelet-streaming-connection-idle-timeout", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kubelet", "pass"), ("kubelet --make-iptables-util-chains=true", "pass"),
        ("kubelet --make-iptables-util-chains=false", "fail"),
    ])
    func `4.2.6 iptables chains`(_ line: String, _ expected: String) throws {
        let found = try verdict("kubelet-make-iptables-util-chains", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kubelet", "pass"), ("kubelet --config=/c.yaml", "pass"), ("kubelet --hostname-override=n1", "fail"),
    ])
    func `4.2.7 host name, which has no place in the file`(_ line: String, _ expected: String) throws {
        let found = try verdict("kubelet-hostname-override", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kubelet", "pass"), ("kubelet --event-qps=0", "pass"), ("kubelet --event-qps=50", "pass"),
        ("kubelet --event-qps=-1", "fail"),
    ])
    func `4.2.8 events`(_ line: String, _ expected: String) throws {
        let found = try verdict("kubelet-event-qps", line)
        #expect(found == expected)
    }

    @Test(arguments: [("1.26", "5"), ("1.27", "50")])
    func `4.2.8 the default is shown as the version has it`(version: String, value: String) throws {
        let records = try BuiltInJudge.named("cis-1.12").judge(wholeHost(["kubelet"]), claimed: Release(version))
        let finding = records.first?.findings.first { $0.check == "kubelet-event-qps" }
        #expect(finding?.observed == "--event-qps not set (default \(value))")
    }

    @Test(arguments: [
        ("kubelet --tls-cert-file=/c --tls-private-key-file=/k", "pass"), ("kubelet --tls-cert-file=/c", "fail"),
        ("kubelet", "fail"), ("kubelet --rotate-server-certificates", "pass"),
    ])
    func `4.2.9 serving certificate`(_ line: String, _ expected: String) throws {
        let found = try verdict("kubelet-tls-serving-certificate", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kubelet --rotate-certificates", "pass"), ("kubelet --rotate-certificates=false", "fail"),
        // kube-bench passes the absent flag; its default is false.
        ("kubelet", "fail"),
    ])
    func `4.2.10 client certificate rotation`(_ line: String, _ expected: String) throws {
        let found = try verdict("kubelet-rotate-certificates", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kubelet", "pass"), ("kubelet --feature-gates=RotateKubeletServerCertificate=false", "fail"),
        ("kubelet --config=/c.yaml --feature-gates=RotateKubeletServerCertificate=true", "pass"),
        ("kubelet --config=/c.yaml --feature-gates=Other=true", "unknown configuredInFile"),
        ("v1.11 kubelet", "fail"), ("v1.6 kubelet", "notApplicable notYetIntroduced"),
    ])
    func `4.2.11 serving certificate rotation`(_ line: String, _ expected: String) throws {
        let found = try verdict("kubelet-rotate-server-certificate", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kubelet --tls-cipher-suites=\(strong)", "pass"),
        ("kubelet --tls-cipher-suites=TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "pass"),
        ("kubelet --tls-cipher-suites=TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "pass"),
        ("kubelet --tls-cipher-suites=\(strong),TLS_RSA_WITH_AES_128_GCM_SHA256", "fail"), ("kubelet", "fail"),
        ("kubelet --tls-min-version=VersionTLS13", "pass"),
        ("kubelet --tls-min-version=VersionTLS11 --tls-cipher-suites=\(strong)", "fail"),
        ("v1.9 kubelet", "notApplicable notYetIntroduced"),
        // The suites stand on the line; the file may still name an old TLS version, which 4.2.12 does not ask about.
        ("kubelet --config=/c.yaml --tls-cipher-suites=\(strong)", "pass"),
        ("kubelet --config=/c.yaml --tls-cipher-suites=TLS_RSA_WITH_AES_128_GCM_SHA256", "fail"),
        ("kubelet --config=/c.yaml --tls-min-version=VersionTLS13", "pass"),
    ])
    func `4.2.12 cipher suites`(_ line: String, _ expected: String) throws {
        let found = try verdict("kubelet-tls-cipher-suites", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kubelet --pod-max-pids=4096", "pass"), ("kubelet --pod-max-pids=-1", "fail"), ("kubelet", "fail"),
        ("v1.9 kubelet", "notApplicable notYetIntroduced"),
    ])
    func `4.2.13 processes of a pod`(_ line: String, _ expected: String) throws {
        let found = try verdict("kubelet-pod-max-pids", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kubelet --seccomp-default", "pass"), ("kubelet --seccomp-default=false", "fail"), ("kubelet", "fail"),
        ("v1.21 kubelet", "notApplicable notYetIntroduced"),
    ])
    func `4.2.14 seccomp`(_ line: String, _ expected: String) throws {
        let found = try verdict("kubelet-seccomp-default", line)
        #expect(found == expected)
    }

    @Test(arguments: ["--config=/c.yaml", "--config-dir /c.yaml", "--dynamic-config-dir=/c.yaml"])
    func `a configuration file makes every absent flag unknown`(_ flag: String) throws {
        for check in try BuiltInJudge.named("cis-1.12").policy.checks
        where check.component == "kubelet" && check.id != "kubelet-hostname-override" {
            let found = try verdict(check.id, "kubelet \(flag)", withNote: true)
            #expect(found == "unknown configuredInFile (/c.yaml)", "\(check.id)")
        }
    }

    @Test func `a flag on the line wins over the file`() throws {
        #expect(try verdict("kubelet-anonymous-auth", "kubelet --config=/c.yaml --anonymous-auth=false") == "pass")
        #expect(try verdict("kubelet-anonymous-auth", "kubelet --config=/c.yaml --anonymous-auth=true") == "fail")
    }
}
