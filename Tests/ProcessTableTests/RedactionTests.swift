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
])
func `of a cut URL only the scheme stays`(_ line: String, _ redacted: String) {
    #expect(Redaction.apply(to: words(line), isCut: true) == words(redacted))
}

@Test func `a distribution's file is shown without its URL's secret`() throws {
    let evidence = try host("root 9 1 kube-apiserver --openshift-config=https://u:p@h/c.yaml")
    #expect(
        evidence.processes.map(\.settings) == [.file(distribution: "openshift-4", path: "https://REDACTED@h/c.yaml")])
}
