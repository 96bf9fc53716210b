import Testing

@testable import ProcessTable

@Test(arguments: [
    ("--etcd-servers=https://a:2379,https://u:p@b:2379", "--etcd-servers=https://a:2379,https://REDACTED@b:2379"),
    ("mysql://u:p/a@s,s@tcp(h)/db", "mysql://REDACTED@tcp(h)/db"),
    ("https://u:1@a,https://v:2@b", "https://REDACTED@a,https://REDACTED@b"),
    ("https://u@h", "https://REDACTED@h"),
    ("--x=me@host", "--x=me@host"),
    ("--x=https://host/", "--x=https://host/"),
    ("--oidc-client-secret=s3 cr et --v=2", "--oidc-client-secret=REDACTED REDACTED REDACTED --v=2"),
    ("--token abc --v=2", "--token REDACTED --v=2"),
    ("--token -abc --v=2", "--token REDACTED --v=2"),
    ("--token --v=2", "--token --v=2"),
    ("--ETCD_PassWord=x", "--ETCD_PassWord=REDACTED"),
    ("-passphrase=x", "-passphrase=REDACTED"),
    ("--store-passwd x", "--store-passwd REDACTED"),
    ("--allow-token=true --x-secret=0 --y-token false", "--allow-token=true --x-secret=0 --y-token false"),
    ("--token=", "--token="),
    ("--token  x", "--token  REDACTED"),
    ("--token-auth-file=/x --bootstrap-tokens=2 --mytoken=3", "--token-auth-file=/x --bootstrap-tokens=2 --mytoken=3"),
    ("token=x", "token=x"),
    ("--a://u:p@h-token=x", "--a://REDACTED=REDACTED"),
    ("--a://u:p@h-token x", "--a://REDACTED REDACTED"),
])
func `takes secrets out`(_ line: String, _ redacted: String) throws {
    #expect(Redaction.apply(to: words(line), isCut: false) == words(redacted))
    let evidence = try host("root 9 1 kube-apiserver \(line)")
    #expect(evidence.processes.map(\.arguments) == [words(redacted)])
}

@Test(arguments: [
    ("--a --datastore=postgres://user:pa", "--a --datastore=postgres://REDACTED"),
    ("https://u:p@a,https://v:2", "https://REDACTED"),
    ("https://u:p@a --b=c", "https://REDACTED@a --b=c"),
    ("--x-token=abc,https://a", "--x-token=REDACTED"),
    ("--x-token --y https://u:p", "--x-token --y https://REDACTED"),
])
func `of a cut URL only the scheme stays`(_ line: String, _ redacted: String) {
    #expect(Redaction.apply(to: words(line), isCut: true) == words(redacted))
}

@Test(arguments: [
    ("kube-apiserver --openshift-config=https://u:p@h/c.yaml\n", "https://REDACTED@h/c.yaml"),
    ("k3s server --config https://u:p@h/c.yaml\n", "https://REDACTED@h/c.yaml"),
    ("k3s server --config --agent-token=s3cret\n", "--agent-token=REDACTED"),
    ("kubelite --apiserver-args-file -x-token=s3cret\n", "-x-token=REDACTED"),
    ("k3s server --config https://u:pa", "https://REDACTED"),
])
func `a distribution's file is shown without a secret`(_ command: String, _ path: String) throws {
    let evidence = try read("\(header)\n\(initRow)\nroot 9 1 0 10:14 ? 00:00:00 \(command)")
    guard case .file(_, let shown) = try #require(evidence.processes.first).settings else {
        Issue.record("settings on the line")
        return
    }
    #expect(shown == path)
}
