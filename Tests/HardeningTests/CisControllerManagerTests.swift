import Testing

/// Table 5.3: CIS 1.12 section 1.3, each row by its id.
struct CisControllerManagerTests {
    private static let name = "kube-controller-manager"

    @Test(arguments: [
        (name, "pass"), ("\(name) --terminated-pod-gc-threshold=10", "pass"),
        ("\(name) --terminated-pod-gc-threshold=1", "pass"),
        ("\(name) --terminated-pod-gc-threshold=0", "fail"), ("\(name) --terminated-pod-gc-threshold=-1", "fail"),
    ])
    func `1.3.1 finished pods`(_ line: String, _ expected: String) throws {
        let found = try verdict("controller-manager-terminated-pod-gc-threshold", line)
        #expect(found == expected)
    }

    @Test func `1.3.1 by the letter the default does not count`() throws {
        #expect(try verdict("controller-manager-terminated-pod-gc-threshold", Self.name, explicit: true) == "fail")
    }

    @Test(arguments: [
        ("\(name) --profiling=false", "pass"), (name, "fail"), ("\(name) --profiling", "fail"),
        ("\(name) --contention-profiling=false", "fail"),
    ])
    func `1.3.2 profiling`(_ line: String, _ expected: String) throws {
        let found = try verdict("controller-manager-profiling", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("\(name) --use-service-account-credentials", "pass"),
        ("\(name) --use-service-account-credentials=true", "pass"), (name, "fail"),
        ("\(name) --use-service-account-credentials=false", "fail"),
    ])
    func `1.3.3 credentials per controller`(_ line: String, _ expected: String) throws {
        let found = try verdict("controller-manager-service-account-credentials", line)
        #expect(found == expected)
    }

    @Test(arguments: [("\(name) --service-account-private-key-file=/k", "pass"), (name, "fail")])
    func `1.3.4 signing key`(_ line: String, _ expected: String) throws {
        let found = try verdict("controller-manager-service-account-private-key-file", line)
        #expect(found == expected)
    }

    @Test(arguments: [("\(name) --root-ca-file=/ca", "pass"), (name, "fail"), ("\(name) --root-ca-file=", "fail")])
    func `1.3.5 root CA`(_ line: String, _ expected: String) throws {
        let found = try verdict("controller-manager-root-ca-file", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        (name, "pass"), ("\(name) --feature-gates=RotateKubeletServerCertificate=true", "pass"),
        ("\(name) --feature-gates=RotateKubeletServerCertificate=false", "fail"),
        ("\(name) --feature-gates=X=true,RotateKubeletServerCertificate=0", "fail"),
        ("\(name) --feature-gates=NotRotateKubeletServerCertificate=false", "pass"), ("v1.11 \(name)", "fail"),
        ("v1.6 \(name)", "notApplicable notYetIntroduced"),
    ])
    func `1.3.6 kubelet serving certificates rotate`(_ line: String, _ expected: String) throws {
        let found = try verdict("controller-manager-rotate-kubelet-server-certificate", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("\(name) --bind-address=127.0.0.1", "pass"), ("\(name) --bind-address=::1", "pass"),
        // kube-bench passes the absent flag; its default is every address.
        (name, "fail"), ("\(name) --bind-address=0.0.0.0", "fail"), ("\(name) --bind-address=10.0.0.1", "fail"),
        ("\(name) --bind-address=127.0.0.1 --bind-address=0.0.0.0", "fail"), ("\(name) --secure-port=0", "pass"),
        ("v1.21 \(name) --bind-address=127.0.0.1", "fail"),
        ("v1.21 \(name) --bind-address=127.0.0.1 --port=0", "pass"),
        ("v1.21 \(name) --bind-address=127.0.0.1 --address=127.0.0.1", "pass"),
        ("v1.22 \(name) --bind-address=127.0.0.1", "pass"),
        ("v1.11 \(name) --address=127.0.0.1", "pass"), ("v1.11 \(name)", "fail"),
        ("v? \(name) --bind-address=127.0.0.1", "unknown versionNeeded"),
        ("v? \(name) --bind-address=127.0.0.1 --port=0", "pass"),
    ])
    func `1.3.7 loopback only`(_ line: String, _ expected: String) throws {
        let found = try verdict("controller-manager-bind-address", line)
        #expect(found == expected)
    }
}

/// Table 5.4: CIS 1.12 section 1.4, each row by its id.
struct CisSchedulerTests {
    private static let name = "kube-scheduler"

    @Test(arguments: [
        ("\(name) --profiling=false", "pass"), (name, "fail"),
        ("\(name) --config=/etc/s.yaml", "unknown configuredInFile (/etc/s.yaml)"),
        // The flag is ignored then, kube-bench's pass rests on nothing.
        ("\(name) --config=/etc/s.yaml --profiling=false", "unknown configuredInFile (/etc/s.yaml)"),
        ("\(name) --config= --profiling=false", "pass"),
    ])
    func `1.4.1 profiling`(_ line: String, _ expected: String) throws {
        let found = try verdict("scheduler-profiling", line, withNote: true)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("\(name) --bind-address=127.0.0.1", "pass"), ("\(name) --bind-address=::1", "pass"), (name, "fail"),
        ("\(name) --bind-address=0.0.0.0", "fail"), ("\(name) --secure-port=0", "pass"),
        ("\(name) --config=/etc/s.yaml --bind-address=127.0.0.1", "pass"), ("\(name) --config=/etc/s.yaml", "fail"),
        ("v1.22 \(name) --bind-address=127.0.0.1", "fail"),
        ("v1.22 \(name) --bind-address=127.0.0.1 --port=0", "pass"),
        // Up to 1.22 the plain port stands in the file too (kubernetes/kubernetes issue 109900).
        ("v1.21 \(name) --config=/etc/s.yaml --bind-address=127.0.0.1 --port=0", "unknown configuredInFile"),
        ("v1.12 \(name) --address=127.0.0.1", "pass"), ("v1.12 \(name) --address=::1", "pass"),
        ("v1.22 \(name) --bind-address=::1 --address=::1", "pass"),
        ("v1.22 \(name) --bind-address=127.0.0.1 --address=127.0.0.1", "pass"),
    ])
    func `1.4.2 loopback only`(_ line: String, _ expected: String) throws {
        let found = try verdict("scheduler-bind-address", line)
        #expect(found == expected)
    }
}
