import Testing

/// --explicit with the other two built-in policies: the checks that ask for more than a safe value.
struct ExplicitCisTests {
    @Test(arguments: [
        ("kubelet-read-only-port", "kubelet --read-only-port=0", "pass"),
        ("kubelet-read-only-port", "kubelet --read-only-port=10255", "fail"),
        ("kubelet-hostname-override", "kubelet", "pass"),
        ("kubelet-hostname-override", "kubelet --hostname-override=", "fail"),
        ("kubelet-event-qps", "kubelet", "fail"), ("kubelet-event-qps", "kubelet --event-qps=0", "pass"),
        (
            "apiserver-service-account-extend-token-expiration",
            "kube-apiserver --service-account-extend-token-expiration=false", "pass"
        ),
        ("apiserver-service-account-extend-token-expiration", "v1.19 kube-apiserver", "fail"),
        ("controller-manager-terminated-pod-gc-threshold", "kube-controller-manager", "fail"),
        (
            "controller-manager-terminated-pod-gc-threshold", "kube-controller-manager --terminated-pod-gc-threshold=1",
            "pass"
        ),
    ])
    func `cis-1.12 by the letter`(check: String, line: String, expected: String) throws {
        #expect(try verdict(check, line, explicit: true) == expected)
    }

    @Test(arguments: [
        ("apiserver-tls-min-version", "kube-apiserver", "fail"),
        ("apiserver-tls-min-version", "kube-apiserver --tls-min-version=VersionTLS12", "pass"),
        ("apiserver-cors-allowed-origins", "kube-apiserver", "pass"),
        ("apiserver-cors-allowed-origins", "kube-apiserver --cors-allowed-origins=//a$", "fail"),
    ])
    func `hardened by the letter`(check: String, line: String, expected: String) throws {
        #expect(try verdict(check, line, policy: "hardened", explicit: true) == expected)
    }
}
