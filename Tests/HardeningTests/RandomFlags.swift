import SeededRandom
/// Words for lines nobody wrote: good and bad values, repeats, old names, words that are no flag.
private let words = [
    "--anonymous-auth=false", "--anonymous-auth", "--authorization-mode=Node,RBAC", "--authorization-mode=AlwaysAllow",
    "--profiling=false", "--profiling=true", "--profiling false", "--insecure-port=0", "--port=8080",
    "--secure-port=6443", "--secure-port=99999", "--enable-admission-plugins=NodeRestriction,EventRateLimit",
    "--enable-admission-plugins=AlwaysAdmit", "--disable-admission-plugins=ServiceAccount",
    "--admission-control=NamespaceLifecycle", "--audit-log-path=/a", "--audit-log-path=", "--audit-log-maxage=0",
    "--audit-log-maxage=30", "--audit-log-maxsize=0", "--audit-policy-file=/p", "--token-auth-file=/t",
    "--kubelet-https=false", "--service-account-lookup=false", "--service-account-issuer=i",
    "--service-account-key-file=/k", "--tls-private-key-file=/k", "--tls-cert-file=/c",
    "--etcd-servers=unix:///s", "--etcd-cafile=/e", "--tls-cipher-suites=TLS_AES_128_GCM_SHA256",
    "--tls-min-version=VersionTLS13", "--experimental-encryption-provider-config=/e", "--authorization-config=/z",
    "--feature-gates=AllBeta=false", "--feature-gates=AdvancedAuditing=false", "--request-timeout=1s",
    "--unheard-of x", "word", "--", "--basic-auth-file=/p", "--emulated-version=1.31",
]

/// Up to a dozen flags of a line, at random.
func randomFlags(_ generator: inout SeededGenerator) -> String {
    (0..<Int.random(in: 0...12, using: &generator)).map { _ in
        words[Int.random(in: 0..<words.count, using: &generator)]
    }.joined(separator: " ")
}
