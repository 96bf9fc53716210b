import Testing

/// Table 5.2 and the listeners of 5.5: what `hardened` asks beyond the two lists, each row by its number.
struct HardenedTests {
    private func hardened(_ check: String, _ line: String) throws -> String {
        try verdict(check, line, policy: "hardened")
    }

    @Test(arguments: [
        ("kube-apiserver --audit-log-path=/log --audit-policy-file=/p", "pass"),
        ("kube-apiserver --audit-log-path=/log", "fail"), ("kube-apiserver --audit-webhook-config-file=/w", "fail"),
    ])
    func `x1 audit policy with a log or webhook`(_ line: String, _ expected: String) throws {
        let found = try hardened("apiserver-audit-policy-file", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --etcd-servers=https://a:2379,https://b:2379", "pass"),
        ("kube-apiserver --etcd-servers=https://a:2379,http://b:2379", "fail"),
        ("kube-apiserver --etcd-servers=http://127.0.0.1:2379", "fail medium"),
        ("kube-apiserver --etcd-servers=http://[::1]:2379", "fail medium"),
        ("kube-apiserver --etcd-servers=http://localhost:2379,http://10.0.0.1:2379", "fail"),
        ("kube-apiserver --etcd-servers=http://127.0.0.1@evil:2379", "fail"),
        ("kube-apiserver --etcd-servers=unix://kine.sock", "pass"),
        ("kube-apiserver --etcd-servers=unixs://kine.sock", "pass"),
        ("kube-apiserver --etcd-servers=http://127.0.0.1:2379,https://10.0.0.1:2379", "fail medium"),
        ("kube-apiserver --etcd-servers=http://127.0.0.1:2379,unix://a,unixs://b", "fail medium"),
        ("kube-apiserver --etcd-servers=10.0.0.1:2379,https://a:2379", "unknown needsReview"),
        ("kube-apiserver --etcd-servers=10.0.0.1:2379", "unknown needsReview"),
        ("kube-apiserver", "unknown unparsable"),
        (
            "kube-apiserver --etcd-servers=https://a:2379 --etcd-servers-overrides=/events#https://b:1;http://c:1",
            "fail"
        ),
    ])
    func `x2 etcd over TLS`(_ line: String, _ expected: String) throws {
        let found = try hardened("apiserver-etcd-servers-tls", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver", "pass"), ("kube-apiserver --tls-min-version=VersionTLS12", "pass"),
        ("kube-apiserver --tls-min-version=VersionTLS13", "pass"),
        ("kube-apiserver --tls-min-version=VersionTLS11", "fail"),
        ("v1.9 kube-apiserver", "notApplicable notYetIntroduced"),
    ])
    func `x3 TLS version`(_ line: String, _ expected: String) throws {
        let found = try hardened("apiserver-tls-min-version", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --service-account-issuer=https://kubernetes.default.svc", "pass"),
        ("kube-apiserver --service-account-issuer=kubernetes/serviceaccount", "fail"),
        ("kube-apiserver --service-account-issuer=https://a --service-account-issuer=api", "fail"),
        ("kube-apiserver", "fail"), ("v1.19 kube-apiserver", "notApplicable featureOff"),
    ])
    func `x4 issuer`(_ line: String, _ expected: String) throws {
        let found = try hardened("apiserver-service-account-issuer", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --service-account-signing-key-file=/k", "pass"),
        ("kube-apiserver --service-account-signing-endpoint=/s.sock", "pass"), ("kube-apiserver", "fail"),
        ("v1.19 kube-apiserver", "notApplicable featureOff"),
    ])
    func `x4 signing key`(_ line: String, _ expected: String) throws {
        let found = try hardened("apiserver-service-account-signing-key", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --authorization-mode=Node,RBAC", "pass"),
        ("kube-apiserver --authorization-mode=RBAC,ABAC", "fail"),
        ("kube-apiserver --authorization-mode=AlwaysDeny", "fail"),
        ("kube-apiserver --authorization-config=/a", "unknown configuredInFile"),
    ])
    func `x5 authorizers of the past`(_ line: String, _ expected: String) throws {
        let found = try hardened("apiserver-authorization-legacy", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        (
            "kube-apiserver --client-ca-file=/ca --requestheader-client-ca-file=/front --requestheader-allowed-names=f",
            "pass"
        ),
        ("kube-apiserver --client-ca-file=/ca --requestheader-client-ca-file=/front", "pass"),
        ("kube-apiserver --client-ca-file=/ca --requestheader-client-ca-file=/ca", "fail"),
        (
            "kube-apiserver --client-ca-file=/ca --requestheader-client-ca-file=/ca --requestheader-allowed-names=",
            "fail"
        ),
        (
            "kube-apiserver --client-ca-file=/ca --requestheader-client-ca-file=/ca --requestheader-allowed-names=f",
            "fail low"
        ),
        ("kube-apiserver --client-ca-file=/ca", "notApplicable featureOff"),
    ])
    func `x7 CA of front proxies`(_ line: String, _ expected: String) throws {
        let found = try hardened("apiserver-requestheader-ca", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver", "pass"), ("kube-apiserver --disable-admission-plugins=DefaultStorageClass", "pass"),
        ("kube-apiserver --disable-admission-plugins=PodSecurity", "fail"),
        ("kube-apiserver --disable-admission-plugins=ValidatingAdmissionPolicy", "fail"),
        ("kube-apiserver --disable-admission-plugins=MutatingAdmissionWebhook", "fail"),
        ("kube-apiserver --admission-control=NamespaceLifecycle", "fail"),
        ("kube-apiserver --disable-admission-plugins=ValidatingAdmissionWebhook", "fail"),
        ("kube-apiserver --disable-admission-plugins=LimitRanger", "fail"),
        ("kube-apiserver --disable-admission-plugins=ResourceQuota", "fail"),
        ("v1.18 kube-apiserver --disable-admission-plugins=CertificateApproval", "fail"),
        ("v1.18 kube-apiserver --disable-admission-plugins=CertificateSigning", "fail"),
        ("v1.18 kube-apiserver --disable-admission-plugins=CertificateSubjectRestriction", "fail"),
        (
            """
            v1.17 kube-apiserver --disable-admission-plugins=CertificateApproval,CertificateSigning,\
            CertificateSubjectRestriction
            """, "pass"
        ),
        ("v1.23 kube-apiserver --disable-admission-plugins=PodSecurity", "fail"),
        ("v1.26 kube-apiserver --disable-admission-plugins=ValidatingAdmissionPolicy", "fail"),
        ("v1.25 kube-apiserver --disable-admission-plugins=ValidatingAdmissionPolicy", "pass"),
        ("v1.10 kube-apiserver", "pass"), ("v1.18 kube-apiserver", "pass"), ("v1.23 kube-apiserver", "pass"),
        ("v1.26 kube-apiserver", "pass"),
        ("v1.22 kube-apiserver --disable-admission-plugins=PodSecurity", "pass"),
        ("v1.9 kube-apiserver", "notApplicable notYetIntroduced"),
    ])
    func `x8 protecting plugins`(_ line: String, _ expected: String) throws {
        let found = try hardened("apiserver-admission-defaults", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver", "pass"), ("kube-apiserver --feature-gates=AllAlpha=true", "fail"),
        ("kube-apiserver --feature-gates=AllAlpha=1", "fail"),
        ("kube-apiserver --feature-gates=AllAlpha=false", "pass"),
        ("kube-apiserver --feature-gates=AllBeta=true", "fail low"),
        ("kube-apiserver --feature-gates=KMSv1=true", "fail"), ("v1.28 kube-apiserver", "pass"),
        ("v1.24 kube-apiserver --feature-gates=LegacyServiceAccountTokenNoAutoGeneration=false", "fail"),
        ("v1.24 kube-apiserver", "pass"), ("v1.29 kube-apiserver --feature-gates=KMSv1=true", "fail"),
        ("v1.28 kube-apiserver --feature-gates=KMSv1=true", "pass"),
        ("v1.25 kube-apiserver --feature-gates=LegacyServiceAccountTokenNoAutoGeneration=false", "fail"),
        ("v1.26 kube-apiserver --feature-gates=LegacyServiceAccountTokenNoAutoGeneration=false", "pass"),
        ("kube-apiserver --feature-gates=AllAlpha=true --feature-gates=AllAlpha=false", "pass"),
    ])
    func `x9 feature gates`(_ line: String, _ expected: String) throws {
        let found = try hardened("apiserver-feature-gates", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver", "pass"), ("kube-apiserver --debug-socket-path=/d.sock", "fail"),
        ("v1.26 kube-apiserver", "notApplicable notYetIntroduced"),
    ])
    func `x11 debug socket`(_ line: String, _ expected: String) throws {
        let found = try hardened("apiserver-debug-socket", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver", "pass"), ("kube-apiserver --cors-allowed-origins=//dash\\.example$", "pass"),
        ("kube-apiserver --cors-allowed-origins=.*", "fail"), ("kube-apiserver --cors-allowed-origins=*", "fail"),
        ("kube-apiserver --cors-allowed-origins=.+", "fail"), ("kube-apiserver --cors-allowed-origins=^.*$", "fail"),
        ("kube-apiserver --cors-allowed-origins=^.*", "fail"), ("kube-apiserver --cors-allowed-origins=.*$", "fail"),
        ("kube-apiserver --cors-allowed-origins=//.*", "fail"), ("kube-apiserver --cors-allowed-origins=//", "fail"),
        ("kube-apiserver --cors-allowed-origins=https?://.*", "fail"),
        ("kube-apiserver --cors-allowed-origins=https://.*", "fail"),
        ("kube-apiserver --cors-allowed-origins=//a.+b$", "unknown needsReview"),
        ("kube-apiserver --cors-allowed-origins=//a$,http://.*", "fail"),
        ("kube-apiserver --cors-allowed-origins=//.*\\.example$", "unknown needsReview"),
    ])
    func `x12 CORS`(_ line: String, _ expected: String) throws {
        let found = try hardened("apiserver-cors-allowed-origins", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --service-account-max-token-expiration=24h", "pass"), ("kube-apiserver", "fail"),
        ("kube-apiserver --service-account-max-token-expiration=8760h", "fail"),
        ("kube-apiserver --service-account-max-token-expiration=48h", "pass"),
        ("kube-apiserver --service-account-max-token-expiration=48h1s", "fail"),
        ("kube-apiserver --service-account-max-token-expiration=1h", "pass"),
        ("kube-apiserver --service-account-max-token-expiration=59m", "fail"),
        ("v1.11 kube-apiserver", "notApplicable notYetIntroduced"),
    ])
    func `x17 longest token`(_ line: String, _ expected: String) throws {
        let found = try hardened("apiserver-service-account-max-token-expiration", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver", "pass"), ("kube-apiserver --enable-priority-and-fairness=false", "fail"),
        ("v1.28 kube-apiserver --feature-gates=APIPriorityAndFairness=false", "fail"),
        ("v1.19 kube-apiserver", "notApplicable notYetIntroduced"),
    ])
    func `x20 priority and fairness`(_ line: String, _ expected: String) throws {
        let found = try hardened("apiserver-priority-and-fairness", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        (
            """
            etcd --listen-client-urls=https://10.0.0.1:2379,http://127.0.0.1:2379 --cert-file=/c \
            --listen-metrics-urls=http://127.0.0.1:2381 --advertise-client-urls=https://10.0.0.1:2379
            """, "pass"
        ),
        ("etcd --listen-client-urls=http://10.0.0.1:2379", "fail"),
        ("etcd --name=a --listen-peer-urls=http://0.0.0.0:2380", "fail"),
        ("etcd --name=a --advertise-client-urls=http://10.0.0.1:2379", "fail"),
        ("etcd --name=a --listen-metrics-urls=http://0.0.0.0:2381", "fail low"),
        ("etcd --name=a --listen-client-http-urls=http://10.0.0.1:1", "fail"),
        ("etcd --name=a", "pass"), ("etcd", "unknown configuredInFile"),
        (
            """
            etcd --cert-file=/c --peer-cert-file=/p --listen-metrics-urls=http://0.0.0.0:2381 \
            --listen-client-urls=https://10.0.0.1:2379,unix://a.sock,unixs://b.sock \
            --listen-peer-urls=https://10.0.0.1:2380,unix://a.sock,unixs://b.sock
            """, "fail low"
        ),
        ("etcd --name=a --listen-client-http-urls=https://10.0.0.1:1", "pass"),
        ("etcd --name=a --listen-client-http-urls=unix://a.sock,unixs://b.sock", "pass"),
        ("etcd --name=a --listen-metrics-urls=https://10.0.0.1:2381", "pass"),
        ("etcd --name=a --listen-metrics-urls=unix://a.sock,unixs://b.sock", "pass"),
        (
            """
            etcd --name=a --listen-client-urls=unix://a.sock,unixs://b.sock --listen-peer-urls=unix://a.sock,unixs://b \
            --advertise-client-urls=unix://a.sock,unixs://b.sock
            """, "pass"
        ),
    ])
    func `5.5 no plaintext listeners of etcd`(_ line: String, _ expected: String) throws {
        let found = try hardened("etcd-listeners-tls", line)
        #expect(found == expected)
    }
}
