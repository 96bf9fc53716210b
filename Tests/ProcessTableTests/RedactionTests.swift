import SeededRandom
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
    ("--token-auth-file=/x --keytokenizer=2", "--token-auth-file=/x --keytokenizer=2"),
    ("--bootstrap-tokens=2,3 --mytoken=3", "--bootstrap-tokens=REDACTED --mytoken=REDACTED"),
    ("token=x", "token=REDACTED"),
    ("--token- x --y_token_=z", "--token- REDACTED --y_token_=REDACTED"),
    (
        "--api-key=x --encryption_key=x --private.key=x",
        "--api-key=REDACTED --encryption_key=REDACTED --private.key=REDACTED"
    ),
    ("--apikey x --aws-secret-access-key x", "--apikey REDACTED --aws-secret-access-key REDACTED"),
    ("--somepassphrase=x --dbpassword=x --cred=x", "--somepassphrase=REDACTED --dbpassword=REDACTED --cred=REDACTED"),
    ("--registry-credentials=u:p --pass p --pwd=p", "--registry-credentials=REDACTED --pass REDACTED --pwd=REDACTED"),
    ("--auth=u:p --basic-auth u:p --http-auth=u:p", "--auth=REDACTED --basic-auth REDACTED --http-auth=REDACTED"),
    ("--auth-token=s3cret --auth-token=simple", "--auth-token=REDACTED --auth-token=simple"),
    // Files are no secrets, and what begins like one may be.
    ("--api-key=/etc/keys/api --token /run/t b", "--api-key=/etc/keys/api --token /run/t b"),
    ("--api-key=/9j4AAQSkZ --token=/etc", "--api-key=REDACTED --token=REDACTED"),
    // In values, by their names.
    ("--u=https://h/p?a=1&password=x&b=2#f", "--u=https://h/p?a=1&password=REDACTED&b=2#f"),
    ("--u=https://h/?sig=x,https://h2/?key=y", "--u=https://h/?sig=REDACTED,https://h2/?key=REDACTED"),
    ("--u=https://u:p@h/?access_token=x", "--u=https://REDACTED@h/?access_token=REDACTED"),
    ("--o=user=u,password=a,b,mode=x", "--o=user=u,password=REDACTED,mode=x"),
    (#"--o={"user":"u","secret":"x","n":1}"#, #"--o={"user":"u","secret":"REDACTED,"n":1}"#),
    ("--o=secret-key=/etc/k,token=https://h", "--o=secret-key=/etc/k,token=https://h"),
    ("--i=registry/secret:1.0 --taint=key=value:NoSchedule", "--i=registry/secret:1.0 --taint=key=value:NoSchedule"),
    ("---db-token=x --a=--token=x", "---db-token=REDACTED --a=--token=REDACTED"),
    // Headers, whose blanks part words.
    ("--header=Authorization: Bearer x y --v=2", "--header=Authorization: REDACTED REDACTED REDACTED --v=2"),
    ("--header=X-Auth-Token: x --v=2", "--header=X-Auth-Token: REDACTED --v=2"),
    ("--h Basic dTpw --v=2", "--h Basic REDACTED --v=2"),
    ("--u=https://h/?h=Bearer%20x&v=2", "--u=https://h/?h=REDACTED&v=2"),
    ("--policy=basic --v=2", "--policy=basic --v=2"),
    // By their looks.
    ("--j=a,eyJhbGciOi.eyJzdWIi.c2ln,b", "--j=a,REDACTED,b"),
    ("--j=eyJhbGciOi", "--j=eyJhbGciOi"),
    ("--g=ghp_0123456789abcdefABCD --g=xoxb-12345678-a", "--g=REDACTED --g=REDACTED"),
    ("--g=https://h/glpat-0123456789abcdefABCD/x", "--g=https://h/REDACTED/x"),
    ("--g=AKIA0123456789ABCDEF:x --g=AKIA", "--g=REDACTED:x --g=AKIA"),
    ("--g=github_pat_0123456789abcdefABCD --g=xghp_0123456789abcdefABCD", "--g=REDACTED --g=xghp_0123456789abcdefABCD"),
    (
        "--k=-----BEGIN RSA PRIVATE KEY-----?MIIE?-----END RSA PRIVATE KEY----- --v=2",
        "--k=REDACTED REDACTED REDACTED REDACTED REDACTED REDACTED REDACTED --v=2"
    ),
    ("--k -----BEGIN PRIVATE KEY----- MII -----END --v=2", "--k REDACTED REDACTED REDACTED REDACTED REDACTED --v=2"),
    ("--a://u:p@h-token=x", "--a://REDACTED=REDACTED"),
    ("--a://u:p@h-token x", "--a://REDACTED REDACTED"),
])
func `takes secrets out`(_ line: String, _ redacted: String) throws {
    #expect(Redaction.apply(to: words(line), isCut: false) == words(redacted))
    let evidence = try host("root 9 1 kube-apiserver \(line)")
    #expect(evidence.processes.map(\.arguments) == [words(redacted)])
}

/// Flags of the components that are named like secrets, with what they have on a usual line.
@Test(arguments: [
    "--service-account-key-file=/etc/kubernetes/pki/sa.pub", "--service-account-signing-key-file=sa.key",
    "--tls-private-key-file=server.key", "--tls-sni-cert-key=a.crt,a.key:*.example,b",
    "--kubelet-client-key=client.key",
    "--proxy-client-key-file=c.key", "--etcd-keyfile=e.key", "--ssh-keyfile=id", "--basic-auth-file=basic.csv",
    "--token-auth-file=tokens.csv", "--anonymous-auth=yes", "--client-cert-auth", "--peer-client-cert-auth=true",
    "--enable-bootstrap-token-auth=true", "--authentication-token-webhook=true", "--authentication-skip-lookup=false",
    "--authentication-token-webhook-cache-ttl=2m0s", "--authentication-token-webhook-config-file=hook.yaml",
    "--authentication-token-webhook-version=v1beta1", "--authentication-kubeconfig=auth.conf",
    "--authentication-config=auth.yaml", "--authorization-mode=Node,RBAC", "--authorization-config=authz.yaml",
    "--authorization-always-allow-paths=/healthz,/readyz", "--authorization-webhook-cache-authorized-ttl=5m",
    "--authorization-kubeconfig=authz.conf", "--authorization-policy-file=abac.jsonl",
    "--encryption-provider-config=enc.yaml", "--experimental-encryption-provider-config=enc.yaml",
    "--encryption-provider-config-automatic-reload=true", "--insecure-allow-any-token=false",
    "--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-", "--requestheader-allowed-names=front-proxy-client",
    "--requestheader-client-ca-file=front.crt", "--use-service-account-credentials=true",
    "--service-account-max-token-expiration=1h", "--service-account-extend-token-expiration=true",
    "--service-account-private-key-file=sa.key", "--concurrent-serviceaccount-token-syncs=5",
    "--cluster-signing-key-file=ca.key", "--legacy-service-account-token-clean-up-period=8760h",
    "--image-credential-provider-config=creds.yaml", "--image-credential-provider-bin-dir=bin",
    "--feature-gates=KubeletCredentialProviders=true,BoundServiceAccountTokenVolume=true", "--key-file=s.key",
    "--peer-key-file=p.key", "--auth-token=jwt,pub-key=a.pub,priv-key=a.key,sign-method=RS256", "--auth-token-ttl=300",
    "--initial-cluster-token=etcd-prod", "--bcrypt-cost=10", "--oidc-client-id=k8s", "--oidc-groups-prefix=oidc:",
    "--service-account-issuer=https://kubernetes.default.svc", "--api-audiences=api,vault",
    "--tls-cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "--initial-cluster=secret=https://10.0.0.1:2380",
    "--etcd-servers=https://[::1]:2379,https://10.0.0.2:2379", "--node-labels=a.example/key=value,token/x=y",
    "--register-with-taints=key=value:NoSchedule", "--pod-infra-container-image=registry.k8s.io/pause:3.9",
    "--egress-selector-config-file=e.yaml", "--kms-provider=a", "--kubeconfig=admin.conf", "--bootstrap-kubeconfig=b",
])
func `known flags stay as they are`(_ line: String) throws {
    #expect(Redaction.apply(to: words(line), isCut: false) == words(line))
    let evidence = try host("root 9 1 kube-apiserver \(line) --v=2")
    #expect(evidence.processes.map(\.arguments) == [words("\(line) --v=2")])
}

@Test func `a command of which nothing would be changed is not looked at again, and no other`() {
    var generator = SeededGenerator(seed: 7)
    let parts = [
        "--token", "=", "abc", " ", "--v=2", "@", "https://", "eyJhbGciOi", ".", "ghp_0123456789abcdef", "Bearer", ":",
        "password", "?", "&", "-----BEGIN", "\"", ",", "/etc/x", "true", "Authorization", "--api-key",
    ]
    for _ in 0..<20_000 {
        let text = (0..<Int.random(in: 1...8, using: &generator)).map { _ in
            parts[Int.random(in: 0..<parts.count, using: &generator)]
        }.joined()
        let redacted = Redaction.apply(to: words(text), isCut: false)
        #expect(redacted.count == words(text).count)
        var command = text
        let isNeeded = command.withUTF8(Redaction.isNeeded)
        if redacted != words(text) { #expect(isNeeded, "\(text)") }
    }
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
