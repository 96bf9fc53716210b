import Testing

/// Table 5.1: CIS 1.12 section 1.2 and 3.2.1, each row by its id.
struct CisAPIServerTests {
    private static let log = "kube-apiserver --audit-log-path=/log"

    @Test(arguments: [
        ("kube-apiserver --anonymous-auth=false", "pass"), ("kube-apiserver --anonymous-auth=F", "pass"),
        ("kube-apiserver --authorization-mode=RBAC", "fail"),
        ("kube-apiserver --authorization-mode=RBAC --anonymous-auth=true", "fail"),
        ("kube-apiserver --authentication-config=/etc/authn.yaml", "unknown configuredInFile"),
    ])
    func `1.2.1 anonymous requests`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-anonymous-auth", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver", "pass"), ("kube-apiserver --token-auth-file=", "pass"),
        ("kube-apiserver --token-auth-file=/t.csv", "fail"),
    ])
    func `1.2.2 static token file`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-token-auth-file", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --enable-admission-plugins=NodeRestriction,DenyServiceExternalIPs", "pass"),
        ("kube-apiserver --enable-admission-plugins=NodeRestriction", "fail"), ("kube-apiserver", "fail"),
        ("v1.20 kube-apiserver", "notApplicable notYetIntroduced"),
        ("kube-apiserver --enable-admission-plugins=NotDenyServiceExternalIPs", "fail"),
    ])
    func `1.2.3 Service externalIPs`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-admission-deny-service-external-ips", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --kubelet-client-certificate=/c --kubelet-client-key=/k", "pass"),
        ("kube-apiserver --kubelet-client-certificate=/c", "fail"), ("kube-apiserver", "fail"),
    ])
    func `1.2.4 client certificate for kubelets`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-kubelet-client-certificate", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --kubelet-certificate-authority=/ca", "pass"), ("kube-apiserver", "fail"),
        ("kube-apiserver --kubelet-certificate-authority=", "fail"),
    ])
    func `1.2.5 kubelet serving certificates`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-kubelet-certificate-authority", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --authorization-mode=Node,RBAC", "pass"),
        ("kube-apiserver --authorization-mode=RBAC,AlwaysAllow", "fail"), ("kube-apiserver", "fail"),
        ("kube-apiserver --authorization-config=/a.yaml", "unknown configuredInFile"),
    ])
    func `1.2.6 authorization not wide open`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-authorization-always-allow", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --authorization-mode=Node,RBAC", "pass"),
        ("kube-apiserver --authorization-mode=NodeFoo,RBAC", "fail"),
        ("kube-apiserver --authorization-config=/a.yaml", "unknown configuredInFile"),
    ])
    func `1.2.7 Node authorizer`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-authorization-node", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --authorization-mode=Node,RBAC", "pass"),
        ("kube-apiserver --authorization-mode=Node,NotRBAC", "fail"),
        ("kube-apiserver --authorization-mode=Node,Webhook", "unknown needsReview"),
    ])
    func `1.2.8 RBAC`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-authorization-rbac", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        (
            "kube-apiserver --enable-admission-plugins=EventRateLimit --admission-control-config-file=/a", "pass"
        ),
        ("kube-apiserver --enable-admission-plugins=EventRateLimit", "pass"), ("kube-apiserver", "fail"),
    ])
    func `1.2.9 event flood limit`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-admission-event-rate-limit", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver", "pass"), ("kube-apiserver --enable-admission-plugins=NodeRestriction", "pass"),
        ("kube-apiserver --enable-admission-plugins=AlwaysAdmit", "fail"),
    ])
    func `1.2.10 AlwaysAdmit`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-admission-always-admit", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --enable-admission-plugins=AlwaysPullImages", "pass"), ("kube-apiserver", "fail"),
    ])
    func `1.2.11 AlwaysPullImages`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-admission-always-pull-images", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver", "pass"), ("kube-apiserver --disable-admission-plugins=ServiceAccount", "fail"),
    ])
    func `1.2.12 ServiceAccount admission`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-admission-service-account", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver", "pass"), ("kube-apiserver --disable-admission-plugins=NamespaceLifecycle", "fail"),
        ("kube-apiserver --admission-control=ServiceAccount", "fail"),
    ])
    func `1.2.13 NamespaceLifecycle`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-admission-namespace-lifecycle", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction", "pass"),
        ("kube-apiserver --authorization-mode=Node,RBAC", "fail"),
    ])
    func `1.2.14 NodeRestriction`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-admission-node-restriction", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --profiling=false", "pass"), ("kube-apiserver --profiling=0", "pass"),
        ("kube-apiserver", "fail"), ("kube-apiserver --profiling=false --profiling", "fail"),
    ])
    func `1.2.15 profiling`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-profiling", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --audit-log-path=/log --audit-policy-file=/p", "pass"),
        ("kube-apiserver --audit-log-path=", "fail"), ("kube-apiserver", "fail"),
    ])
    func `1.2.16 audit log`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-audit-log-path", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("\(log) --audit-log-maxage=30", "pass"), ("\(log) --audit-log-maxage=29", "fail"),
        ("\(log) --audit-log-maxage=0", "pass"), (log, "pass"), ("v1.36 \(log)", "pass"),
        ("kube-apiserver", "notApplicable featureOff"),
    ])
    func `1.2.17 audit log age`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-audit-log-maxage", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("\(log) --audit-log-maxbackup=10", "pass"), ("\(log) --audit-log-maxbackup=9", "fail"), (log, "pass"),
    ])
    func `1.2.18 audit log backups`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-audit-log-maxbackup", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("\(log) --audit-log-maxsize=100", "pass"), ("\(log) --audit-log-maxsize=99", "fail"), (log, "pass"),
        ("v1.36 \(log) --audit-log-maxsize=0", "fail"), ("\(log) --audit-log-maxsize=0", "pass"),
    ])
    func `1.2.19 audit log size`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-audit-log-maxsize", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver", "pass"), ("kube-apiserver --request-timeout=5m", "pass"),
        ("kube-apiserver --request-timeout=1h", "fail"),
    ])
    func `1.2.20 request timeout`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-request-timeout", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver", "pass"), ("kube-apiserver --service-account-lookup=false", "fail"),
    ])
    func `1.2.21 token lookup`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-service-account-lookup", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --service-account-key-file=/sa.pub --tls-private-key-file=/tls.key", "pass"),
        ("kube-apiserver --service-account-key-file=/tls.key --tls-private-key-file=/tls.key", "fail"),
        ("v1.19 kube-apiserver", "fail"),
    ])
    func `1.2.22 service account keys`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-service-account-key-file", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --etcd-certfile=/c --etcd-keyfile=/k --etcd-servers=https://e:2379", "pass"),
        ("kube-apiserver --etcd-certfile=/c --etcd-servers=https://e:2379", "fail"),
        ("kube-apiserver --etcd-servers=unix://kine.sock", "notApplicable localDatastore"),
    ])
    func `1.2.23 etcd client certificate`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-etcd-client-certificate", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --tls-cert-file=/c --tls-private-key-file=/k", "pass"), ("kube-apiserver", "fail"),
        ("kube-apiserver --tls-sni-cert-key=/c,/k", "fail low"),
    ])
    func `1.2.24 serving certificate`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-tls-serving-certificate", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --client-ca-file=/ca", "pass"),
        ("kube-apiserver --requestheader-client-ca-file=/ca", "fail"),
    ])
    func `1.2.25 client CA`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-client-ca-file", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --etcd-cafile=/ca --etcd-servers=https://e:2379", "pass"),
        ("kube-apiserver --etcd-servers=https://e:2379", "fail"),
    ])
    func `1.2.26 etcd CA`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-etcd-cafile", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --encryption-provider-config=/e", "pass"), ("kube-apiserver", "fail"),
        ("v1.20 kube-apiserver --experimental-encryption-provider-config=/e", "pass"),
    ])
    func `1.2.27 encryption at rest`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-encryption-provider-config", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --encryption-provider-config=/e", "unknown configuredInFile"), ("kube-apiserver", "fail"),
    ])
    func `1.2.28 encryption provider stands in a file`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-encryption-provider-kind", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "pass"),
        ("kube-apiserver --tls-cipher-suites=TLS_RSA_WITH_AES_128_GCM_SHA256", "fail"),
        ("kube-apiserver --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "fail low"),
        ("kube-apiserver", "fail low"), ("kube-apiserver --tls-min-version=VersionTLS13", "pass"),
    ])
    func `1.2.29 cipher suites`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-tls-cipher-suites", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --service-account-extend-token-expiration=false", "pass"),
        ("kube-apiserver --service-account-extend-token-expiration", "fail"), ("kube-apiserver", "fail"),
        ("v1.20 kube-apiserver", "fail"), ("v1.19 kube-apiserver", "pass"),
        ("v1.18 kube-apiserver", "notApplicable notYetIntroduced"),
    ])
    func `1.2.30 year-long tokens`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-service-account-extend-token-expiration", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --audit-policy-file=/p", "pass"), ("kube-apiserver", "fail"),
        (
            "kube-apiserver --audit-log-path=/log",
            "fail (a log or webhook is set up, but without a policy nothing is sent to it)"
        ),
        ("kube-apiserver --audit-policy-file=", "fail"),
        ("v1.7 kube-apiserver", "notApplicable notYetIntroduced (up to 1.7 the audit log needs no policy)"),
    ])
    func `3.2.1 audit policy`(_ line: String, _ expected: String) throws {
        let found = try verdict("apiserver-audit-policy-file", line, withNote: true)
        #expect(found == expected)
    }
}
