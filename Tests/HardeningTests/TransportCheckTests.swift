import Testing

struct TransportCheckTests {
    @Test(
        arguments: verdictTable(
            """
            kubelet-https:
            1.5,1.21 pass|
            1.18 pass| --kubelet-https
            1.18 pass| --kubelet-https=true
            1.5,1.18 fail| --kubelet-https=false
            1.18 fail| --kubelet-https=F
            1.19,1.21 pass, noted| --kubelet-https=false
            1.22,1.36 notApplicable removed|
            ? unknown versionNeeded| --kubelet-https=false
            ? pass, noted| --kubelet-https=false --permit-port-sharing=true --service-account-issuer=i
            ? pass| --service-account-issuer=i
            insecure-bind-address:
            1.5,1.23,? pass|
            1.24,1.36 notApplicable removed|
            1.5,1.19,? fail| --insecure-bind-address=0.0.0.0
            1.19 fail| --address=10.0.0.1
            1.20,1.23 pass, noted| --insecure-bind-address=0.0.0.0
            1.19,? pass, noted| --insecure-bind-address=0.0.0.0 --insecure-port=0
            1.19 pass, noted| --address=0.0.0.0 --port=0
            1.19 fail low, noted| --insecure-bind-address=127.0.0.1
            1.19 fail low, noted| --insecure-bind-address=::1
            1.19 fail low, noted| --insecure-bind-address=
            1.19 fail| --insecure-bind-address=localhost
            ? unknown versionNeeded| --insecure-bind-address=10.0.0.1 --service-account-issuer=i
            ? pass| --service-account-issuer=i
            insecure-port:
            1.5,1.19,? fail|
            1.20,1.23 pass|
            1.24,1.36 notApplicable removed|
            1.5,1.19,1.23,1.24,? pass| --insecure-port=0
            1.19 pass| --insecure-port=0x0
            1.19 pass| --insecure-port=00
            1.19 pass| --insecure-port 0
            1.19 pass| --port=0
            1.19,1.20,1.24 fail| --insecure-port=8080
            1.19 pass| --port=8080 --insecure-port=0
            1.19 fail| --insecure-port=0 --port=8080
            1.19 unknown unparsable| --insecure-port=none
            ? unknown versionNeeded| --service-account-issuer=i
            ? pass| --service-account-issuer=i --permit-address-sharing=false
            ? notApplicable removed| --service-account-issuer=i --emulated-version=1.31
            ? pass| --service-account-issuer=i --insecure-port=0
            ? fail| --service-account-issuer=i --insecure-port=8080
            secure-port:
            1.5,1.36,? pass|
            1.24 pass| --secure-port=1
            1.24 pass| --secure-port=65535
            1.24 pass| --secure-port=0x1F
            1.24 pass| --secure-port 443
            1.5,1.11,1.12,1.36,? fail| --secure-port=0
            1.24 unknown unparsable| --secure-port=65536
            1.24 unknown unparsable| --secure-port=-1
            1.24 unknown unparsable| --secure-port=abc
            1.24 unknown unparsable| --secure-port=
            kubelet-certificate-authority:
            1.5,1.36,? fail|
            1.24 fail| --kubelet-certificate-authority=
            1.5,1.36,? pass| --kubelet-certificate-authority=/ca
            kubelet-client-certificate:
            1.5,1.36,? fail|
            1.24 fail| --kubelet-client-certificate=/c
            1.24 fail| --kubelet-client-key=/k
            1.24 fail| --kubelet-client-certificate=/c --kubelet-client-key=
            1.5,1.36,? pass| --kubelet-client-certificate=/c --kubelet-client-key=/k
            etcd-client-certificate:
            1.5,1.36,? fail|
            1.24 fail| --etcd-certfile=/c
            1.24 fail| --etcd-keyfile=/k
            1.5,1.36,? pass| --etcd-certfile=/c --etcd-keyfile=/k
            1.24 pass| --etcd-certfile=/c --etcd-keyfile=/k --etcd-servers=http://e:2379
            1.24,? notApplicable localDatastore| --etcd-servers=unix:///kine.sock
            1.24 notApplicable localDatastore| --etcd-servers=unixs:///a --etcd-servers=unix:///b
            1.24 fail| --etcd-servers=unix:///kine.sock,https://e:2379
            etcd-cafile:
            1.5,1.36,? fail|
            1.24 fail| --etcd-cafile=
            1.5,1.36,? pass| --etcd-cafile=/ca
            1.24,? notApplicable localDatastore| --etcd-servers=unixs:///kine.sock
            1.24 notApplicable localDatastore| --etcd-servers=unix:///kine.sock
            1.24 fail| --etcd-servers=https://e:2379
            tls-serving-certificate:
            1.5,1.36,? fail|
            1.24 fail| --tls-cert-file=/c
            1.24 fail| --tls-private-key-file=/k
            1.24 fail| --tls-cert-file= --tls-private-key-file=/k
            1.5,1.36,? pass| --tls-cert-file=/c --tls-private-key-file=/k
            1.24,? fail low, noted| --tls-sni-cert-key=/c,/k
            1.24 pass| --tls-cert-file=/c --tls-private-key-file=/k --tls-sni-cert-key=/c,/k
            client-ca-file:
            1.5,1.36,? fail|
            1.24 fail| --client-ca-file=
            1.24 fail| --requestheader-client-ca-file=/ca
            1.5,1.36,? pass| --client-ca-file=/ca
            tls-cipher-suites:
            1.5,1.9 notApplicable notYetIntroduced|
            1.10,1.29 fail, noted|
            1.30,1.36 fail low, noted|
            1.24 fail, noted| --tls-cipher-suites=
            1.10,1.36,? pass| --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
            1.24 pass| --tls-cipher-suites=TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305
            1.24 pass| --tls-cipher-suites=TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,TLS_AES_128_GCM_SHA256
            1.24 fail, noted| --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_RSA_WITH_AES_128_GCM_SHA256
            1.24 fail, noted| --tls-cipher-suites=TLS_RSA_WITH_AES_256_CBC_SHA
            1.24 fail, noted| --tls-cipher-suites=TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA
            1.24 fail, noted| --tls-cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256
            1.24 fail, noted| --tls-cipher-suites=TLS_ECDHE_RSA_WITH_RC4_128_SHA
            1.24 fail, noted| --tls-cipher-suites=TLS_NEW --tls-cipher-suites=TLS_RSA_WITH_RC4_128_SHA
            1.24 fail low, noted| --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,TLS_AES_128_GCM_SHA256
            1.24 unknown needsReview| --tls-cipher-suites=TLS_NEW,TLS_AES_128_GCM_SHA256
            1.24 unknown needsReview| --tls-cipher-suites=tls_aes_128_gcm_sha256
            1.24 pass, noted| --tls-min-version=VersionTLS13
            1.24 pass, noted| --tls-min-version=VersionTLS13 --tls-cipher-suites=TLS_RSA_WITH_RC4_128_SHA
            1.24 fail, noted| --tls-min-version=VersionTLS10 --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
            1.24 fail, noted| --tls-min-version=VersionTLS11
            ? unknown versionNeeded|
            ? fail, noted| --tls-min-version=VersionTLS12
            ? fail| --tls-min-version=VersionTLS12 --service-account-issuer=i
            ? fail low, noted| --service-account-issuer=i --emulated-version=1.31
            """))
    func `what travels, and to whom`(row: VerdictRow) throws {
        #expect(try row.found(isExplicit: false) == row.outcome)
    }
}
