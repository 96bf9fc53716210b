import Hardening

/// A policy small enough to read beside the golden files.
struct FixturePolicy {
    let policy: Policy
    let identity = PolicyIdentity(
        name: "nightly", digest: "sha256:" + String(repeating: "0f", count: 32),
        disabled: [
            "apiserver-request-timeout": "long watches \u{1B}[5mneed\u{1B}[0m it",
            "apiserver-audit-log-maxage": "logs are shipped at once",
        ])

    init() throws {
        policy = try PolicySource(text: Self.text, file: "nightly.yaml").policy(facts: try BuiltIn.facts())
    }

    private static let text = """
        policy: nightly
        title: Six checks
        checks:
          - id: apiserver-anonymous-auth
            title: Anonymous requests are refused
            severity: high
            flags: [anonymous-auth]
            also: [authentication-config]
            expected: --anonymous-auth=false
            cis: {"1.8": 1.2.1, "1.10": 1.2.1}
            rationale: >-
              A request that no authenticator accepts is otherwise treated as user system:anonymous and goes on to
              authorization, where one loose role binding lets it in.
            remediation: >-
              Set --anonymous-auth=false, or from 1.31 give --authentication-config a file whose anonymous section names
              only the health paths.
            breaks: >-
              Health probes of load balancers and of kubeadm's static pods; give them credentials or the path-limited
              configuration first.
            rules:
              - when: {flag: authentication-config, isSet: true}
                then: unknown
                reason: configuredInFile
                file: authentication-config
                note: the anonymous section of this file decides
              - {when: {versions: "<=1.4"}, then: notApplicable, reason: notYetIntroduced, note: the flag came with 1.5}
            expect: {flag: anonymous-auth, is: "false"}
          - id: apiserver-insecure-port
            title: No port without authentication
            severity: critical
            flags: [insecure-port]
            expected: --insecure-port=0
            rationale: Whoever reaches the port is cluster administrator.
            remediation: Set --insecure-port=0, which is also the only value that 1.20 to 1.23 accept.
            rules:
              - {when: {versions: ">=1.24"}, then: notApplicable, reason: removed, note: the flag was removed in 1.24}
            expect: {flag: insecure-port, is: "0"}
          - id: apiserver-profiling
            title: Profiling is off
            severity: low
            flags: [profiling]
            expected: --profiling=false
            rationale: Profiles show memory and cost time.
            remediation: Set --profiling=false.
            breaks: Profiling.
            expect: {flag: profiling, is: "false"}
          - id: apiserver-tls-cipher-suites
            title: Only cipher suites with forward secrecy and authenticated encryption are offered
            severity: medium
            flags: [tls-cipher-suites]
            expected: --tls-cipher-suites, a list of nothing but TLS_ECDHE_*_GCM_* and TLS_ECDHE_*_CHACHA20_* suites
            rationale: The others are broken or let recorded traffic be read once the key is known.
            remediation: >-
              Set --tls-cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
              on every master.
            expect: {flag: tls-cipher-suites, isSet: true}
          - id: apiserver-etcd-cafile
            title: etcd's certificate is verified
            severity: high
            flags: [etcd-cafile]
            expected: --etcd-cafile set
            rationale: etcd holds every secret.
            remediation: Set --etcd-cafile.
            expect: {flag: etcd-cafile, isSet: true}
          - id: controller-manager-profiling
            title: Profiling of the controller manager is off
            component: kube-controller-manager
            severity: medium
            flags: [profiling]
            expected: --profiling=false
            rationale: Profiles show memory and cost time.
            remediation: Set --profiling=false.
            expect: {flag: profiling, is: "false"}
        """
}

extension FixturePolicy {
    /// A finding of one of the policy's checks, with its severity and expectation unless another is given.
    func finding(
        _ id: String, _ verdict: Verdict, _ observed: String, note: String? = nil, severity: Severity? = nil
    ) -> Finding {
        let check = policy.checks.first { $0.id == id }
        return Finding(
            check: id, severity: severity ?? check?.severity ?? .low, verdict: verdict, observed: observed,
            expected: check?.expected ?? "", note: note)
    }

    /// One finding for each check of the API server, `of` a verdict; those named are replaced.
    func apiserver(all verdict: Verdict, note: String? = nil, _ others: Finding...) -> [Finding] {
        policy.checks.filter { $0.component == "kube-apiserver" }.map { check in
            others.first { $0.check == check.id }
                ?? finding(check.id, verdict, observed(check.id, verdict), note: note)
        }
    }

    private func observed(_ id: String, _ verdict: Verdict) -> String {
        let flag = "--" + id.dropFirst("apiserver-".count)
        return switch verdict {
        case .pass: "\(flag)=good"
        case .fail: "\(flag)=bad"
        case .unknown(.configuredInFile): "not on the command line"
        case .unknown(.truncated), .unknown(.incomplete): "\(flag) not seen before the cut"
        case .unknown, .notApplicable: "\(flag) not set"
        }
    }
}
