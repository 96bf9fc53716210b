import Testing

/// Table 5.5: CIS 1.12 section 2, each row by its id.
struct CisEtcdTests {
    private static let here = "etcd --name=a --listen-client-urls=https://10.0.0.1:2379"
    private static let pair = "\(here) --cert-file=/c --key-file=/k"
    private static let peers = "\(pair) --listen-peer-urls=https://10.0.0.1:2380"
    private static let plainPeers = "\(pair) --listen-peer-urls=http://10.0.0.1:2380"
    private static let two = " --initial-cluster=a=https://10.0.0.1:2380,b=https://10.0.0.2:2380"
    private static let env =
        "unknown configuredInFile (the line does not configure etcd, so its environment (ETCD_*) does)"
    private static let all = [
        "etcd-client-tls", "etcd-client-cert-auth", "etcd-auto-tls", "etcd-peer-tls", "etcd-peer-client-cert-auth",
        "etcd-peer-auto-tls", "etcd-trusted-ca-file",
    ]

    @Test(arguments: [
        (pair, "pass"), ("etcd -name a -cert-file /c -key-file=/k", "pass"), ("etcd --name=a", "fail"),
        ("etcd --name=a --cert-file=/c", "fail"),
        ("etcd --name=a --cert-file=/c --key-file=/k --listen-client-urls=http://10.0.0.1:2379", "fail"),
        (
            "etcd --name=a --cert-file=/c --key-file=/k --listen-client-urls=https://10.0.0.1:2379,http://127.0.0.1:2379",
            "pass"
        ),
    ])
    func `2.1 TLS for clients`(_ line: String, _ expected: String) throws {
        let found = try verdict("etcd-client-tls", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("\(pair) --client-cert-auth", "pass"), ("\(pair) -client-cert-auth=true", "pass"), (pair, "fail"),
        ("\(pair) --client-cert-auth=false", "fail"), ("\(pair) --trusted-ca-file=/ca", "pass"),
        ("etcd --name=a --trusted-ca-file=/ca", "fail"),
    ])
    func `2.2 client certificates`(_ line: String, _ expected: String) throws {
        let found = try verdict("etcd-client-cert-auth", line)
        #expect(found == expected)
    }

    @Test func `2.2 by the letter a CA does not stand for the flag`() throws {
        let line = "\(Self.pair) --trusted-ca-file=/ca"
        #expect(try verdict("etcd-client-cert-auth", line, explicit: true) == "fail")
    }

    @Test func `2.5 by the letter the flag itself passes`() throws {
        let line = "\(Self.peers) --peer-cert-file=/c --peer-key-file=/k --peer-client-cert-auth=true"
        #expect(try verdict("etcd-peer-client-cert-auth", line, explicit: true) == "pass")
    }

    @Test(arguments: [
        (pair, "pass"), ("\(pair) --auto-tls=false", "pass"), ("\(pair) --auto-tls", "fail"),
        ("\(pair) -auto-tls=1", "fail"),
    ])
    func `2.3 no self-made certificate for clients`(_ line: String, _ expected: String) throws {
        let found = try verdict("etcd-auto-tls", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("\(peers) --peer-cert-file=/c --peer-key-file=/k", "pass"),
        ("\(plainPeers)\(two)", "fail"), ("\(plainPeers)\(two) --peer-cert-file=/c --peer-key-file=/k", "fail"),
        ("\(plainPeers)\(two) --peer-cert-file=/c", "fail"),
        // Peers are listened for on loopback only: a single member.
        (pair, "notApplicable featureOff"),
        ("\(pair) --listen-peer-urls=http://127.0.0.1:2380", "notApplicable featureOff"),
        ("\(pair) --listen-peer-urls=http://[::1]:2380,http://localhost:2380", "notApplicable featureOff"),
        ("\(pair) --listen-peer-urls=unix://a.sock,unixs://b.sock", "notApplicable featureOff"),
        // kubeadm's first member names itself only, and others join.
        ("\(plainPeers) --initial-cluster=a=http://10.0.0.1:2380", "unknown needsReview"),
        (plainPeers, "unknown needsReview"),
    ])
    func `2.4 TLS for peers`(_ line: String, _ expected: String) throws {
        let found = try verdict("etcd-peer-tls", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("\(peers) --peer-cert-file=/c --peer-key-file=/k --peer-client-cert-auth=true", "pass"),
        ("\(peers)\(two) --peer-cert-file=/c --peer-key-file=/k", "fail"),
        ("\(peers)\(two) --peer-cert-file=/c --peer-key-file=/k --peer-trusted-ca-file=/ca", "pass"),
        (pair, "notApplicable featureOff"), (plainPeers, "unknown needsReview"),
        ("\(pair) --listen-peer-urls=unix://a.sock,unixs://b.sock", "notApplicable featureOff"),
    ])
    func `2.5 peer certificates`(_ line: String, _ expected: String) throws {
        let found = try verdict("etcd-peer-client-cert-auth", line)
        #expect(found == expected)
    }

    @Test(arguments: [(pair, "pass"), ("\(pair) --peer-auto-tls=true", "fail"), ("\(pair) -peer-auto-tls", "fail")])
    func `2.6 no self-made certificate for peers`(_ line: String, _ expected: String) throws {
        let found = try verdict("etcd-peer-auto-tls", line)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("kube-apiserver --client-ca-file=/ca.crt", "pass"), ("kube-apiserver --client-ca-file=/etcd/ca.crt", "fail"),
        ("kube-apiserver", "pass"), ("k3s server", "unknown configuredInFile"),
        ("kube-scheduler --client-ca-file=/etcd/ca.crt", "unknown needsReview"),
    ])
    func `2.7 a CA of its own, compared with the API server beside it`(_ beside: String, _ expected: String) throws {
        let line = "\(Self.pair) --trusted-ca-file=/etcd/ca.crt"
        let found = try verdict("etcd-trusted-ca-file", line, beside: [beside])
        #expect(found == expected)
    }

    @Test func `2.7 no CA fails whatever runs beside it`() throws {
        #expect(try verdict("etcd-trusted-ca-file", Self.pair) == "fail")
        #expect(try verdict("etcd-trusted-ca-file", Self.pair, beside: ["kube-apiserver"]) == "fail")
    }

    @Test func `2.7 one of two API servers with the same CA is enough to fail`() throws {
        let others = ["kube-apiserver --client-ca-file=/ca.crt", "kube-apiserver --client-ca-file=/etcd/ca.crt"]
        let line = "\(Self.pair) --trusted-ca-file=/etcd/ca.crt"
        #expect(try verdict("etcd-trusted-ca-file", line, beside: others) == "fail")
        #expect(try verdict("etcd-trusted-ca-file", line, beside: others.reversed()) == "fail")
    }

    @Test(arguments: all)
    func `without flags the environment decides`(_ check: String) throws {
        #expect(try verdict(check, "/usr/local/bin/etcd", withNote: true) == Self.env)
        #expect(try verdict(check, "etcd --logger=zap", withNote: true) == Self.env)
    }

    @Test(arguments: all)
    func `with --config-file neither flags nor their absence count`(_ check: String) throws {
        let flags =
            " --cert-file=/c --key-file=/k --client-cert-auth --auto-tls --peer-cert-file=/c --peer-key-file=/k --peer-client-cert-auth --peer-auto-tls --trusted-ca-file=/ca"
        for line in ["etcd --config-file=/etc/e.yml", "etcd -config-file /etc/e.yml --name=a\(flags)"] {
            #expect(try verdict(check, line, withNote: true) == "unknown configuredInFile (/etc/e.yml)")
        }
    }

    @Test func `what stands on the line wins over the environment`() throws {
        #expect(try verdict("etcd-auto-tls", "etcd --auto-tls=true") == "fail")
        #expect(try verdict("etcd-client-cert-auth", "etcd --client-cert-auth=true") == "pass")
    }

    @Test func `https without a certificate proves that the environment holds one`() throws {
        // The unit file of Red Hat's package: three flags, the rest in /etc/etcd/etcd.conf.
        let line = "etcd --name=a --data-dir=/d --listen-client-urls=https://10.0.0.1:2379"
        #expect(try verdict("etcd-client-tls", line) == "unknown configuredInFile")
        #expect(try verdict("etcd-client-cert-auth", line) == "unknown configuredInFile")
        #expect(try verdict("etcd-peer-tls", line) == "unknown configuredInFile")
        #expect(try verdict("etcd-client-tls", "etcd --name=a --listen-client-urls=http://10.0.0.1:2379") == "fail")
    }

    @Test func `the last of repeated URL lists counts`() throws {
        let line = "etcd --name=a --cert-file=/c --key-file=/k --listen-client-urls=http://10.0.0.1:1"
        #expect(try verdict("etcd-client-tls", "\(line) --listen-client-urls=https://10.0.0.1:1") == "pass")
        #expect(
            try verdict(
                "etcd-client-tls",
                "etcd --name=a --cert-file=/c --key-file=/k --listen-client-urls=https://10.0.0.1:1 --listen-client-urls=http://10.0.0.1:1"
            ) == "fail")
    }
}
